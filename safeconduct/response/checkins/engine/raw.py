"""Raw answers, taken off the pile in the transaction that folds them."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.engine import plain
from safeconduct.response.checkins.terms import Reason
from safeconduct.wires.intake.terms import Answer

_OLDEST: Final = "SELECT id FROM intake_rawanswer ORDER BY id LIMIT %(limit)s"
_COLUMNS: Final = {
    "id": "int8",
    "received_at": "timestamptz",
    "stated_at": "timestamptz",
    "channel": "int2",
    "key": "uuid",
    "asked_id": "int8",
    "answer": "int2",
    "scope": "int2",
    "others": "jsonb",
    "sender": "varchar",
    "text": "varchar",
}
_LISTED: Final = ", ".join(_COLUMNS)
_TABLE: Final = "checkins_taken"
# With the incident an asked-id was dealt for: the id alone does not name its partition.
_TAKE: Final = f"""
    WITH taken AS (DELETE FROM intake_rawanswer WHERE id = {{which}} RETURNING {_LISTED})
    INSERT INTO {_TABLE} ({_LISTED}, incident_id)
    SELECT {_LISTED}, (
        SELECT CASE WHEN taken.asked_id < until_id THEN incident_id END FROM checkins_askedblock
        WHERE first_id <= taken.asked_id ORDER BY first_id DESC LIMIT 1
    ) FROM taken
"""
_TAKE_OLDEST: Final = _TAKE.format(which=f"ANY (ARRAY({_OLDEST} FOR UPDATE SKIP LOCKED))")
_TAKE_ONE: Final = _TAKE.format(which="%(id)s")
_OTHERS: Final = f"""
    SELECT {_LISTED} FROM {_TABLE} WHERE id NOT IN (SELECT raw_id FROM {plain.TABLE}) ORDER BY id
"""
# Instants nobody can have meant would be refused again and again by whoever reads them.
_SET_ASIDE: Final = f"""
    WITH broken AS (DELETE FROM intake_rawanswer WHERE id = %(id)s RETURNING *)
    INSERT INTO checkins_unclear (received_at, stated_at, channel, key, sender, text,
        asked_id, answer, reason, candidates, countries, calls, outcome)
    SELECT least(greatest(received_at, '2020-01-01Z'), %(now)s),
        least(greatest(stated_at, '2020-01-01Z'), %(now)s),
        channel, key, sender, text, asked_id, answer, '{Reason.BROKEN.value}', '[]', '{{}}',
        coalesce(answer = {Answer.NEEDS_HELP:d}, false), ''
    FROM broken ON CONFLICT (key) DO NOTHING RETURNING id, asked_id, text
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


def take(cursor: Cursor, limit: int) -> int:
    """Lay up to ``limit`` answers, the oldest first, into this session's table; how many.

    Answers another drain has in hand are passed over. They come back if the transaction fails.
    """
    return _taken(cursor, _TAKE_OLDEST, limit=limit)


def hold_oldest(cursor: Cursor) -> int | None:
    """The id of the oldest answer nobody has in hand, held until the transaction ends."""
    cursor.execute(f"{_OLDEST} FOR UPDATE SKIP LOCKED", {"limit": 1})
    row = cursor.fetchone()
    return int(row[0]) if row else None


def take_one(cursor: Cursor, raw_id: int) -> int:
    return _taken(cursor, _TAKE_ONE, id=raw_id)


def others(cursor: Cursor) -> list[Raw]:
    """The answers taken that are not plain, the oldest first."""
    cursor.execute(_OTHERS, binary=True)
    return [Raw._make(row) for row in cursor.fetchall()]


class Broken(NamedTuple):
    """An answer set aside: its number among unclear ones, and what it came with."""

    id: int
    asked_id: int | None
    text: str


def set_aside(cursor: Cursor, raw_id: int, now: datetime) -> Broken | None:
    """Give an answer that cannot be folded to a person to read; None if its key is there."""
    cursor.execute(_SET_ASIDE, {"id": raw_id, "now": now})
    row = cursor.fetchone()
    return Broken._make(row) if row else None


def _taken(cursor: Cursor, statement: str, **which: int) -> int:
    rows.scratch(cursor, _TABLE, _COLUMNS | {"incident_id": "int8"})
    # A transaction may take more than once, and only its commit empties the table.
    cursor.execute(f"DELETE FROM {_TABLE}")
    cursor.execute(statement, which)
    return cursor.rowcount
