"""First words by the thousand, folded where they lie: there is nothing to weigh them against.

In a storm almost every answer is the first word of somebody who was silent, to the last
question put to them. What it makes of their standing then follows from the word alone, so
the rules are asked once for every word and PostgreSQL does the rest. Everything else goes
through :mod:`fold`; a test holds the two together.
"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from psycopg import sql

from safeconduct.ground.kernel.actor import ActorKind
from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.engine.tally import bump_version, counted
from safeconduct.picture.rollcall.rules import Sighting, Standing
from safeconduct.picture.rollcall.terms import Presence, Safety, Witness

# Of a standing ``s``: nobody has said anything of the person yet.
SILENT: Final = "s.words IS NULL AND s.closed_through IS NULL"
# What a caller's table of first words has for each of its people, none of them twice.
COLUMNS: Final = {
    "incident_id": "int8",
    "person_id": "int8",
    "stated_at": "timestamptz",
    "received_at": "timestamptz",
    # The same as ``stated_at``, in rules.Moment.
    "said_at": "int8",
    "round_number": "int2",
    "presence": "int2",
    "safety": "int2",
    # From here on what ``outcome`` says of the two.
    "becomes_presence": "int2",
    "becomes_safety": "int2",
    "conflict": "bool",
    "help_open": "bool",
    "is_there": "bool",
    "calls": "bool",
}
_SOME_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SIGHTINGS: Final = f"""
    INSERT INTO rollcall_sighting (incident_id, person_id, witness, presence, safety, stated_at,
        received_at, round_number, actor_kind, actor_id)
    SELECT incident_id, person_id, {Witness.SELF:d}, nullif(presence, 0), nullif(safety, 0),
        stated_at, received_at, round_number, '{ActorKind.CITIZEN.value}', person_id
    FROM {{table}} WHERE incident_id = %(incident_id)s
"""
_MINUTES: Final = """
    INSERT INTO rollcall_minute AS m (incident_id, minute, safety, answers)
    SELECT incident_id, date_trunc('minute', received_at), safety, count(*)
    FROM {table} WHERE incident_id = %(incident_id)s GROUP BY 1, 2, 3
    ON CONFLICT (incident_id, minute, safety) DO UPDATE SET answers = m.answers + excluded.answers
"""

_NEWS: Final = """
    INSERT INTO rollcall_news (incident_id, person_id)
    SELECT incident_id, person_id FROM {table} WHERE incident_id = %(incident_id)s
"""


class HeardAlreadyError(Exception):
    """Somebody is not silent any more: no first word of theirs may be folded."""


class Outcome(NamedTuple):
    """What a first word makes of a standing, whichever moments it has."""

    becomes_presence: int
    becomes_safety: int
    conflict: bool
    help_open: bool
    is_there: bool
    calls: bool


def outcome(presence: Presence, safety: Safety) -> Outcome:
    """By the rules.

    :raises ValueError: for a word that says nothing of presence, since then the standing
        keeps the one it had.
    """
    if presence is Presence.UNKNOWN:
        raise ValueError("Such a word cannot be folded without looking at the standing.")
    word = Sighting(Witness.SELF, presence, safety, _SOME_MOMENT, _SOME_MOMENT, None, 1)
    after = rules.standing_after(Standing(), word)
    return Outcome(
        int(after.presence),
        int(after.safety),
        after.conflict,
        after.help_open,
        after.there_at is not None,
        after.called_at is not None,
    )


_STANDINGS: Final = counted(
    f"""
    UPDATE rollcall_standing AS s SET
        presence = f.becomes_presence, safety = f.becomes_safety, conflict = f.conflict,
        help_open = f.help_open, stated_at = f.stated_at,
        heard_round = greatest(s.heard_round, f.round_number),
        there_at = CASE WHEN f.is_there THEN f.stated_at END,
        called_at = CASE WHEN f.calls THEN f.received_at END,
        words = jsonb_build_object('{Witness.SELF:d}', jsonb_build_array(
            f.said_at, f.presence, CASE f.safety WHEN 0 THEN 0 ELSE f.said_at END, f.safety))
    FROM {{table}} AS f
    WHERE f.incident_id = %(incident_id)s
        AND s.incident_id = %(incident_id)s AND s.person_id = f.person_id AND {SILENT}
    """
)


def fold_first(cursor: Cursor, table: str, incident_id: int, count: int, *, now: datetime) -> None:
    """Write the first words of ``count`` people from a table of the session (``COLUMNS``).

    The caller holds the incident (rows.hold).

    :raises HeardAlreadyError: if one of them is not silent; roll back to before.
    """
    if not count:
        return
    known = {"incident_id": incident_id}
    cursor.execute(_about(_STANDINGS, table), known)
    if cursor.fetchone() != (count,):
        raise HeardAlreadyError
    cursor.execute(_about(_SIGHTINGS, table), known)
    cursor.execute(_about(_MINUTES, table), known)
    cursor.execute(_about(_NEWS, table), known)
    bump_version(cursor, incident_id, now)


def _about(statement: str, table: str) -> sql.Composed:
    before, _, after = statement.partition("{table}")
    parts = [sql.SQL(before), sql.Identifier(table), sql.SQL(after)]
    return sql.Composed(parts)
