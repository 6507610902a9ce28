"""A channel's desk: which of its providers takes the next message, and which message that is."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import Final

from safeconduct.wires.messaging.engine.buckets import Bucket
from safeconduct.wires.messaging.engine.line import Line
from safeconduct.wires.messaging.engine.outbox import Claimed, Slice
from safeconduct.wires.messaging.engine.places import destination
from safeconduct.wires.messaging.engine.stock import Key, Stock, worth_holding
from safeconduct.wires.messaging.terms import Channel, Lane

_MOST_CREDIT: Final = 2.0
# A country's messages are looked for anew every few seconds only.
_COUNTRY_SECONDS: Final = 12.0


class Desk:
    """Providers of one channel and what is held for them.

    A free hand is looked for by weight; when all are busy, whoever gets free takes the
    next. A provider that is winning back its part takes no more than that part.
    """

    def __init__(self, channel: Channel, lines: Sequence[Line], *, bulk_patience: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.channel = channel
        self.lines = lines
        self.is_closed = False
        self._limited = {country for line in lines for country in line.limits.countries}
        self.stock: Stock[Claimed] = Stock(self.path, patience=bulk_patience, now=self._loop.time())
        # While answers pile up, bulk leaves no faster than this.
        self.bulk_pace: Bucket | None = None
        self.bulk_taken = 0
        self._plain = len(lines) == 1 and not lines[0].limits.any
        self._turns = dict.fromkeys(range(len(lines)), 0.0)
        self._credit = dict.fromkeys(range(len(lines)), 0.0)
        # What a line below its part may take of all; none for lines that take freely.
        self._fractions: dict[int, float | None] = dict.fromkeys(range(len(lines)))
        self._wanted = dict.fromkeys(Lane, 0.0)
        self._on_low: Callable[[Lane], None] = lambda _: None

    def when_low(self, call: Callable[[Lane], None]) -> None:
        """``call`` whenever less than half of what is worth holding is here."""
        self._on_low = call

    def path(self, claimed: Claimed) -> tuple[Key, ...]:
        batch = claimed.batch
        country = self._country(claimed) if self._limited else ""
        if country not in self._limited:
            country = ""
        # What a provider has failed waits apart, so that it holds up nothing else there.
        return (batch.post_id, batch.id, "" if self._plain else claimed.failed_at, country)

    def room(self, lane: Lane) -> int:
        """How many messages of a lane it is worth holding here."""
        room = sum(line.room() for line in self.lines)
        room = worth_holding(room, lane, urgent_waits=self._urgent_waits())
        self._wanted[lane] = room / 2
        return room

    def held(self, lane: Lane) -> int:
        """How many of a lane wait here for a hand, not for their country's next token."""
        return self.stock.size(lane) - sum(map(self.stock.held_for, self._limited))

    def _urgent_waits(self) -> bool:
        return self.stock.size(Lane.URGENT) > 0

    def slices(self, room: int, lane: Lane) -> list[tuple[Slice, int]]:
        """What to claim, and how much of it: each country with a limit apart from the rest."""
        slices = [(Slice.beside(sorted(self._limited)), room)] if room > 0 else []
        urgent_waits = self._urgent_waits()
        for country, soon in sorted(self._worth_by_country().items()):
            held = self.stock.held_for(country)
            worth = worth_holding(ceil(soon), lane, urgent_waits=urgent_waits)
            if 2 * held < worth:
                slices.append((Slice.of(country), worth - held))
        return slices

    def _worth_by_country(self) -> dict[str, float]:
        """How many messages to a country it is worth holding, where one has a limit."""
        worth: dict[str, float] = {}
        for line in self.lines:
            for country, bucket in line.limits.countries.items():
                soon = max(1.0, bucket.per_second * _COUNTRY_SECONDS)
                worth[country] = worth.get(country, 0.0) + soon
        return worth

    def is_served(self) -> bool:
        """Whether anybody here could call now."""
        return any(line.gate.is_open and not line.out_of_service for line in self.lines)

    def put(self, claimed: Sequence[Claimed], lane: Lane) -> None:
        self.stock.put(claimed, lane, now=self._loop.time())
        self._look_for_hands(len(claimed), urgent=lane is Lane.URGENT)

    def pick(self, line: Line, *, reserved: bool) -> Claimed | None:
        """The next message for a hand of this line, or None if it must wait."""
        if not self.stock or line.out_of_service or not line.gate.admits():
            return None
        now = self._loop.time()
        if not (self._plain and not line.limits.is_eased) and not self._may(line, now):
            return None
        claimed = self.stock.pick(
            now=now,
            urgent_only=reserved,
            bulk=self.bulk_pace is None or not self.bulk_pace.wait(1, now),
            may=None if self._plain else self._test(line, now),
        )
        if claimed is None:
            return None
        line.gate.enter()
        self._took(line, claimed)
        return claimed

    def close(self) -> list[Claimed]:
        """Let nobody take any more; returns what is left."""
        self.is_closed = True
        for line in self.lines:
            line.wake_all()
        return self.stock.drop()

    def surplus(self) -> list[Claimed]:
        """Take out what could not be answered before its lease ends, and bulk that is held up."""
        latest = time.monotonic() + min(line.provider.longest_call for line in self.lines)
        stale = self.stock.drop(lambda claimed: claimed.ends_at < latest)
        return stale + (self.stock.shed(self.room(Lane.BULK)) if self._urgent_waits() else [])

    def judge(self) -> None:
        """Follow how the providers do, and let hands look again whatever happened."""
        for line in self.lines:
            line.judge()
        self._divide()
        for line in self.lines:
            if line.part:
                line.wake(len(self.stock), urgent=bool(self.stock.size(Lane.URGENT)))

    # ── who ──────────────────────────────────────────────────────────────────────────

    def _divide(self) -> None:
        """Each line's part: beside the best of those that are there."""
        there = [line for line in self.lines if not line.out_of_service]
        open_ones = [line for line in there if line.gate.is_open] or there
        best = max((line.course.share for line in open_ones), default=0.0)
        whole = sum(line.weight for line in there) or 1.0
        for number, line in enumerate(self.lines):
            # With nowhere better to go, even one that is out is tried.
            line.part = min(1.0, line.course.share / best) if best else 1.0
            fraction = line.part * line.weight / whole
            self._fractions[number] = None if line.part == 1.0 else fraction

    def _may(self, line: Line, now: float) -> bool:
        number = self.lines.index(line)
        if self._fractions[number] is not None and self._credit[number] < 1.0:
            return False
        own = line.limits.own
        if own is not None and (wait := own.wait(1, now)):
            line.wake_in(wait)
            return False
        return True

    def _test(self, line: Line, now: float) -> Callable[[Claimed], bool] | None:
        """Whether a message is this line's to take, and its country and sender's name may have
        another one."""
        limited = bool(line.limits.countries or line.limits.identities)
        shunned = line.provider.name if self._others_are_well(line) else None
        if shunned is None and not limited:
            return None

        def may(claimed: Claimed) -> bool:
            if claimed.failed_at and claimed.failed_at == shunned:
                return False
            if not limited:
                return True
            wait = max((bucket.wait(1, now) for bucket in self._special(line, claimed)), default=0)
            if wait:
                line.wake_in(wait)
            return not wait

        return may

    def _others_are_well(self, line: Line) -> bool:
        """Whether somebody else here may try what this line has failed at."""
        return any(
            other.gate.is_open and not other.out_of_service and other.part == 1.0
            for other in self.lines
            if other is not line
        )

    def _special(self, line: Line, claimed: Claimed) -> list[Bucket]:
        country = self._country(claimed)
        return line.limits.special(country, line.identity(country) or line.provider.identity)

    def _took(self, line: Line, claimed: Claimed) -> None:
        lane = claimed.batch.lane
        if lane is Lane.BULK:
            self.bulk_taken += 1
            if self.bulk_pace is not None:
                self.bulk_pace.spend(1)
        if self.held(lane) < self._wanted[lane]:
            self._on_low(lane)
        if not self._plain or line.limits.is_eased:
            self._charge(line, claimed)
            self._credit_others(line)

    def _charge(self, line: Line, claimed: Claimed) -> None:
        if not line.limits.any:
            return
        parts = claimed.batch.wording.parts(claimed.channel, claimed.language)
        if line.limits.own is not None:
            line.limits.own.spend(parts)
        for bucket in self._special(line, claimed):
            bucket.spend(parts)
        if self.stock:
            # The next hand waits for its own tokens.
            line.wake(1, urgent=bool(self.stock.size(Lane.URGENT)))

    def _credit_others(self, line: Line) -> None:
        if self._fractions[self.lines.index(line)] is not None:
            self._credit[self.lines.index(line)] -= 1.0
            return
        for number, fraction in self._fractions.items():
            if fraction:
                earned = self._credit[number] + fraction / (1.0 - fraction)
                self._credit[number] = min(_MOST_CREDIT, earned)
                if self._credit[number] >= 1.0 and self.stock:
                    self.lines[number].wake(1, urgent=False)

    def _look_for_hands(self, count: int, *, urgent: bool) -> None:
        if len(self.lines) == 1:
            self.lines[0].wake(count, urgent=urgent)
            return
        while count > 0 and (number := self._next_in_turn()) is not None:
            self.lines[number].wake(1, urgent=urgent)
            count -= 1
        if urgent and count > 0:
            # Only reserved hands are left.
            for line in self.lines:
                line.wake(count, urgent=True)

    def _next_in_turn(self) -> int | None:
        """Whose hand is next: smoothly by weight, among those that have one free."""
        free = [n for n, line in enumerate(self.lines) if line.rests() and self._takes(n, line)]
        if not free:
            return None
        whole = sum(self.lines[number].weight for number in free)
        for number in free:
            self._turns[number] += self.lines[number].weight
        chosen = max(free, key=lambda number: self._turns[number])
        self._turns[chosen] -= whole
        return chosen

    def _takes(self, number: int, line: Line) -> bool:
        below = self._fractions[number] is not None and self._credit[number] < 1.0
        return not below and not line.out_of_service and line.gate.admits()

    def _country(self, claimed: Claimed) -> str:
        if claimed.channel != Channel.SMS:
            return claimed.country
        return destination(claimed.address, claimed.country)


def desks(lines: Iterable[Line], *, bulk_patience: float) -> dict[Channel, Desk]:
    """One desk a channel."""
    by_channel: dict[Channel, list[Line]] = {}
    for line in lines:
        by_channel.setdefault(line.provider.channel, []).append(line)
    return {
        channel: Desk(channel, some, bulk_patience=bulk_patience)
        for channel, some in by_channel.items()
    }
