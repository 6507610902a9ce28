"""Plain answers, folded without leaving the database; all others are read one by one.

Plain is a person's own first word by link: for themselves, to the last question they were
asked, stated between that question and its arrival, while the incident is open. Nothing
about it must be weighed or dated, so that the rules have one outcome for each answer.
"""

from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall.engine import first, rows
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins import rules
from safeconduct.wires.intake.terms import Scope

TABLE: Final = "checkins_plain"
_RAW: Final = {
    "raw_id": "int8",
    "asked_id": "int8",
    "key": "uuid",
    "channel": "int2",
    "answer": "int2",
}
_WORD: Final = ("answer", "presence", "safety", *first.Outcome._fields)
_WORDS: Final = ", ".join(
    str((int(answer), *map(int, said), *first.outcome(*said)))
    for answer, said in ((answer, rules.meaning(answer)) for answer in sorted(rules.ANSWERS))
)
# The conditions are those under which believed_moment, round_heard and accepts_reply change
# nothing. Of one person's answers the oldest is the first word; the others find it said.
_FILL: Final = f"""
    INSERT INTO {TABLE} (incident_id, person_id, stated_at, received_at, said_at, round_number,
        raw_id, asked_id, key, channel, {", ".join(_WORD)})
    SELECT * FROM (
        SELECT DISTINCT ON (a.person_id) a.incident_id, a.person_id, t.stated_at, t.received_at,
            (extract(epoch FROM t.stated_at) * 1000000)::bigint, r.number,
            t.id, t.asked_id, t.key, t.channel, w.*
        FROM checkins_taken AS t
        JOIN (VALUES {_WORDS}) AS w ({", ".join(_WORD)}) ON w.answer = t.answer
        JOIN checkins_asked AS a ON a.incident_id = %(incident)s AND a.id = t.asked_id
        JOIN unnest(%(rounds)s::bigint[], %(numbers)s::smallint[]) AS r (id, number)
            ON r.id = a.round_id
        JOIN rollcall_standing AS s ON s.incident_id = %(incident)s AND s.person_id = a.person_id
        WHERE t.incident_id = %(incident)s AND t.scope = {Scope.ME:d}
            AND t.stated_at BETWEEN a.asked_at AND t.received_at
            AND t.received_at <= coalesce(%(closed_at)s, 'infinity'::timestamptz)
            AND s.asked_round = r.number AND {first.SILENT}
        ORDER BY a.person_id, t.id
    ) AS plain
    WHERE NOT EXISTS (
        SELECT FROM checkins_reply AS known WHERE known.incident_id = %(incident)s
            AND known.asked_id = plain.asked_id AND known.key = plain.key
    )
"""
_REPLIES: Final = f"""
    INSERT INTO checkins_reply (incident_id, asked_id, answered_by_id, person_id, key, stated_at,
        received_at, answer, channel)
    SELECT incident_id, asked_id, asked_id, person_id, key, stated_at, received_at, answer, channel
    FROM {TABLE} WHERE incident_id = %(incident)s
"""
# Answers by text may be about any incident that is open.
_INCIDENTS: Final = """
    SELECT i.id, i.closed_at,
        ARRAY(SELECT id FROM checkins_round WHERE incident_id = i.id ORDER BY id),
        ARRAY(SELECT number FROM checkins_round WHERE incident_id = i.id ORDER BY id)
    FROM incidents_incident AS i
    WHERE i.id IN (SELECT incident_id FROM checkins_taken)
        OR (i.closed_at IS NULL AND EXISTS (SELECT FROM checkins_taken WHERE asked_id IS NULL))
"""


class _Incident(NamedTuple):
    incident: int
    closed_at: datetime | None
    rounds: list[int]
    numbers: list[int]


def fold_plain(cursor: Cursor, *, now: datetime, actor: Actor) -> None:
    """Fold what is plain among the answers taken (raw.take), and hold all their incidents."""
    cursor.execute(_INCIDENTS)
    incidents = [_Incident._make(row) for row in cursor.fetchall()]
    rows.scratch(cursor, TABLE, first.COLUMNS | _RAW)
    cursor.execute(f"DELETE FROM {TABLE}")
    # Picked out before others are kept waiting: the longer half of the work needs no lock.
    found = [_fill(cursor, each) for each in incidents]
    # All at once and in one order, since another drain may want the same ones.
    rows.hold(cursor, [each.incident for each in incidents])
    for each, count in zip(incidents, found, strict=True):
        _fold(cursor, each, count, now=now, actor=actor)


def _fill(cursor: Cursor, each: _Incident) -> int:
    cursor.execute(_FILL, each._asdict())
    return cursor.rowcount


def _fold(cursor: Cursor, each: _Incident, count: int, *, now: datetime, actor: Actor) -> None:
    try:
        with transaction.atomic():
            first.fold_first(cursor, TABLE, each.incident, count, now=now)
    except first.HeardAlreadyError:
        # Another drain was quicker with some of them. Nobody is, now that we hold the incident.
        cursor.execute(f"DELETE FROM {TABLE} WHERE incident_id = %s", [each.incident])
        count = _fill(cursor, each)
        first.fold_first(cursor, TABLE, each.incident, count, now=now)
    if not count:
        return
    cursor.execute(_REPLIES, {"incident": each.incident})
    audit.record(
        "checkins.replies_recorded",
        actor=actor,
        subject_kind="incident",
        subject_id=each.incident,
        detail={"count": count},
        now=now,
    )
