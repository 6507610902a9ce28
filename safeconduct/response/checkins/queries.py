"""Answers waiting for a person, and whom they may speak for."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet

from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.queries import shown_name
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.checkins.engine import askings
from safeconduct.response.checkins.models import Round, Unclear
from safeconduct.response.checkins.rules import Asking

# Beyond this the exact number tells nobody more.
MOST_UNREAD: Final = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody an unclear answer may speak for; the name is for an officer's eyes."""

    asking: Asking
    name: str


def unclear_answers(countries: frozenset[str] | None) -> QuerySet[Unclear]:
    """Unsettled ones, what reads like a call for help first, then the oldest. None sees all.

    One from an unknown number concerns no country and is shown to everybody who
    settles: rather seen twice than by nobody.
    """
    waiting = Unclear.objects.filter(settled_at__isnull=True).order_by(
        "-calls", "received_at", "id"
    )
    if countries is None:
        return waiting
    mine = Q(countries__overlap=sorted(countries)) if countries else Q(pk__in=[])
    return waiting.filter(mine | Q(countries=[]))


@dataclass(frozen=True, slots=True)
class Unread:
    """Unclear answers nobody has settled; ``calls`` read like calls for help."""

    waiting: int
    calls: int


def unread(countries: frozenset[str] | None) -> Unread:
    """How many wait for an officer of these countries; none is counted beyond ``MOST_UNREAD``."""
    first = unclear_answers(countries)[:MOST_UNREAD]
    found = first.aggregate(waiting=Count("pk"), calls=Count("pk", filter=Q(calls=True)))
    return Unread(found["waiting"], found["calls"])


def candidates_of(unclear: Unclear) -> list[Candidate]:
    """Everybody asked together with those it may speak for: a message may speak for a family."""
    cursor = rows.cursor()
    named = [asked_id for _, asked_id, _ in unclear.candidates]
    parties = askings.parties_of(cursor, askings.by_id(cursor, named).values())
    people = [asking for party in parties.values() for asking in party]
    names = {
        person.pk: shown_name(person.given_name, person.family_name)
        for person in Person.objects.filter(pk__in=[one.person_id for one in people])
    }
    found = [Candidate(one, names[one.person_id]) for one in people if one.person_id in names]
    return sorted(found, key=lambda one: (one.asking.asked_id not in named, one.asking.asked_id))


def rounds_of(incident_id: int) -> list[Round]:
    """The rounds of an incident, in the order they were asked."""
    return list(Round.objects.filter(incident_id=incident_id).order_by("number"))


def open_incidents_with(person_id: int, countries: frozenset[str] | None) -> list[Incident]:
    """The open incidents on whose roll a person is, where they stand in these countries."""
    on_roll = Standing.objects.filter(person_id=person_id)
    if countries is not None:
        on_roll = on_roll.filter(country__in=countries)
    found = Incident.objects.filter(closed_at=None, pk__in=on_roll.values("incident_id"))
    return list(found.order_by("-pk"))
