"""Who is registered: for officers, and for whoever shows names beside numbers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, When
from django.utils.functional import Promise

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.names import latin_key, search_key
from safeconduct.ground.privacy.sealing import Sealed, Subject, blind_index, unseal_many
from safeconduct.picture.registry.models import (
    Confided,
    ContactPoint,
    EmergencyContact,
    ImportRun,
    Person,
    Source,
    Stay,
)
from safeconduct.picture.registry.rules import (
    Kin,
    confidence_in,
    is_passport_number,
    kin_read,
    passport_key,
)
from safeconduct.picture.registry.terms import (
    KIN_FIELD,
    LEVELS,
    MEDICAL_FIELD,
    NAMELESS,
    PASSPORT_FIELD,
    PASSPORT_PURPOSE,
    Confidence,
    Level,
    SourceKind,
)
from safeconduct.wires.messaging.terms import Channel

# Sounds are coarse: more are fetched than shown, and the closest spellings come first.
_CANDIDATES = 500
_MOST_TWINS = 8


def untold(ids: Iterable[int]) -> frozenset[int]:
    """Those who were never told how we came by their data."""
    found = Person.objects.filter(pk__in=list(ids), told_at=None)
    return frozenset(found.values_list("pk", flat=True))


def lists_naming(party_id: int) -> list[Source]:
    """The lists that a party's records are from, the newest first; none for who came themselves."""
    rows = Source.objects.filter(kind=SourceKind.IMPORT, person__party_id=party_id)
    return list(rows.distinct().order_by("-collected_on", "pk"))


def count_staying(countries: Collection[str], *, on: date) -> int:
    """People whose record says they are in one of these countries that day: each once."""
    stays = Stay.objects.filter(country__in=countries, departed_on=None, stay_from__lte=on)
    still = Q(stay_until=None) | Q(stay_until__gt=on)
    return stays.filter(still).aggregate(people=Count("person", distinct=True))["people"] or 0


def people_named(text: str, *, countries: frozenset[str] | None, limit: int = 20) -> list[Person]:
    """People whose name sounds so, in any script, who stay in these countries; closest first.

    An address, a telephone number or a passport number finds whoever gave it, but only as a
    whole; of the last we hold nothing that could be read.
    """
    wanted = search_key(text).split()
    visible = _in_countries(countries)
    if is_passport_number(text) and (bearers := _by_passport(text, visible, limit)):
        return bearers
    if "@" in text or sum(letter.isdigit() for letter in text) > 5:
        return list(visible.filter(contact_points__address=text.strip()).distinct()[:limit])
    if not any(len(word) > 1 for word in wanted):
        return []
    for word in wanted:
        visible = visible.filter(name_key__regex=rf"\m{word}")
    found = visible.order_by("sort_key", "pk")[:_CANDIDATES]
    spelled = set(latin_key(text).split())
    return sorted(found, key=lambda person: _distance(person, spelled))[:limit]


def _by_passport(text: str, visible: QuerySet[Person], limit: int) -> list[Person]:
    index = blind_index(PASSPORT_PURPOSE, passport_key(text))
    return list(visible.filter(confided__passport_index=index).order_by("pk")[:limit])


def person_in(person_id: int, countries: frozenset[str] | None) -> Person | None:
    """A person with contacts, stays and party, if they stay or stayed in these countries."""
    found = _in_countries(countries, lasting=False).filter(pk=person_id)
    stays = Stay.objects.select_related("country", "city").order_by("-stay_from", "-pk")
    return (
        found.select_related("party", "source")
        .prefetch_related(
            Prefetch("contact_points", ContactPoint.objects.order_by("channel", "pk")),
            Prefetch("stays", stays),
        )
        .first()
    )


def last_countries(ids: Iterable[int], countries: frozenset[str] | None = None) -> dict[int, str]:
    """Of these people where each stays, or stayed last, among these countries; one query.

    A stay still to come counts for who has no other.
    """
    stays, on = Stay.objects.filter(person__in=list(ids)), clock.now().date()
    if countries is not None:
        stays = stays.filter(country__in=countries)
    over = Q(departed_on__isnull=False) | Q(stay_until__lte=on)
    rank = Case(When(stay_from__gt=on, then=0), When(over, then=1), default=2)
    # Of the rows of one person the last counts.
    found = stays.order_by(rank, "stay_from", "pk")
    return dict(found.values_list("person_id", "country_id"))


