"""Slowing bulk down while answers pile up: they share one database, and answers come first.

Messaging does not know what an answer is. Whoever puts the processes together registers a
reader; the sender's housekeeping asks it once a second.
"""

from collections.abc import Callable
from typing import Final

from safeconduct.wires.messaging.engine.buckets import Bucket
from safeconduct.wires.messaging.engine.desk import Desk

# Seconds the oldest unfolded answer has waited: below, bulk speeds up; from above, it slows down.
EASY_SECONDS: Final = 5.0
HARD_SECONDS: Final = 10.0
# A second, each sender and channel: bulk never stands still.
LEAST_RATE: Final = 10.0
_SLOWER, _FASTER = 0.7, 1.5
# What was saved up in the time between two looks.
_SAVED_SECONDS: Final = 1.0


class Gauge:
    """How old the oldest answer is that waits to be folded, as last read; seconds."""

    def __init__(self) -> None:
        self.age = 0.0
        self._reader: Callable[[], float] | None = None

    def register(self, reader: Callable[[], float]) -> None:
        """``reader`` returns seconds; it is called from the housekeeping thread."""
        self._reader = reader

    def read(self) -> None:
        if self._reader is not None:
            self.age = self._reader()


gauge: Final = Gauge()


def next_rate(rate: float | None, *, age: float, taken: float) -> float | None:
    """Bulk messages a second from now on; None for as many as may be.

    ``taken`` is how many left in the last second. Under pressure the rate falls by a third a
    second from what it was, down to a trickle; without it, it rises by half until nobody
    is held back by it.
    """
    if age >= HARD_SECONDS:
        return max(LEAST_RATE, _SLOWER * (taken if rate is None else rate))
    if rate is None or age > EASY_SECONDS:
        return rate
    return None if 2 * taken < rate else max(LEAST_RATE, _FASTER * rate)


class Throttle:
    """Follows the gauge for one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rate: float | None = None

    def follow(self, seconds: float, *, now: float) -> None:
        """To be called once every so many ``seconds``."""
        taken, self._desk.bulk_taken = self._desk.bulk_taken / seconds, 0
        rate = next_rate(self._rate, age=gauge.age, taken=taken)
        if rate != self._rate:
            pace = Bucket(rate, now=now, saved=_SAVED_SECONDS) if rate is not None else None
            self._rate, self._desk.bulk_pace = rate, pace
