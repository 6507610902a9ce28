"""The list of calls in SQL: whom to ring first, and who of a party is still silent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from safeconduct.response.calls.models import Call
from safeconduct.response.calls.terms import HELD_FOR, Outcome
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import StopsOn
from safeconduct.wires.messaging.terms import Channel, Lane

# Urgent alerts first; then whoever waits for a call-back, by its time; then the strongest
# shaking. What was just given back, or lapsed, stands behind others: they are another's turn.
_WAITING: Final = f"""
SELECT d.batch_id, d.id, d.recipient_id, c.incident_id, d.country, d.language, d.attempts,
    d.due_at, b.lane, d.covers, d.maybe_twice
FROM ladder_climb c
JOIN messaging_batch b ON b.id = c.batch_id AND b.stopped_at IS NULL
JOIN messaging_delivery d ON d.batch_id = c.batch_id
LEFT JOIN rollcall_standing s
    ON s.incident_id = c.incident_id AND s.person_id = d.recipient_id
WHERE c.ended_at IS NULL AND d.batch_id = ANY(%(batches)s) AND d.channel = {Channel.CALL:d}
    AND d.state = 0 AND b.not_after > %(now)s AND {{when}}
    AND (%(countries)s::varchar[] IS NULL OR d.country = ANY(%(countries)s))
    AND (%(language)s = '' OR d.language = %(language)s)
ORDER BY {{order}} LIMIT %(limit)s
"""
_FIRST: Final = """b.lane,
    d.id = ANY(%(put_back)s) OR d.maybe_twice AND d.due_at > %(lately)s,
    d.attempts > 0 DESC, CASE WHEN d.attempts > 0 THEN d.due_at END, s.intensity DESC NULLS LAST,
    s.vulnerability DESC NULLS LAST, d.due_at, d.id"""
_COUNTS: Final = f"""
SELECT count(*) FILTER (WHERE d.state = 0 AND d.due_at <= %(now)s),
    count(*) FILTER (WHERE d.state = 0 AND d.due_at > %(now)s),
    count(*) FILTER (WHERE d.state = 1)
FROM messaging_delivery d WHERE d.batch_id = ANY(%(batches)s) AND d.channel = {Channel.CALL:d}
    AND d.state IN (0, 1)
    AND (%(countries)s::varchar[] IS NULL OR d.country = ANY(%(countries)s))
"""
_BY_COUNTRY: Final = f"""
SELECT d.country, count(*) FROM messaging_delivery d JOIN messaging_batch b ON b.id = d.batch_id
WHERE d.batch_id = ANY(%(batches)s) AND d.channel = {Channel.CALL:d} AND d.state = 0
    AND d.due_at <= %(now)s AND b.stopped_at IS NULL AND b.not_after > %(now)s
    AND (%(countries)s::varchar[] IS NULL OR d.country = ANY(%(countries)s))
GROUP BY d.country ORDER BY count(*) DESC, d.country
"""
_SILENT: Final = """
SELECT s.person_id FROM rollcall_standing s
WHERE s.incident_id = %s AND s.party_id = (SELECT party_id FROM registry_person WHERE id = %s)
    AND s.asked_round = %s AND s.heard_round < %s ORDER BY s.person_id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One call on the list; no name and no number stand on it."""

    batch_id: int
    delivery_id: int
    person_id: int
    incident_id: int | None
    country: str
    language: str
    tries: int
    due_at: datetime
    lane: int
    people: int
    perhaps_twice: bool

    @property
    def is_urgent(self) -> bool:
        return self.lane == Lane.URGENT


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls on the list: to be made now, later, and in somebody's hands."""

    now: int
    later: int
    taken: int


@dataclass(frozen=True, slots=True)
class Narrowing:
    """``countries`` is what the officer may see at all (None: everything)."""

    countries: frozenset[str] | None
    language: str = ""

    @property
    def params(self) -> dict[str, Any]:
        codes = None if self.countries is None else sorted(self.countries)
        return {"countries": codes, "language": self.language}


def due(narrowing: Narrowing, *, now: datetime, limit: int) -> list[Entry]:
    """Calls to be made now, the most urgent first."""
    return _entries("d.due_at <= %(now)s", _FIRST, narrowing, now, limit)


def later(narrowing: Narrowing, *, now: datetime, limit: int) -> list[Entry]:
    """Calls put off, the next one first."""
    return _entries("d.due_at > %(now)s", "d.due_at, d.id", narrowing, now, limit)


def counts(narrowing: Narrowing, *, now: datetime) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, narrowing.params | {"batches": _open_batches(), "now": now})
        return Counts(*cursor.fetchone())


def by_country(narrowing: Narrowing, *, now: datetime) -> list[tuple[str, int]]:
    """Countries with calls to be made now, and how many; the most first."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_COUNTRY, narrowing.params | {"batches": _open_batches(), "now": now})
        return list(cursor.fetchall())


def silent_of(entry: Entry) -> list[int] | None:
    """Who of the party has not been heard from; None where nobody was asked anything."""
    climb = Climb.objects.select_related("round").get(batch_id=entry.batch_id)
    if climb.round is None or climb.stops_on != StopsOn.ANSWER:
        return None
    number = climb.round.number
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, [climb.incident_id, entry.person_id, number, number])
        return [person_id for (person_id,) in cursor.fetchall()]


def _entries(when: str, order: str, narrowing: Narrowing, now: datetime, limit: int) -> list[Entry]:
    lately = now - HELD_FOR
    params = narrowing.params | {
        "batches": _open_batches(),
        "now": now,
        "limit": limit,
        "lately": lately,
        "put_back": _put_back(lately),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITING.format(when=when, order=order), params)
        return [Entry(*row) for row in cursor.fetchall()]


def _put_back(lately: datetime) -> list[int]:
    untried = (Outcome.GIVEN_BACK, Outcome.LAPSED)
    found = Call.objects.filter(ended_at__gt=lately, outcome__in=untried)
    return list(found.values_list("delivery_id", flat=True))


def _open_batches() -> list[int]:
    # As values, so that the planner reads their partitions only.
    return list(Climb.objects.filter(ended_at=None).values_list("batch_id", flat=True))
