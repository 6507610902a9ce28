"""Sightings by the thousand into standings, tallies and the curve, in the caller's transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.engine.tally import bump_version, counted
from safeconduct.picture.rollcall.rules import Sighting, Standing, Word


class Heard(NamedTuple):
    """What somebody said of one person; ``round_number`` is the round it answered."""

    person_id: int
    witness: int
    presence: int
    safety: int
    said_at: datetime
    received_at: datetime
    round_number: int
    actor_kind: str
    actor_id: int | None
    told_by: str = ""
    closes_help_at: datetime | None = None


_SIGHTING: Final = {
    "incident_id": "int8",
    "person_id": "int8",
    "witness": "int2",
    "presence": "int2",
    "safety": "int2",
    "stated_at": "timestamptz",
    "received_at": "timestamptz",
    "round_number": "int2",
    "actor_kind": "varchar",
    "actor_id": "int8",
    "told_by": "varchar",
    "closes_help_at": "timestamptz",
}
_FOLDED: Final = {
    "person_id": "int8",
    "presence": "int2",
    "safety": "int2",
    "conflict": "bool",
    "help_open": "bool",
    "stated_at": "timestamptz",
    "heard_round": "int2",
    "words": "jsonb",
    "there_at": "timestamptz",
    "called_at": "timestamptz",
    "closed_through": "timestamptz",
}
# Locked in the order of their ids, by everybody: see tally.counted.
_LOCK: Final = f"""
    SELECT asked_round, asked_at, {", ".join(_FOLDED)} FROM rollcall_standing
    WHERE incident_id = %s AND person_id = ANY(%s) ORDER BY person_id FOR UPDATE
"""
_UPDATE: Final = counted(
    "UPDATE rollcall_standing AS s SET "
    + ", ".join(f"{name} = f.{name}" for name in list(_FOLDED)[1:])
    + " FROM rollcall_folded AS f"
    " WHERE s.incident_id = %(incident_id)s AND s.person_id = f.person_id"
)


class _Known(NamedTuple):
    asked_round: int
    asked_at: datetime | None
    standing: Standing


def fold(incident_id: int, heard: Sequence[Heard], *, now: datetime) -> set[int]:
    """Write the sightings and bring everything computed from them up to date.

    Returns the people who have no standing in the incident: theirs are not written.
    """
    cursor = rows.cursor()
    known = _lock(cursor, incident_id, {each.person_id for each in heard})
    placed = [each for each in heard if each.person_id in known]
    said = [(each, _sighting(each, known[each.person_id])) for each in placed]
    rows.copy_in(cursor, "rollcall_sighting", _SIGHTING, _sighting_rows(incident_id, said))
    rows.scratch(cursor, "rollcall_folded", _FOLDED)
    rows.copy_in(cursor, "rollcall_folded", _FOLDED, _folded_rows(known, said))
    cursor.execute(_UPDATE, {"incident_id": incident_id})
    # The caller may fold again before the commit empties the scratch table.
    cursor.execute("DELETE FROM rollcall_folded")
    _count_minutes(cursor, incident_id, placed)
    bump_version(cursor, incident_id, now)
    return {each.person_id for each in heard} - known.keys()


def _lock(cursor: Cursor, incident_id: int, people: Iterable[int]) -> dict[int, _Known]:
    cursor.execute(_LOCK, [incident_id, list(people)], binary=True)
    return {row[2]: _Known(row[0], row[1], _standing(row[3:])) for row in cursor}


def _standing(row: tuple[Any, ...]) -> Standing:
    columns = list(row)
    columns[6] = {key: Word(*word) for key, word in (row[6] or {}).items()}
    return Standing(*columns)


def _sighting(heard: Heard, known: _Known) -> Sighting:
    return Sighting(
        heard.witness,
        heard.presence,
        heard.safety,
        heard.said_at,
        heard.received_at,
        heard.actor_id,
        rules.round_heard(
            said_at=heard.said_at,
            round_number=heard.round_number,
            asked_round=known.asked_round,
            asked_at=known.asked_at,
        ),
        heard.closes_help_at,
    )


def _sighting_rows(incident_id: int, said: Iterable[tuple[Heard, Sighting]]) -> Iterable[rows.Row]:
    for heard, sighting in said:
        yield (
            incident_id,
            heard.person_id,
            heard.witness,
            heard.presence or None,
            heard.safety or None,
            heard.said_at,
            heard.received_at,
            sighting.round_number,
            heard.actor_kind,
            heard.actor_id,
            heard.told_by,
            heard.closes_help_at,
        )


def _folded_rows(
    known: dict[int, _Known], said: Iterable[tuple[Heard, Sighting]]
) -> Iterable[rows.Row]:
    by_person: dict[int, list[Sighting]] = defaultdict(list)
    for heard, sighting in said:
        by_person[heard.person_id].append(sighting)
    for person_id, sightings in by_person.items():
        after = rules.standing_of(known[person_id].standing, sightings)
        yield (
            person_id,
            after.presence,
            after.safety,
            after.conflict,
            after.help_open,
            after.stated_at,
            after.heard_round,
            {key: tuple(word) for key, word in after.words.items()},
            after.there_at,
            after.called_at,
            after.closed_through,
        )


def _count_minutes(cursor: Cursor, incident_id: int, heard: Iterable[Heard]) -> None:
    minutes = Counter(
        (each.received_at.replace(second=0, microsecond=0), each.safety) for each in heard
    )
    cursor.executemany(
        "INSERT INTO rollcall_minute AS m (incident_id, minute, safety, answers)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (incident_id, minute, safety)"
        " DO UPDATE SET answers = m.answers + excluded.answers",
        [(incident_id, *key, answers) for key, answers in sorted(minutes.items())],
    )
