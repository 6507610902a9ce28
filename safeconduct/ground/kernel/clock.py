"""The time, asked for at the edge only; rules are handed it as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """This instant in UTC, or the one a test has stopped the clock at."""
    return _stopped.get() or datetime.now(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[datetime]:
    """Stop the clock for this thread or task: tests of deadlines run on it."""
    token = _stopped.set(moment)
    try:
        yield moment
    finally:
        _stopped.reset(token)
