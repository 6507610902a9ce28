"""A line's timer, on the loop senders run on."""

import asyncio
from types import SimpleNamespace

import uvloop

from safeconduct.wires.messaging.engine.line import Line


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
