"""One provider at work: its hands, its pauses, and how it has been doing."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from safeconduct.wires.messaging.engine.gate import Gate
from safeconduct.wires.messaging.engine.providers.base import Answer, Provider
from safeconduct.wires.messaging.engine.stock import Pace
from safeconduct.wires.messaging.terms import State

_WINDOW_SECONDS: Final = 60
# We hold no more than a provider takes in this time, so that leases suffice.
_STOCK_SECONDS: Final = 2.0
_COMFORTABLE: Final = 200


@dataclass(slots=True)
class _Second:
    at: int
    handed: int = 0
    failed: int = 0


class Line:
    """A provider with as many hands as may be busy at once."""

    def __init__(self, provider: Provider, *, hands: int) -> None:
        self.provider = provider
        self.hands = hands
        # A tenth of the hands takes urgent messages only, so that a warning does not wait
        # for four hundred slow calls about something else.
        self.reserved = hands // 10
        self.gate = Gate()
        self.pace = Pace(provider.per_second) if provider.per_second else None
        self.turn = {True: asyncio.Lock(), False: asyncio.Lock()}
        self.last_ok_at: datetime | None = None
        self.last_failed_at: datetime | None = None
        self.failure = ""
        self.latency = 0.0
        self._seconds: deque[_Second] = deque()

    def room(self) -> int:
        """How many messages it is worth holding for this provider."""
        if not self.gate.is_open:
            return 1
        if self.provider.per_second:
            return max(1, min(self.hands, int(self.provider.per_second * _STOCK_SECONDS)))
        # Few quick hands would else wait for a claim after every handful.
        quick = int(self.hands * _STOCK_SECONDS / max(self.latency, 0.001))
        return max(self.hands, min(_COMFORTABLE, quick))

    def note(self, answer: Answer, *, seconds: float, now: datetime) -> None:
        """Remember how a call went."""
        second = self._second(int(now.timestamp()))
        self.latency += (seconds - self.latency) / 16
        if answer.state is State.WAITING:
            second.failed += 1
            self.last_failed_at, self.failure = now, answer.failure
        else:
            second.handed += 1
            self.last_ok_at = now

    def last_minute(self, now: datetime) -> tuple[int, int]:
        """Calls that were answered, and calls that failed."""
        self._second(int(now.timestamp()))
        return sum(s.handed for s in self._seconds), sum(s.failed for s in self._seconds)

    def _second(self, at: int) -> _Second:
        while self._seconds and self._seconds[0].at <= at - _WINDOW_SECONDS:
            self._seconds.popleft()
        if not self._seconds or self._seconds[-1].at != at:
            self._seconds.append(_Second(at))
        return self._seconds[-1]
