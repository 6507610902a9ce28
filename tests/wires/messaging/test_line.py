"""A line's timer, on the loop senders run on."""

import asyncio
from types import SimpleNamespace

import pytest
import uvloop

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine.line import Line
from safeconduct.wires.messaging.engine.providers.base import Answer, busy
from safeconduct.wires.messaging.terms import State


def test_wishes_shorter_than_a_millisecond_wake_a_hand_all_the_same():
    """uvloop turns them into calls without a time, and a sender with a limit died of asking."""

    async def woken():
        provider = SimpleNamespace(options={"per_second": 300}, weight=1)
        line = Line(provider, hands=4, pace=SimpleNamespace(window=20.0))
        resting = asyncio.create_task(line.rest(reserved=False))
        await asyncio.sleep(0)
        line.wake_in(0.0001)
        line.wake_in(0.00001)
        await asyncio.wait_for(resting, 5)

    uvloop.run(woken())


class Traffic:
    """A line whose loop's clock is turned by hand."""

    def __init__(self, **options: object) -> None:
        self.now = 100.0
        provider = SimpleNamespace(options=options, weight=1)
        self.line = Line(provider, hands=4, pace=SimpleNamespace(window=20.0, slow=5.0))
        self.line._loop = SimpleNamespace(time=lambda: self.now)

    def flow(self, per_second: int, seconds: int) -> None:
        for number in range(per_second * seconds):
            self.now += 1 / per_second
            self.line.note(number, Answer(State.HANDED), now=clock.now())

    def complain(self) -> float:
        self.line.note(0, busy("http 429", wait=None), now=clock.now())
        return self.line.limits.own.per_second


async def _eased(flow: int, seconds: int, lull: float, **options: object) -> float:
    traffic = Traffic(**options)
    traffic.line._slots[0].at = traffic.now
    traffic.flow(flow, seconds)
    traffic.now += lull
    return traffic.complain()


@pytest.mark.parametrize("options", [{}, {"per_second": 1000}])
def test_a_complaint_that_opens_a_slot_leaves_what_was_taken_before(options) -> None:
    """It left one message a second to a provider that had just taken a thousand."""
    # The slot of the last second is full then, and the complaint begins another.
    rates = [asyncio.run(_eased(400, 3, lull, **options)) for lull in (0.0, 0.01, 0.2)]
    if options:
        assert rates == [500.0] * 3
    else:
        assert rates == pytest.approx([400, 400, 400], rel=0.2)


def test_a_complaint_leaves_no_more_than_was_taken() -> None:
    assert asyncio.run(_eased(80, 3, 0.0, per_second=100)) == pytest.approx(80, rel=0.05)
    assert asyncio.run(_eased(300, 3, 0.0, per_second=100)) == 100


def test_one_complaint_after_a_lull_at_most_halves_the_limit() -> None:
    async def eased() -> list[float]:
        traffic, rates = Traffic(per_second=100), []
        for _ in range(3):
            traffic.now += 2.0
            rates.append(traffic.complain())
        return rates

    assert asyncio.run(eased()) == [50, 25, 12.5]
    assert asyncio.run(_eased(10, 1, 30.0)) == 20
