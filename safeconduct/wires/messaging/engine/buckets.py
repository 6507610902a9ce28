"""Token buckets: how much a provider, a sender's name or a country may be given a second.

Counted in parts of text messages, as operators do; a mail or a push is one. What is agreed
with an operator holds for the installation: each bucket takes its share of it, one divided
by the sender processes that live.
"""

from collections.abc import Mapping
from typing import Any, Final

# A tenth of a second may be saved up.
_SAVED_SECONDS: Final = 0.1


class Bucket:
    """At most ``per_second`` a second. A cost above what can be saved is paid off afterwards."""

    __slots__ = ("_agreed", "_counted_at", "_most", "_per_second", "_saved", "_tokens")

    def __init__(self, per_second: float, *, now: float, saved: float = _SAVED_SECONDS) -> None:
        """``saved`` seconds' worth may be spent at once."""
        self._agreed = per_second
        self._counted_at = now
        self._saved = saved
        self.divide(1)
        self._tokens = self._most

    @property
    def per_second(self) -> float:
        return self._per_second

    def divide(self, senders: int) -> None:
        """Take this sender's part of what was agreed."""
        self._per_second = self._agreed / max(senders, 1)
        self._most = max(1.0, self._per_second * self._saved)

    def wait(self, cost: int, now: float) -> float:
        """Seconds until so much may be given; 0 for at once."""
        earned = (now - self._counted_at) * self._per_second
        self._tokens = min(self._most, self._tokens + max(earned, 0.0))
        self._counted_at = now
        lacking = min(float(cost), self._most) - self._tokens
        # A hair's breadth less than a token, by rounding, would make a timer spin.
        return lacking / self._per_second if lacking > 1e-6 else 0.0

    def spend(self, cost: int) -> None:
        self._tokens -= cost


class Limits:
    """The buckets of one provider: its own, and those of its countries and senders' names."""

    def __init__(self, options: Mapping[str, Any], *, now: float) -> None:
        rate = float(options.get("per_second", 0))
        self.own = Bucket(rate, now=now) if rate else None
        self.countries = _buckets(options.get("countries"), now)
        self.identities = _buckets(options.get("identities"), now)
        self._shared = not options.get("per_process", False)
        self.any = bool(self.own or self.countries or self.identities)

    def divide(self, senders: int) -> None:
        """Share with the other senders, unless the limit is each process's own."""
        if self._shared:
            for bucket in [self.own, *self.countries.values(), *self.identities.values()]:
                if bucket is not None:
                    bucket.divide(senders)

    def special(self, country: str, identity: str) -> list[Bucket]:
        """The buckets beside the provider's own that a message is taken from."""
        found = (self.countries.get(country), self.identities.get(identity))
        return [bucket for bucket in found if bucket is not None]


def _buckets(options: Mapping[str, Mapping[str, Any]] | None, now: float) -> dict[str, Bucket]:
    return {
        name: Bucket(float(limit["per_second"]), now=now) for name, limit in (options or {}).items()
    }
