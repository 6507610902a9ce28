"""Where a person stays, as their party says it leg by leg."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from safeconduct.picture.registry.models import Person, Stay
from safeconduct.picture.registry.rules import Leg


def own_stays(party_id: int) -> QuerySet[Stay]:
    """The open stays that a party told us of, also those that count for another record."""
    people = Person.objects.filter(party_id=party_id).values("pk")
    told = Q(told_by__in=people) | Q(person__in=people, told_by=None)
    return Stay.objects.filter(told, departed_on=None)


def set_stays(person: Person, legs: Sequence[Leg], *, now: datetime) -> None:
    """Make a person's open stays say what the legs say, and note that it was confirmed.

    A leg in a place we know alters that stay. One that is not named any more has ended
    today, or never was if it had not begun.
    """
    rest = list(_told_by(person).order_by("stay_from", "pk"))
    for leg in legs:
        stay = _known(rest, leg)
        if stay is None:
            stay = Stay(person_id=person.same_as or person.pk, stay_from=leg.stay_from)
            stay.told_by = person.pk if person.same_as else None
        else:
            rest.remove(stay)
        _write(stay, leg, now)
    today = now.date()
    for stay in rest:
        if stay.stay_from > today:
            stay.delete()
        elif stay.stay_until is None or stay.stay_until > today:
            stay.departed_on, stay.confirmed_at = today, now
            stay.save(update_fields=["departed_on", "confirmed_at"])


def _told_by(person: Person) -> QuerySet[Stay]:
    if person.same_as:
        return Stay.objects.filter(told_by=person.pk, departed_on=None)
    return Stay.objects.filter(person=person, told_by=None, departed_on=None)


def _known(stays: Sequence[Stay], leg: Leg) -> Stay | None:
    """The stay that a leg speaks of: in its place, on its day before any other."""
    here = [one for one in stays if (one.country_id, one.city_id) == (leg.country, leg.city_id)]
    on_its_day = [one for one in here if one.stay_from == leg.stay_from]
    return next(iter([*on_its_day, *here]), None)


def _write(stay: Stay, leg: Leg, now: datetime) -> None:
    stay.kind, stay.country_id, stay.city_id = leg.kind, leg.country, leg.city_id
    stay.cell, stay.stay_until, stay.confirmed_at = leg.cell, leg.stay_until, now
    # Of what has begun already, the first day said stands: forms are filled in with today's.
    begun = stay.pk is not None and stay.stay_from <= now.date()
    stay.stay_from = min(stay.stay_from, leg.stay_from) if begun else leg.stay_from
    stay.save()
