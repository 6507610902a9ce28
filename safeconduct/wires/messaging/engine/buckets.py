"""Token buckets: how much a provider, a sender's name or a country may be given a second.

Counted in parts of text messages, as operators do; a mail or a push is one. What is agreed
with an operator holds for the installation: each bucket takes its share of it, one divided
by the sender processes that live.
"""

from collections.abc import Mapping
from typing import Any, Final

# A tenth of a second may be saved up.
_SAVED_SECONDS: Final = 0.1
# Messages a second: what a provider that has too much is tried with, and where it is free again.
_LEAST_RATE: Final = 1.0
# What it is left by a complaint after a lull, which may be about a single recipient.
_UNTRIED_RATE: Final = 20.0
_FREE_RATE: Final = 5000.0
# What it may take more of in each second in which it does not complain.
_FASTER: Final = 1.25


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
    """The buckets of one provider: its own, and those of its countries and senders' names.

    A provider that says it has too much is given what it took of late, and then more by and by.
    """

    def __init__(self, options: Mapping[str, Any], *, now: float) -> None:
        rate = float(options.get("per_second", 0))
        self._agreed = Bucket(rate, now=now) if rate else None
        self._eased: Bucket | None = None
        self.countries = _buckets(options.get("countries"), now)
        self.identities = _buckets(options.get("identities"), now)
        self._shared = not options.get("per_process", False)
        self._others = bool(self.countries or self.identities)

    @property
    def own(self) -> Bucket | None:
        return self._eased or self._agreed

    @property
    def any(self) -> bool:
        return self._others or self.own is not None

    @property
    def is_eased(self) -> bool:
        return self._eased is not None

    def ease(self, taken: float, *, now: float) -> None:
        """It has too much: no more a second from now on than it took in the last one.

        A quiet second says little of what it can take, so one complaint at most halves its
        limit; where it has none, ``_UNTRIED_RATE`` is left.
        """
        known = self.own
        if known is None:
            most = max(taken, _UNTRIED_RATE)
        else:
            most = min(max(taken, known.per_second / 2), known.per_second)
        self._eased = Bucket(max(most, _LEAST_RATE), now=now)

    def restore(self, *, now: float) -> None:
        """A second in which it did not complain."""
        if self._eased is None:
            return
        rate = _FASTER * self._eased.per_second + 1.0
        agreed = self._agreed.per_second if self._agreed is not None else _FREE_RATE
        self._eased = Bucket(rate, now=now) if rate < agreed else None

    def divide(self, senders: int) -> None:
        """Share with the other senders, unless the limit is each process's own."""
        if self._shared:
            for bucket in [self._agreed, *self.countries.values(), *self.identities.values()]:
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
