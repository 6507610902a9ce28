"""The time, asked for at the edge only; rules are handed it as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connection

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """This instant in UTC, or the one a test has stopped the clock at."""
    return _stopped.get() or datetime.now(UTC)


def of_database() -> datetime:
    """The database's instant: what several machines must agree on is dated by it.

    A clock on the wall may be minutes off, or be set while a process runs.
    """
    if stopped := _stopped.get():
        return stopped
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant


@contextmanager
def stopped_at(moment: datetime) -> Iterator[datetime]:
    """Stop the clock for this thread or task: tests of deadlines run on it."""
    token = _stopped.set(moment)
    try:
        yield moment
    finally:
        _stopped.reset(token)
