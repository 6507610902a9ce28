"""Answers waiting for a person, and whom they may speak for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet

from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.queries import incidents_called
from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.queries import shown_name
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.checkins.engine import askings
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.rules import Asking

# Beyond this the exact number tells nobody more.
MOST_UNREAD: Final = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody an unclear answer may speak for, in one incident; for an officer's eyes."""

    asking: Asking
    name: str
    incident: str


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


def askings_of(unclear: Unclear) -> list[Asking]:
    """What everybody was asked together with those it may speak for, whoever is gone left out.

    A message may speak for a family.
    """
    cursor = rows.cursor()
    named = [asked_id for _, asked_id, _ in unclear.candidates]
    parties = askings.parties_of(cursor, askings.by_id(cursor, named).values())
    people = [asking for party in parties.values() for asking in party]
    there = Person.objects.filter(pk__in=[one.person_id for one in people])
    still = set(there.values_list("pk", flat=True))
    return [one for one in people if one.person_id in still]


def choices_of(unclear: Unclear, countries: frozenset[str] | None) -> list[Candidate]:
    """Whom an officer of these countries may choose: each person once in an incident.

    Of several rounds the last one counts. Those it names come first, then their families.
    """
    last: dict[tuple[int, int], Asking] = {}
    for one in sorted(askings_of(unclear), key=lambda asking: asking.round_number):
        last[one.incident_id, one.person_id] = one
    if countries is not None:
        last = _standing_in(last, countries)
    names = {
        person.pk: shown_name(person.given_name, person.family_name)
        for person in Person.objects.filter(pk__in={one.person_id for one in last.values()})
    }
    incidents = incidents_called({one.incident_id for one in last.values()})
    named = {(incident_id, person_id) for incident_id, _, person_id in unclear.candidates}
    found = [
        Candidate(one, names.get(one.person_id, ""), incidents.get(one.incident_id, ""))
        for one in last.values()
    ]
    return sorted(found, key=lambda one: _place(one.asking, named))


def _place(asking: Asking, named: set[tuple[int, int]]) -> tuple[int, bool, int]:
    is_beside = (asking.incident_id, asking.person_id) not in named
    return -asking.incident_id, is_beside, asking.asked_id


def _standing_in(
    last: Mapping[tuple[int, int], Asking], countries: frozenset[str]
) -> dict[tuple[int, int], Asking]:
    found = Standing.objects.filter(
        incident_id__in={incident_id for incident_id, _ in last},
        person_id__in={person_id for _, person_id in last},
        country__in=countries,
    )
    there = set(found.values_list("incident_id", "person_id"))
    return {mark: one for mark, one in last.items() if mark in there}


def open_incidents_with(person_id: int, countries: frozenset[str] | None) -> list[Incident]:
    """The open incidents on whose roll a person is, where they stand in these countries."""
    on_roll = Standing.objects.filter(person_id=person_id)
    if countries is not None:
        on_roll = on_roll.filter(country__in=countries)
    found = Incident.objects.filter(closed_at=None, pk__in=on_roll.values("incident_id"))
    return list(found.order_by("-pk"))
