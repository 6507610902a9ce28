"""Link tests: asking providers without a message whether they answer."""

import asyncio
import logging
from typing import Final

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine.line import Line

# A test that failed is repeated soon: one lost packet is no verdict.
_SOON_SECONDS: Final = 10.0
log: Final = logging.getLogger(__name__)


async def keep_testing(lines: list[Line]) -> None:
    """Test each line when it is due, all beside each other."""
    await asyncio.gather(*(_keep_testing(line) for line in lines))


async def _keep_testing(line: Line) -> None:
    while True:
        await run_test(line)
        await asyncio.sleep(seconds_to_next(line))


async def run_test(line: Line) -> None:
    """One test, and what it found."""
    ok = await _answers(line)
    if ok is None:
        return
    line.link.at, line.link.ok = clock.now(), ok
    line.link.failures = 0 if ok else line.link.failures + 1


def seconds_to_next(line: Line) -> float:
    """Every few minutes; sooner after a failure, and while the provider is out."""
    pace = line.pace
    if line.link.ok is False:
        return min(_SOON_SECONDS, pace.probe)
    return min(pace.out, pace.probe) if line.course.is_out else pace.probe


async def _answers(line: Line) -> bool | None:
    try:
        async with asyncio.timeout(min(line.pace.slow, line.provider.timeout)):
            return await line.provider.probe()
    except TimeoutError:
        return False
    except Exception as fault:  # noqa: BLE001 -- else one provider's mistake would end the sender
        log.error("The link test of %s failed unforeseen: %s.", line.provider.name, type(fault))  # noqa: TRY400 -- its words may hold a password
        return False
