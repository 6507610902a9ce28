"""Whether a fault is the database's, which passes, or that of what is just in hand.

Whoever works off a pile waits out the first and sets aside what causes the second: taken the
one for the other, a pile stands still for ever or is emptied before officers.
"""

from typing import Final

import django.db
import psycopg

_AWAY: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    django.db.OperationalError,
    django.db.InterfaceError,
)
# PostgreSQL, appendix A: a standby is only read (25006); in the midst of an upgrade a table, a
# column or a right is not there yet (42P01, 42703, 42501).
_PASSING: Final = frozenset({"25006", "42P01", "42703", "42501"})


def is_outage(fault: BaseException) -> bool:
    """Whether the database is away or not itself, so that the same work may succeed later."""
    if isinstance(fault, _AWAY):
        return True
    cause = fault if isinstance(fault, psycopg.Error) else fault.__cause__
    return isinstance(cause, psycopg.Error) and cause.sqlstate in _PASSING
