"""Raw answers, taken off the pile in the transaction that folds them."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.terms import Reason

_TAKE: Final = """
    DELETE FROM intake_rawanswer WHERE id = ANY (ARRAY(
        SELECT id FROM intake_rawanswer ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
    RETURNING id, received_at, stated_at, channel, key, asked_id, answer, scope, others,
        sender, text
"""
# Instants nobody can have meant would be refused again and again by whoever reads them.
_SET_ASIDE: Final = f"""
    WITH broken AS (
        DELETE FROM intake_rawanswer WHERE id = (
            SELECT id FROM intake_rawanswer ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *
    )
    INSERT INTO checkins_unclear (received_at, stated_at, channel, key, sender, text,
        asked_id, answer, reason, candidates, countries, outcome)
    SELECT least(greatest(received_at, '2020-01-01Z'), %(now)s),
        least(greatest(stated_at, '2020-01-01Z'), %(now)s),
        channel, key, sender, text, asked_id, answer, '{Reason.BROKEN.value}', '[]', '{{}}', ''
    FROM broken ON CONFLICT (key) DO NOTHING
"""


class Raw(NamedTuple):
    """One answer as it arrived."""

    id: int
    received_at: datetime
    stated_at: datetime
    channel: int
    key: UUID
    asked_id: int | None
    answer: int | None
    scope: int
    others: object
    sender: str
    text: str


def take(cursor: Cursor, limit: int) -> list[Raw]:
    """Up to ``limit`` answers, the oldest first; they come back if the transaction fails."""
    cursor.execute(_TAKE, [limit], binary=True)
    return sorted(Raw._make(row) for row in cursor.fetchall())


def set_aside_oldest(cursor: Cursor, now: datetime) -> None:
    """Give the oldest answer, which nobody could fold, to a person to read."""
    cursor.execute(_SET_ASIDE, {"now": now})
