"""Sightings by the thousand into standings, tallies and the curve, in the caller's transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.news import NEWS
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.engine.tally import bump_version, counted
from safeconduct.picture.rollcall.rules import Sighting, Standing, Word
from safeconduct.picture.rollcall.terms import Witness


class Heard(NamedTuple):
    """What was said of one person; the sighting's round is the one that was answered."""

    person_id: int
    sighting: Sighting
    actor_kind: str
    actor_id: int | None
    told_by: str = ""


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
_READ: Final = f"""
    SELECT asked_round, asked_at, {", ".join(_FOLDED)} FROM rollcall_standing
    WHERE incident_id = %s AND person_id = ANY(%s::bigint[])
"""
_ANSWERING: Final = frozenset({Witness.SELF, Witness.PARTY})
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
    rows.by_key(cursor)
    rows.hold(cursor, [incident_id])
    known = _read(cursor, incident_id, {each.person_id for each in heard})
    placed = [
        each._replace(sighting=_dated(each.sighting, known[each.person_id]))
        for each in heard
        if each.person_id in known
    ]
    rows.copy_in(cursor, "rollcall_sighting", _SIGHTING, _sighting_rows(incident_id, placed))
    rows.scratch(cursor, "rollcall_folded", _FOLDED)
    rows.copy_in(cursor, "rollcall_folded", _FOLDED, _folded_rows(known, placed))
    cursor.execute(_UPDATE, {"incident_id": incident_id})
    # The caller may fold again before the commit empties the scratch table.
    cursor.execute("DELETE FROM rollcall_folded")
    _count_minutes(cursor, incident_id, placed)
    NEWS.put(incident_id, {each.person_id for each in placed})
    bump_version(cursor, incident_id, now)
    return {each.person_id for each in heard} - known.keys()


def _read(cursor: Cursor, incident_id: int, people: Iterable[int]) -> dict[int, _Known]:
    cursor.execute(_READ, [incident_id, rows.ids(people)], binary=True)
    return {row[2]: _Known(row[0], row[1], _standing(row)) for row in cursor.fetchall()}


def _standing(row: tuple[Any, ...]) -> Standing:
    _, _, _, presence, safety, conflict, help_open, stated_at, heard_round, words, *moments = row
    known = {key: Word(*word) for key, word in words.items()} if words else rules.NO_WORDS
    return Standing(presence, safety, conflict, help_open, stated_at, heard_round, known, *moments)


def _dated(sighting: Sighting, known: _Known) -> Sighting:
    answered = rules.round_heard(
        said_at=sighting.stated_at,
        round_number=sighting.round_number,
        asked_round=known.asked_round,
        asked_at=known.asked_at,
    )
    if answered == sighting.round_number:
        return sighting
    return sighting._replace(round_number=answered)


def _sighting_rows(incident_id: int, heard: Iterable[Heard]) -> Iterable[rows.Row]:
    for person_id, sighting, actor_kind, actor_id, told_by in heard:
        witness, presence, safety, stated_at, received_at, _, round_number, closes = sighting
        yield (
            incident_id,
            person_id,
            witness,
            presence or None,
            safety or None,
            stated_at,
            received_at,
            round_number,
            actor_kind,
            actor_id,
            told_by,
            closes,
        )


def _folded_rows(known: dict[int, _Known], heard: Iterable[Heard]) -> Iterable[rows.Row]:
    after: dict[int, Standing] = {}
    for person_id, sighting, *_ in heard:
        before = after.get(person_id) or known[person_id].standing
        after[person_id] = rules.standing_after(before, sighting)
    for person_id, standing in after.items():
        first, words, last = standing[:6], standing.words, standing[7:]
        # JSON knows no named tuples.
        yield (person_id, *first, {key: tuple(word) for key, word in words.items()}, *last)


def _count_minutes(cursor: Cursor, incident_id: int, heard: Iterable[Heard]) -> None:
    minutes = Counter(
        (each.sighting.received_at.replace(second=0, microsecond=0), each.sighting.safety)
        for each in heard
        # What an officer noted is no answer that reached our door.
        if each.sighting.witness in _ANSWERING
    )
    cursor.executemany(
        "INSERT INTO rollcall_minute AS m (incident_id, minute, safety, answers)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (incident_id, minute, safety)"
        " DO UPDATE SET answers = m.answers + excluded.answers",
        [(incident_id, *key, answers) for key, answers in sorted(minutes.items())],
    )
