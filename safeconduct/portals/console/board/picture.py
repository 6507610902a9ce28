"""Everything the board shows at one instant, put together from what lies beneath."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils.translation import get_language

from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.queries import incidents_in
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.portals.console.board.curve import Curve, drawn
from safeconduct.portals.console.board.health import Health, health
from safeconduct.response.checkins.models import Round
from safeconduct.response.checkins.queries import unread
from safeconduct.response.ladder.queries import people_reached
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import State


@dataclass(frozen=True, slots=True)
class Sent:
    """People the last round's messages were handed over for, each once.

    ``failed`` and ``waiting`` count by step: who is written to by two counts in both.
    """

    handed: int
    delivered: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The numbers with what they are of and when they were true."""

    numbers: rollcall.Numbers
    # By the last round, whose messages "sent" speaks of.
    asked_last: int
    sent: Sent | None
    health: Health
    curve: Curve | None
    round: Round | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """What an officer sees of an incident: None means all countries; a post narrows further."""

    countries: frozenset[str] | None
    post_id: int | None = None
    # Whether requests for help, and unclear answers, are theirs to open: the board links to them.
    opens_cases: bool = False
    reads_unclear: bool = False


def open_incidents(
    countries: frozenset[str] | None, *, most: int = 20
) -> list[tuple[Incident, rollcall.Numbers]]:
    """Incidents in these countries with their numbers, running ones first."""
    found = incidents_in(countries)[:most]
    return [(incident, rollcall.numbers(incident.pk, countries)) for incident in found]


def etag(incident: Incident, scope: Scope, now: datetime) -> str:
    """Changes whenever anything the board shows would; costs no count of people."""
    state = health(now)
    age = state.waiting.oldest_age
    shown = (
        incident.pk,
        incident.level,
        incident.closed_at,
        scope.post_id,
        sorted(scope.countries) if scope.countries is not None else None,
        get_language(),
        rollcall.version(incident.pk),
        sent(last_round(incident.pk), scope),
        state.complaints,
        state.waiting.count,
        int(age.total_seconds()) if age else None,
        unread(scope.countries),
    )
    return f'"{sha256(repr(shown).encode()).hexdigest()[:24]}"'


def picture(incident: Incident, scope: Scope, now: datetime) -> Picture:
    """The board's numbers, now."""
    last = last_round(incident.pk)
    numbers = rollcall.numbers(incident.pk, scope.countries, post_id=scope.post_id)
    return Picture(
        numbers=numbers,
        asked_last=_asked_last(incident.pk, scope, numbers),
        sent=sent(last, scope),
        health=health(now),
        curve=drawn(_curve(incident.pk, scope)),
        round=last,
        taken_at=now,
    )


def _curve(incident_id: int, scope: Scope) -> list[rollcall.CurvePoint]:
    # Minutes are counted for all countries together: whoever sees some would read others'.
    if scope.countries is None and scope.post_id is None:
        return rollcall.curve(incident_id)
    return rollcall.curve_of(incident_id, scope.countries, post_id=scope.post_id)


def _asked_last(incident_id: int, scope: Scope, numbers: rollcall.Numbers) -> int:
    last = numbers.since_round
    if last <= 1:
        return numbers.asked
    counted = rollcall.numbers(
        incident_id, scope.countries, post_id=scope.post_id, since_round=last
    )
    return counted.asked


def last_round(incident_id: int) -> Round | None:
    return Round.objects.filter(incident_id=incident_id).order_by("-number").first()


def sent(last: Round | None, scope: Scope) -> Sent | None:
    """What has become of the last round's messages, by people, in the officer's countries.

    None for one post: messages are counted by country.
    """
    if scope.post_id is not None:
        return None
    batches: Collection[int] = [last.batch_id] if last and last.batch_id else []
    tally = batch_tally(batches)
    reached = [people_reached(one, scope.countries, tally=tally) for one in batches]
    counts = [
        count
        for count in tally.counts
        if scope.countries is None or count.country in scope.countries
    ]
    handed = sum(one.handed for one in reached)
    delivered = sum(one.proven for one in reached)
    waits = sum(c.people for c in counts if c.state in {State.WAITING, State.CLAIMED})
    everybody = sum(c.people for c in counts)
    left = sum(c.people for c in counts if c.state in {State.HANDED, State.DELIVERED})
    return Sent(handed, delivered, everybody - left - waits, waits)
