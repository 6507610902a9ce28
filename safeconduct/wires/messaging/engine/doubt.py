"""After a restore nobody knows which of the waiting messages left since the backup was made."""

from typing import Final

from django.db import connection

from safeconduct.wires.messaging.terms import State

_DOUBT: Final = """
UPDATE messaging_delivery SET maybe_twice = true
 WHERE state = ANY (%s) AND NOT maybe_twice
"""
_OPEN: Final = """
SELECT count(*) FROM messaging_delivery WHERE state = ANY (%s)
"""


def doubt_waiting() -> int:
    """Mark every message that has not left as perhaps sent twice; how many there are.

    They are sent all the same: a warning twice is better than none.
    """
    states = [[State.WAITING, State.CLAIMED]]
    with connection.cursor() as cursor:
        cursor.execute(_DOUBT, states)
        cursor.execute(_OPEN, states)
        return int(cursor.fetchone()[0])
