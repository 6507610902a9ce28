"""Raw answers, taken off the pile in the transaction that folds them."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.terms import Reason

_OLDEST: Final = "SELECT id FROM intake_rawanswer ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
_COLUMNS: Final = """
    id, received_at, stated_at, channel, key, asked_id, answer, scope, others, sender, text
"""
_TAKE: Final = f"""
    DELETE FROM intake_rawanswer WHERE id = ANY (ARRAY({_OLDEST})) RETURNING {_COLUMNS}
"""
_TAKE_ONE: Final = f"DELETE FROM intake_rawanswer WHERE id = %s RETURNING {_COLUMNS}"
# Instants nobody can have meant would be refused again and again by whoever reads them.
_SET_ASIDE: Final = f"""
    WITH broken AS (DELETE FROM intake_rawanswer WHERE id = %(id)s RETURNING *)
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
    """Up to ``limit`` answers, the oldest first; they come back if the transaction fails.

    Answers another drain has in hand are passed over.
    """
    cursor.execute(_TAKE, [limit], binary=True)
    return sorted(Raw._make(row) for row in cursor.fetchall())


def hold_oldest(cursor: Cursor) -> int | None:
    """The id of the oldest answer nobody has in hand, held until the transaction ends."""
    cursor.execute(_OLDEST, [1])
    row = cursor.fetchone()
    return int(row[0]) if row else None


def take_one(cursor: Cursor, raw_id: int) -> list[Raw]:
    cursor.execute(_TAKE_ONE, [raw_id], binary=True)
    return [Raw._make(row) for row in cursor.fetchall()]


def set_aside(cursor: Cursor, raw_id: int, now: datetime) -> None:
    """Give an answer that cannot be folded to a person to read."""
    cursor.execute(_SET_ASIDE, {"id": raw_id, "now": now})
