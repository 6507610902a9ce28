"""What a newer list says of people the registry knows: what it may better, and what stays.

A list is newer if it was collected after the one a record is from. It never overrules the
person: whoever changed their own record, or said that they left, is left alone.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import F

from safeconduct.picture.registry.engine.lists.judging import Judged
from safeconduct.picture.registry.models import ContactPoint, Person, Stay
from safeconduct.wires.messaging.terms import Channel


@dataclass(frozen=True, slots=True)
class Renewal:
    """One known person and the row that speaks of them; ``stay`` is where they are held to be."""

    person_id: int
    row: Judged
    stay: Stay
    points: tuple[ContactPoint, ...]

    @property
    def has_moved(self) -> bool:
        """A list that names only the country does not know better than a city we hold."""
        elsewhere = self.row.city_id is not None and self.row.city_id != self.stay.city_id
        return elsewhere or self.row.country != self.stay.country_id

    @property
    def has_new_end(self) -> bool:
        """A list without a last day says nothing about the one we hold."""
        return self.row.stay_until is not None and self.row.stay_until != self.stay.stay_until

    @property
    def new_points(self) -> list[tuple[int, str]]:
        known = {(point.channel, point.address) for point in self.points}
        return [point for point in _points(self.row) if point not in known]

    @property
    def lost_points(self) -> list[int]:
        """Addresses the newer list leaves out, unless one has been proven to work."""
        told = _points(self.row)
        return [
            point.pk
            for point in self.points
            if point.channel != Channel.PUSH
            and (point.channel, point.address) not in told
            and point.last_worked_at is None
        ]

    @property
    def is_change(self) -> bool:
        """Whether it says anything else than we know; if not, it confirms what we know."""
        points = bool(self.new_points or self.lost_points)
        return self.has_moved or self.has_new_end or points


def renewals(
    rows: Mapping[str, Judged], *, collected_on: date, allowed: frozenset[str] | None
) -> list[Renewal]:
    """The known people whom these rows, by key, may say something newer of. Three queries."""
    people = Person.objects.filter(
        source_key__in=list(rows), source__collected_on__lt=collected_on, changed_at=F("created_at")
    )
    keys = dict(people.values_list("pk", "source_key"))
    stays = _open_stays(keys)
    points = defaultdict(list)
    for point in ContactPoint.objects.filter(person_id__in=list(keys)).order_by("pk"):
        points[point.person_id].append(point)
    return [
        Renewal(person_id, rows[key], stays[person_id], tuple(points[person_id]))
        for person_id, key in sorted(keys.items())
        # Without an open stay they said that they left; elsewhere, another post answers for them.
        if person_id in stays and (allowed is None or stays[person_id].country_id in allowed)
    ]


def write(found: Sequence[Renewal], *, source_id: int, collected_on: date) -> list[int]:
    """Better the records; returns whose ways to be reached changed.

    Who has only been confirmed is of the newer list too: that is who says so last.
    """
    confirmed_at = datetime.combine(collected_on, time(), UTC)
    Person.objects.filter(pk__in=[one.person_id for one in found]).update(source_id=source_id)
    ContactPoint.objects.filter(pk__in=[pk for one in found for pk in one.lost_points]).delete()
    ContactPoint.objects.bulk_create(
        ContactPoint(
            person_id=one.person_id, channel=channel, address=address, language=one.row.language
        )
        for one in found
        for channel, address in one.new_points
    )
    _write_stays(found, confirmed_at)
    return [one.person_id for one in found if one.new_points or one.lost_points]


def _write_stays(found: Sequence[Renewal], confirmed_at: datetime) -> None:
    moved = [one for one in found if one.has_moved]
    for one in moved:
        one.stay.departed_on = max(one.row.stay_from, one.stay.stay_from)
    for one in found:
        if one.has_new_end and not one.has_moved:
            one.stay.stay_until = _after(one.stay.stay_from, one.row.stay_until)
        one.stay.confirmed_at = confirmed_at
    fields = ["departed_on", "stay_until", "confirmed_at"]
    Stay.objects.bulk_update([one.stay for one in found], fields, batch_size=1000)
    Stay.objects.bulk_create(_new_stay(one.person_id, one.row, confirmed_at) for one in moved)


def _after(begins: date, ends: date | None) -> date | None:
    return ends if ends is None or ends > begins else None


def _new_stay(person_id: int, row: Judged, confirmed_at: datetime) -> Stay:
    return Stay(
        person_id=person_id,
        kind="trip" if row.stay_until else "residence",
        country_id=row.country,
        city_id=row.city_id,
        cell=row.cell,
        stay_from=row.stay_from,
        stay_until=row.stay_until,
        confirmed_at=confirmed_at,
    )


def _open_stays(people: Collection[int]) -> dict[int, Stay]:
    """Of each, the open stay that began last."""
    rows = Stay.objects.filter(person_id__in=list(people), departed_on=None)
    return {stay.person_id: stay for stay in rows.order_by("stay_from", "pk")}


def _points(row: Judged) -> list[tuple[int, str]]:
    phones = [(int(Channel.SMS), phone) for phone in row.phones]
    return list(dict.fromkeys([*phones, *((int(Channel.EMAIL), mail) for mail in row.mails)]))
