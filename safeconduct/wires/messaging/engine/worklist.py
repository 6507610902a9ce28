"""Messages that people deliver: taken one at a time, and settled by what came of it.

The same rows as a sender's, with a longer lease: whoever took one and never says what came
of it loses it to the sweeper, which puts it back and marks it as perhaps done twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from safeconduct.wires.messaging.terms import State

_TAKE: Final = """
UPDATE messaging_delivery SET state = 1,
    leased_until = clock_timestamp() + %s * interval '1 second'
WHERE batch_id = %s AND id = (
    SELECT id FROM messaging_delivery WHERE batch_id = %s AND id = %s AND state = 0
    FOR UPDATE SKIP LOCKED)
RETURNING address
"""
_KEEP: Final = """
UPDATE messaging_delivery SET leased_until = clock_timestamp() + %s * interval '1 second'
WHERE batch_id = %s AND id = %s AND state = 1
"""
_SETTLE: Final = """
WITH ended AS (
    UPDATE messaging_delivery AS d SET state = %s, attempts = d.attempts + %s,
        failure = %s, due_at = coalesce(%s, d.due_at),
        leased_until = NULL, provider = %s,
        handed_at = CASE WHEN %s IN (2, 3) THEN %s ELSE d.handed_at END,
        settled_at = CASE WHEN %s >= 3 THEN %s END
    WHERE d.batch_id = %s AND d.id = %s AND (d.state = 0 OR d.state = 1 AND %s)
    RETURNING old.state AS was, new.state AS became, d.channel, d.country, d.covers
), counted AS (
    INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
    SELECT %s, channel, side.state, country, side.sign, side.sign * covers
    FROM ended, LATERAL (VALUES (0, -1), (became, 1)) AS side (state, sign)
    WHERE became <> 0
)
SELECT count(*) FROM ended
"""


@dataclass(frozen=True, slots=True)
class End:
    """What a message came to. ``due_at`` where it waits for another try.

    ``tries`` is what this adds to the count of tries in vain.
    """

    state: State
    at: datetime
    failure: str = ""
    due_at: datetime | None = None
    by: str = ""
    tries: int = 0


def take_one(batch_id: int, delivery_id: int, *, held_for: timedelta) -> str | None:
    """Take a waiting message off the list; its address, or None if somebody was quicker."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [held_for.total_seconds(), batch_id, batch_id, delivery_id])
        row = cursor.fetchone()
    return str(row[0]) if row else None


def keep_one(batch_id: int, delivery_id: int, *, held_for: timedelta) -> bool:
    """Hold a message that was taken for longer; False where nobody holds it any more."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [held_for.total_seconds(), batch_id, delivery_id])
        return bool(cursor.rowcount)


def settle_one(batch_id: int, delivery_id: int, end: End, *, holds: bool) -> bool:
    """Write down what became of a message; False where it had ended already.

    One that somebody has taken is changed only by whoever ``holds`` it.
    """
    state = int(end.state)
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            [
                *(state, end.tries, end.failure, end.due_at, end.by, state, end.at, state, end.at),
                *(batch_id, delivery_id, holds, batch_id),
            ],
        )
        return bool(cursor.fetchone()[0])