def party_members(party_id: int) -> list[Person]:
    """The people of a party in the order they were entered."""
    return list(Person.objects.filter(party_id=party_id).order_by("pk"))


def shown_name(given: str, family: str) -> str:
    """A name as it is shown; words for who chose to give none."""
    return f"{given} {family}".strip() or str(NAMELESS)


def confided(ids: Iterable[int]) -> dict[int, Confided]:
    """What these people told us under seal, still sealed; by person, one query."""
    return {one.pk: one for one in Confided.objects.filter(person_id__in=list(ids))}


def have_kin(party_ids: Iterable[int]) -> set[int]:
    """Those of the parties that let us call somebody; who that is stays sealed. One query."""
    found = EmergencyContact.objects.filter(party_id__in=list(party_ids))
    return set(found.values_list("party_id", flat=True))


def kin_of(party_id: int) -> Kin | None:
    """Whom a party lets us call, in plain; None too where its key is destroyed.

    Whoever shows it to an officer writes that look down (``seen.KIN``).
    """
    kept = EmergencyContact.objects.filter(party_id=party_id).first()
    if kept is None:
        return None
    [told] = unseal_many([Sealed(Subject("party", party_id), KIN_FIELD, kept.sealed)])
    return kin_read(told) if told is not None else None


def stays_told_by(person: Person, *, today: date) -> list[Stay]:
    """The legs a person's own record names, those to come too, wherever they count; in order."""
    told = Q(told_by=person.pk) | Q(person=person, told_by=None)
    stays = Stay.objects.filter(told, departed_on=None).exclude(stay_until__lte=today)
    return list(stays.select_related("country", "city").order_by("stay_from", "pk"))


def stay_of_party(party_id: int) -> Stay | None:
    """Where the first of a party stays by its own record, or will."""
    first = Person.objects.filter(party_id=party_id).order_by("pk").first()
    if first is None:
        return None
    told = Q(told_by=first.pk) | Q(person=first, told_by=None)
    stays = Stay.objects.filter(told).select_related("country", "city")
    return stays.order_by(F("departed_on").desc(nulls_first=True), "-stay_from", "-pk").first()


def stay_now(party_id: int, today: date) -> Stay | None:
    """Where the first of a party is by its own record; where they go next only if nowhere yet."""
    first = Person.objects.filter(party_id=party_id).order_by("pk").first()
    begun = stays_told_by(first, today=today) if first else []
    here = [stay for stay in begun if stay.stay_from <= today]
    return here[-1] if here else stay_of_party(party_id)


def goes_on(party_id: int, today: date) -> bool:
    """Whether a party has told us of a place that is still to come."""
    people = Person.objects.filter(party_id=party_id).values("pk")
    told = Q(told_by__in=people) | Q(person__in=people, told_by=None)
    return Stay.objects.filter(told, departed_on=None, stay_from__gt=today).exists()


def unconfirmed(party_id: int) -> list[str]:
    """The addresses of a party that nobody has confirmed by a code, numbers first."""
    points = ContactPoint.objects.filter(
        person__party_id=party_id,
        channel__in=[Channel.SMS, Channel.EMAIL],
        verified_at=None,
        lent_by=None,
    )
    return list(dict.fromkeys(points.order_by("channel", "pk").values_list("address", flat=True)))


@dataclass(frozen=True, slots=True)
class Opened:
    """What a person confided, in plain: for one page, after a reason was given."""

    passport: str
    medical: str


def opened(person_id: int) -> Opened:
    """What a person told us under seal; empty where nothing is kept, or its key is destroyed."""
    kept = Confided.objects.filter(pk=person_id).first()
    subject = Subject("person", person_id)
    sealed = [
        Sealed(subject, field, value)
        for field, value in (
            (PASSPORT_FIELD, kept and kept.passport),
            (MEDICAL_FIELD, kept and kept.medical),
        )
        if value
    ]
    plain = dict(zip((one.field for one in sealed), unseal_many(sealed), strict=True))
    return Opened(plain.get(PASSPORT_FIELD) or "", plain.get(MEDICAL_FIELD) or "")


