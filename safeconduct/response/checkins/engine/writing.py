"""What was read, written down: replies, sightings and standings, and riddles for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor, ActorKind
from safeconduct.picture.rollcall import rules as standing_rules
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.fold import Heard, fold
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.rules import Sighting
from safeconduct.response.checkins import rules
from safeconduct.response.checkins.engine import askings
from safeconduct.response.checkins.engine.raw import Broken
from safeconduct.response.checkins.engine.reading import Riddle, Said
from safeconduct.response.checkins.engine.understanding import understood
from safeconduct.response.checkins.rules import Asking
from safeconduct.response.checkins.terms import Reason
from safeconduct.wires.intake.terms import Answer

_CITIZEN: Final = ActorKind.CITIZEN.value
_REPLY: Final = {
    "incident_id": "int8",
    "asked_id": "int8",
    "answered_by_id": "int8",
    "person_id": "int8",
    "key": "uuid",
    "stated_at": "timestamptz",
    "received_at": "timestamptz",
    "answer": "int2",
    "channel": "int2",
}
_COUNTRIES: Final = """
    SELECT s.incident_id, s.person_id, s.country FROM rollcall_standing AS s
    JOIN unnest(%s::bigint[], %s::bigint[]) AS w(incident_id, person_id)
        ON w.incident_id = s.incident_id AND w.person_id = s.person_id
"""
_UNCLEAR: Final = """
    INSERT INTO checkins_unclear (received_at, stated_at, channel, key, sender, text,
        asked_id, answer, reason, candidates, countries, calls, outcome)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT (key) DO NOTHING
"""

_TELL: Final = """
    UPDATE checkins_unclear SET calls = calls OR %s, candidates = %s, countries = %s WHERE id = %s
"""


def write_replies(
    cursor: Cursor, by_incident: Mapping[int, Sequence[Said]], *, now: datetime, actor: Actor
) -> list[Riddle]:
    """Store answers and fold them; gives back those about people who are not on the roll."""
    strangers: list[Riddle] = []
    for incident_id, answers in by_incident.items():
        unknown = fold(incident_id, [_heard(each) for each in answers], now=now)
        kept = [each for each in answers if each.of.person_id not in unknown]
        strangers.extend(
            Riddle(each.raw, Reason.UNKNOWN_LINK)
            for each in answers
            if each.of.person_id in unknown
        )
        rows.copy_in(cursor, "checkins_reply", _REPLY, map(_reply_row, kept))
        audit.record(
            "checkins.replies_recorded",
            actor=actor,
            subject_kind="incident",
            subject_id=incident_id,
            detail={"count": len(kept)},
            now=now,
        )
    return strangers


def write_riddles(
    cursor: Cursor, riddles: Sequence[Riddle], *, now: datetime, actor: Actor
) -> None:
    """Put answers before a person; a repeat of one that is there already changes nothing."""
    if not riddles:
        return
    countries = _countries(cursor, [one for riddle in riddles for one in riddle.candidates])
    cursor.executemany(_UNCLEAR, [_riddle_row(riddle, countries) for riddle in riddles])
    audit.record(
        "checkins.set_aside",
        actor=actor,
        subject_kind="unclear",
        detail={"count": len(riddles)},
        now=now,
    )


def tell_of_broken(cursor: Cursor, broken: Broken) -> None:
    """Write beside an answer that was set aside whom it is of, and whether its text calls."""
    found = askings.by_id(cursor, [broken.asked_id] if broken.asked_id else []).values()
    candidates, places = _placed(list(found), _countries(cursor, list(found)))
    calls = bool(broken.text) and understood(broken.text).calls
    cursor.execute(_TELL, [calls, candidates, places, broken.id])


def _heard(said: Said) -> Heard:
    raw, answer, of, by = said
    presence, safety = rules.meaning(answer)
    said_at = standing_rules.believed_moment(
        stated_at=raw.stated_at, asked_at=of.asked_at, received_at=raw.received_at
    )
    sighting = Sighting(
        rules.witness_of(of, by),
        presence,
        safety,
        said_at,
        raw.received_at,
        by.person_id,
        of.round_number,
    )
    return Heard(of.person_id, sighting, _CITIZEN, by.person_id)


def _reply_row(said: Said) -> rows.Row:
    raw, answer, of, by = said
    return (
        of.incident_id,
        of.asked_id,
        by.asked_id,
        of.person_id,
        raw.key,
        raw.stated_at,
        raw.received_at,
        answer,
        raw.channel,
    )


def _countries(cursor: Cursor, candidates: Sequence[Asking]) -> dict[tuple[int, int], str]:
    if not candidates:
        return {}
    incidents = [one.incident_id for one in candidates]
    cursor.execute(_COUNTRIES, [incidents, [one.person_id for one in candidates]])
    return {(incident_id, person_id): country for incident_id, person_id, country in cursor}


def _placed(
    candidates: Sequence[Asking], countries: Mapping[tuple[int, int], str]
) -> tuple[Jsonb, list[str]]:
    places = {countries.get((one.incident_id, one.person_id)) for one in candidates}
    listed = [[one.incident_id, one.asked_id, one.person_id] for one in candidates]
    return Jsonb(listed), sorted(place for place in places if place)


def _riddle_row(riddle: Riddle, countries: dict[tuple[int, int], str]) -> rows.Row:
    raw, reason = riddle.raw, riddle.reason
    candidates, places = _placed(riddle.candidates, countries)
    return (
        raw.received_at,
        raw.stated_at,
        raw.channel,
        raw.key,
        raw.sender,
        raw.text,
        raw.asked_id,
        raw.answer,
        reason.value,
        candidates,
        places,
        riddle.calls or raw.answer == Answer.NEEDS_HELP,
    )
