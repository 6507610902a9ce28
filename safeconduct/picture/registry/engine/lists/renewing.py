"""What a newer list says of people the registry knows: what it may better, and what stays.

A list is newer if it was collected after the one a record is from, or on the same day by the
same collector, who corrects it. It never overrules the person: whoever changed their own
record, or said that they left, is left alone. What is left alone though the list says
something else is counted, so that nobody takes it for done.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from django.db.models import QuerySet

from safeconduct.ground.kernel.names import script_of, search_key, sort_key, twin_key
from safeconduct.picture.registry import rules, withdrawing
from safeconduct.picture.registry.engine.lists.judging import Judged
from safeconduct.picture.registry.engine.lists.storing import SORTED_IN
from safeconduct.picture.registry.models import ContactPoint, Person, Stay
from safeconduct.wires.messaging.terms import Channel

_NAMED: Final = (
    "given_name", "family_name", "birth_on", "name_script", "name_key", "sort_key", "twin_key",
    "vulnerability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Renewal:
    """One known person and the row that speaks of them; ``stay`` is where they are held to be."""

    person: Person
    row: Judged
    stay: Stay
    points: tuple[ContactPoint, ...]

    @property
    def person_id(self) -> int:
        return self.person.pk

    @property
    def is_renamed(self) -> bool:
        """Capitals alone are no other name, and a row without a birth date knows none."""
        told = f"{self.row.given_name}\n{self.row.family_name}"
        known = f"{self.person.given_name}\n{self.person.family_name}"
        born = self.row.birth_on
        return told.casefold() != known.casefold() or born not in {None, self.person.birth_on}

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
        """Addresses the newer list leaves out, unless one is proven to work, or to be theirs."""
        told = _points(self.row)
        return [
            point.pk
            for point in self.points
            if point.channel != Channel.PUSH
            and (point.channel, point.address) not in told
            and point.last_worked_at is None
            and point.verified_at is None
        ]

    @property
    def is_change(self) -> bool:
        """Whether it says anything else than we know; if not, it confirms what we know."""
        points = bool(self.new_points or self.lost_points)
        return self.is_renamed or self.has_moved or self.has_new_end or points


class Compared(NamedTuple):
    """The known people a list speaks of: whom it betters, and of whom it says else in vain."""

    renewals: list[Renewal]
    kept: int


class Borne(NamedTuple):
    """Rows under identifiers the registry knows: who is not meant, and who is beyond doubt."""

    strangers: set[Judged]
    bearers: dict[str, rules.Named]


def borne(rows: Sequence[Judged]) -> Borne:
    """Whom the registry holds under the keys of these rows. Two queries.

    Numbers that a list's maker gives out anew would rename people otherwise.
    """
    people = {person.source_key: person for person in _people([row.key for row in rows])}
    points = defaultdict(set)
    held = ContactPoint.objects.filter(person__in=people.values())
    for person_id, channel, address in held.values_list("person_id", "channel", "address"):
        points[person_id].add((channel, address))
    found = Borne(set(), {})
    for row in rows:
        person = people.get(row.key)
        if person is None:
            # Gone in this very moment, by their own wish: nobody is meant.
            continue
        known = rules.Named(person.given_name, person.family_name, person.birth_on)
        shares_contact = not points[person.pk].isdisjoint(_points(row))
        if not rules.is_another_bearer(known, named(row)):
            found.bearers[row.key] = known
        elif rules.is_somebody_else(known, named(row), shares_contact=shares_contact):
            found.strangers.add(row)
    return found


def _people(keys: list[str]) -> QuerySet[Person]:
    # Of a long list of keys PostgreSQL does not see that the index, which has no empty ones,
    # holds them all.
    return Person.objects.exclude(source_key="").filter(source_key__in=keys)


def named(row: Judged) -> rules.Named:
    return rules.Named(row.given_name, row.family_name, row.birth_on)


def compared(
    rows: Mapping[str, Judged], *, label: str, collected_on: date, allowed: frozenset[str] | None
) -> Compared:
    """The known people of these rows, by key. Three queries."""
    known = {person.pk: person for person in _people(list(rows)).select_related("source")}
    stays, points = _open_stays(known), defaultdict(list)
    own = ContactPoint.objects.filter(person_id__in=list(known), lent_by=None)
    for point in own.order_by("pk"):
        points[point.person_id].append(point)
    found, kept = [], 0
    for person_id, person in sorted(known.items()):
        # Without an open stay they said that they left.
        stay = stays.get(person_id)
        one = stay and Renewal(person, rows[person.source_key], stay, tuple(points[person_id]))
        if not one or not _may_better(one, label, collected_on, allowed):
            kept += not one or one.is_change
        elif person.source.collected_on < collected_on or one.is_change:
            found.append(one)
    return Compared(found, kept)


def _may_better(
    one: Renewal, label: str, collected_on: date, allowed: frozenset[str] | None
) -> bool:
    """Elsewhere another post answers for them."""
    source, said_so_themselves = one.person.source, one.person.changed_at != one.person.created_at
    is_corrected = source.collected_on == collected_on and source.label == label
    is_newer = source.collected_on < collected_on or is_corrected
    is_here = allowed is None or one.stay.country_id in allowed
    return is_newer and is_here and not said_so_themselves


def write(found: Sequence[Renewal], *, source_id: int, collected_on: date) -> list[int]:
    """Better the records; returns whose ways to be reached changed.

    Who has only been confirmed is of the newer list too: that is who says so last.
    """
    confirmed_at = datetime.combine(collected_on, time(), UTC)
    Person.objects.filter(pk__in=[one.person_id for one in found]).update(source_id=source_id)
    lost = ContactPoint.objects.filter(pk__in=[pk for one in found for pk in one.lost_points])
    withdrawing.note_removed(withdrawing.ways_of(lost))
    lost.delete()
    withdrawing.note_given(
        withdrawing.Way(one.person_id, *point) for one in found for point in one.new_points
    )
    ContactPoint.objects.bulk_create(
        (
            ContactPoint(
                person_id=one.person_id, channel=channel, address=address, language=one.row.language
            )
            for one in found
            for channel, address in one.new_points
        ),
        # What a second record of theirs had lent them is their own from now on.
        update_conflicts=True,
        unique_fields=["person", "channel", "address"],
        update_fields=["lent_by"],
    )
    _write_stays(found, confirmed_at)
    _rename([one for one in found if one.is_renamed], collected_on)
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


def _rename(found: Sequence[Renewal], collected_on: date) -> None:
    for one in found:
        person, row = one.person, one.row
        given, family = person.given_name, person.family_name = row.given_name, row.family_name
        born = person.birth_on = row.birth_on or person.birth_on
        person.name_script = script_of(given + family)
        person.name_key = search_key(f"{given} {family}")
        person.sort_key = sort_key(f"{family} {given}", SORTED_IN)[:200]
        person.twin_key = twin_key(given, family, born) if born else None
        person.vulnerability = rules.vulnerability_at(born, collected_on)
    Person.objects.bulk_update([one.person for one in found], _NAMED, batch_size=1000)


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
    rows = Stay.objects.filter(person_id__in=list(people), departed_on=None, told_by=None)
    return {stay.person_id: stay for stay in rows.order_by("stay_from", "pk")}


def _points(row: Judged) -> list[tuple[int, str]]:
    phones = [(int(Channel.SMS), phone) for phone in row.phones]
    return list(dict.fromkeys([*phones, *((int(Channel.EMAIL), mail) for mail in row.mails)]))