@dataclass(frozen=True, slots=True)
class Twin:
    """Another record that may be the same person's, or is linked to this one as such."""

    id: int
    name: str
    birth_on: date | None
    same_address: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What stands beside a person for officers: how much they told, how far to rely on it."""

    level: str | Promise
    confirmed_at: datetime | None
    confidence: Confidence
    unconfirmed: bool
    sealed: bool
    seconds: list[Twin]
    twins: list[Twin]


def known_of(person: Person, *, countries: frozenset[str] | None, now: datetime) -> Known:
    """How a person stands in the registry; ``countries`` are those the officer may look into."""
    stays = Stay.objects.filter(person=person, departed_on=None)
    confirmed_at = stays.aggregate(at=Max("confirmed_at"))["at"]
    return Known(
        level=LEVELS.get(Level(person.party.level), person.party.level),
        confirmed_at=confirmed_at,
        confidence=confidence_in(confirmed_at, person.unanswered, now=now),
        unconfirmed=bool(unconfirmed(person.party_id)) and not proven_channels(person.party_id),
        sealed=Confided.objects.filter(pk=person.pk).exists(),
        seconds=[_twin(one) for one in Person.objects.filter(same_as=person.pk).order_by("pk")],
        twins=_twins(person, countries),
    )


def rank_as_second(person: Person) -> tuple[bool, int]:
    """By this the later of two records sorts last: who never registered, then who came later."""
    return person.party.level == Level.UNREGISTERED, person.pk


def linked_to(person_id: int) -> int | None:
    """The record that this one counts for."""
    return Person.objects.filter(pk=person_id).values_list("same_as", flat=True).first()


def proven_channels(party_id: int) -> set[int]:
    """The channels by which a party has an address that somebody confirmed by a code."""
    points = ContactPoint.objects.filter(person__party_id=party_id).exclude(verified_at=None)
    return set(points.values_list("channel", flat=True))


def _twins(person: Person, countries: frozenset[str] | None) -> list[Twin]:
    """Records in these countries that look alike, of other families, linked to nobody."""
    theirs = ContactPoint.objects.filter(person=person, lent_by=None).values("address")
    by_address = Exists(
        ContactPoint.objects.filter(person=OuterRef("pk"), address__in=theirs, lent_by=None)
    )
    alike = Q(by_address=True)
    if person.twin_key is not None:
        alike |= Q(twin_key=person.twin_key)
    found = (
        _in_countries(countries, lasting=False)
        .annotate(by_address=by_address)
        .filter(alike, same_as=None)
        .exclude(party_id=person.party_id)
        .order_by("pk")[:_MOST_TWINS]
    )
    return [_twin(one, same_address=one.by_address) for one in found]


def _twin(person: Person, *, same_address: bool = False) -> Twin:
    name = shown_name(person.given_name, person.family_name)
    return Twin(person.pk, name, person.birth_on, same_address)


def import_runs(officer_id: int, limit: int = 20) -> list[ImportRun]:
    """The lists an officer handed in, newest first, without their contents."""
    runs = ImportRun.objects.filter(officer_id=officer_id).defer("content", "refused")
    return list(runs.order_by("-pk")[:limit])


def _in_countries(countries: Collection[str] | None, *, lasting: bool = True) -> QuerySet[Person]:
    if countries is None:
        return Person.objects.all()
    there = Stay.objects.filter(person=OuterRef("pk"), country_id__in=countries)
    if lasting:
        there = there.filter(departed_on=None)
    return Person.objects.filter(Exists(there))


def _distance(person: Person, spelled: set[str]) -> tuple[int, int, str, int]:
    words = set(latin_key(f"{person.given_name} {person.family_name}").split())
    begun = sum(any(word.startswith(part) for word in words) for part in spelled)
    return (-len(words & spelled), -begun, person.sort_key, person.pk)
