"""One provider at work: its hands, its pauses, and how it has been doing."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from safeconduct.wires.messaging.engine.buckets import Limits
from safeconduct.wires.messaging.engine.gate import Gate
from safeconduct.wires.messaging.engine.providers.base import Answer, Provider
from safeconduct.wires.messaging.engine.routing import Course, Pace, Seen, next_course
from safeconduct.wires.messaging.terms import State

_MINUTE: Final = 60.0
# We hold no more than a provider takes in this time, so that leases suffice.
_STOCK_SECONDS: Final = 2.0
# So much of what it takes in a second lies ready: a claim under load may take as long.
_READY_SECONDS: Final = 0.3
_MOST_READY: Final = 1000
# So often in a row must a link test fail to be believed.
_DEAD_AFTER: Final = 2


@dataclass(slots=True)
class _Slot:
    """Calls that ended within a short time. ``bad`` ones failed or were slow."""

    at: float
    handed: int = 0
    failed: int = 0
    bad: int = 0


@dataclass(slots=True)
class Link:
    """What link tests found; ``at`` is none before the first, and where none is possible."""

    at: datetime | None = None
    ok: bool | None = None
    failures: int = 0

    @property
    def verdict(self) -> bool | None:
        if self.ok is False:
            return False if self.failures >= _DEAD_AFTER else None
        return self.ok


class Line:
    """A provider with as many hands as may be busy at once. To be made inside the loop."""

    def __init__(self, provider: Provider, *, hands: int, pace: Pace) -> None:
        self._loop = asyncio.get_running_loop()
        self.pace = pace
        self.provider = provider
        self.hands = hands
        # A tenth of the hands takes urgent messages only, so that a warning does not wait
        # for four hundred slow calls about something else.
        self.reserved = hands // 10
        self.gate = Gate(self.wake_all)
        self.limits = Limits(provider.options, now=self._loop.time())
        # The name messages bear in each country, where the operators there know us.
        self.identities: dict[str, str] = {}
        self.course = Course()
        self.link = Link()
        self.out_of_service = False
        # Of what this provider could do, how much the desk lets it have.
        self.part = 1.0
        self.last_ok_at: datetime | None = None
        self.last_failed_at: datetime | None = None
        self.failure = ""
        self.latency = 0.0
        self._eased_at = -_MINUTE
        self._restored_at = self._loop.time()
        self._begun: dict[int, float] = {}
        self._slots: deque[_Slot] = deque([_Slot(self._loop.time())])
        self._width = min(1.0, pace.window / 10)
        self._resting: dict[bool, deque[asyncio.Future[None]]] = {True: deque(), False: deque()}
        self._timer: asyncio.TimerHandle | None = None

    @property
    def weight(self) -> float:
        return self.provider.weight

    def room(self) -> int:
        """How many messages it is worth holding for this provider."""
        if self.out_of_service or not self.part:
            return 0
        if not self.gate.is_open:
            return 1
        if self.limits.own is not None:
            return max(1, min(self.hands, int(self.limits.own.per_second * _STOCK_SECONDS)))
        # Quick hands would else wait for a claim after every handful.
        quick = int(self.hands * _READY_SECONDS / max(self.latency, 0.001))
        return max(1, int(self.part * max(self.hands, min(_MOST_READY, quick))))

    def identity(self, country: str) -> str:
        """The sender's name for a country; empty where the provider's own default holds."""
        return self.identities.get(country, "")

    # ── hands that wait ──────────────────────────────────────────────────────────────

    async def rest(self, *, reserved: bool) -> None:
        """Wait until there may be something for this hand."""
        turn = self._loop.create_future()
        self._resting[reserved].append(turn)
        await turn

    def rests(self) -> bool:
        """Whether a hand for any kind of message waits."""
        return bool(self._resting[False])

    def wake(self, count: int, *, urgent: bool) -> int:
        """Wake up to so many hands; an urgent message may have the reserved ones first."""
        woken = self._rouse(count, reserved=True) if urgent else 0
        return woken + self._rouse(count - woken, reserved=False)

    def wake_all(self) -> None:
        for resting in self._resting.values():
            self._rouse(len(resting), reserved=resting is self._resting[True])

    def wake_in(self, seconds: float) -> None:
        """Let hands look again after a while; the earliest wish counts."""
        # Of less than a millisecond uvloop makes no timer, but a call that knows no time.
        seconds = max(seconds, 0.001)
        due = self._loop.time() + seconds
        if self._timer is not None and not self._timer.cancelled():
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self.wake(1, urgent=True)
        self.wake(1, urgent=False)

    def _rouse(self, count: int, *, reserved: bool) -> int:
        woken, resting = 0, self._resting[reserved]
        while woken < count and resting:
            turn = resting.popleft()
            if not turn.done():
                turn.set_result(None)
                woken += 1
        return woken

    # ── how it does ──────────────────────────────────────────────────────────────────

    def begin(self, number: int) -> None:
        """A call about this delivery begins."""
        self._begun[number] = self._loop.time()

    def note(self, number: int, answer: Answer, *, now: datetime) -> None:
        """Remember how a call went that had begun."""
        ended = self._loop.time()
        seconds = ended - self._begun.pop(number, ended)
        slot = self._slot(ended)
        self.latency += (seconds - self.latency) / 16
        if answer.busy:
            self._ease(ended)
        if answer.state is State.WAITING:
            slot.failed += 1
            slot.bad += 1
            self.last_failed_at, self.failure = now, answer.failure
            return
        slot.handed += 1
        slot.bad += seconds > self.pace.slow
        self.last_ok_at = now

    def _ease(self, now: float) -> None:
        # Hundreds of calls that were under way say the same: once a second it is heeded.
        if now - self._eased_at >= 1.0:
            self._eased_at = now
            self.limits.ease(self._taken(now), now=now)

    def _taken(self, now: float) -> float:
        """Messages a second of late: a slot that has just begun has seen too little."""
        slots = [slot for slot in self._slots if now - slot.at < 1.0 + self._width]
        handed = sum(slot.handed for slot in slots)
        return handed / max(now - slots[0].at, 0.1) if slots else 0.0

    def forget(self, number: int) -> None:
        """A call was cut off by us."""
        self._begun.pop(number, None)

    def last_minute(self) -> tuple[int, int]:
        """Calls that were answered, and calls that failed."""
        self._slot(self._loop.time())
        return sum(s.handed for s in self._slots), sum(s.failed for s in self._slots)

    def seen(self) -> Seen:
        """Calls that ended within the window, since the share last changed; and slow ones."""
        now = self._loop.time()
        since = max(now - self.pace.window, self.course.since)
        slots = [slot for slot in self._slots if slot.at >= since]
        bad = sum(slot.bad for slot in slots)
        total = sum(slot.handed + slot.failed for slot in slots)
        slow = sum(
            since <= at + self.pace.slow <= now and at >= self.course.since
            for at in self._begun.values()
        )
        return Seen(good=total - bad, bad=bad + slow, link=self.link.verdict)

    def judge(self) -> bool:
        """Follow the rule of shares; returns whether the share changed."""
        before, now = self.course, self._loop.time()
        if now - max(self._eased_at, self._restored_at) >= 1.0:
            self._restored_at = now
            self.limits.restore(now=now)
        self.course = next_course(before, self.seen(), now=now, pace=self.pace)
        if self.course.share == before.share:
            return False
        # What comes from here on is counted apart from what led here.
        self._slots.append(_Slot(self.course.since))
        return True

    def _slot(self, now: float) -> _Slot:
        slots = self._slots
        if now - slots[-1].at >= self._width:
            slots.append(_Slot(now))
            while slots[0].at <= now - _MINUTE:
                slots.popleft()
        return slots[-1]
