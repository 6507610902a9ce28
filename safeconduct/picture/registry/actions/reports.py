""" "I am here", said in a crisis: by somebody unknown to us, or by a party of ours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import geometry, tokens
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.names import script_of, search_key, sort_key
from safeconduct.ground.places.queries import find_places, meant
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.models import ContactPoint, Party, Person, Source, Stay
from safeconduct.wires.messaging.terms import Channel

_SORTED_IN = "az"


@dataclass(frozen=True, slots=True)
class Report:
    """What reached the door, unjudged: what cannot be read is left out, never refused.

    ``key`` is the sender's own; ``record`` the signed link to a record, if the phone holds one.
    """

    key: UUID
    stated_at: datetime
    language: str = ""
    country: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    phone: str = ""
    mail: str = ""
    people: int = 1
    record: str = ""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Who that was, and where: ``country`` is empty and ``cell`` None where nobody said."""

    party_id: int
    person_ids: tuple[int, ...]
    country: str
    cell: int | None
    # False for a record of ours, and for a report that came twice.
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Where:
    country: str
    city_id: int | None
    cell: int | None


@transaction.atomic
def take_in_report(*, report: Report, now: datetime, actor: Actor) -> TakenIn:
    """The party behind a report: that of its record, or a new one of level "unregistered".

    A report that comes twice is one. The name, number and mail address in it prove nothing:
    they are never matched to a record here, an officer links the two later.
    """
    where = _where(report)
    source_key = f"here:{report.key.hex}"
    known = Person.objects.filter(source_key=source_key).first()
    if known is not None:
        return _of(known.party_id, where, is_new=False)
    if (party := _recorded(report.record, now)) is not None:
        _place(party, where, report, now)
        return _of(party.pk, where, is_new=False)
    party = _new_party(report, where, source_key, now)
    people = party.people.count()
    record(
        terms.REPORTED,
        actor=actor,
        subject_kind="party",
        subject_id=party.pk,
        detail={"people": people},
        now=now,
    )
    return _of(party.pk, where, is_new=True)


def _of(party_id: int, where: _Where, *, is_new: bool) -> TakenIn:
    people = Person.objects.filter(party_id=party_id).order_by("pk").values_list("pk", flat=True)
    return TakenIn(party_id, tuple(people), where.country, where.cell, is_new)


def _recorded(token: str, now: datetime) -> Party | None:
    """The party a link speaks for; a link that opens nothing says nothing."""
    try:
        link = tokens.read(token, purpose=terms.LINK_PURPOSE)
    except tokens.LinkRefusedError:
        return None
    return None if link.expired(now) else Party.objects.filter(pk=link.subject_id).first()


def _place(party: Party, where: _Where, report: Report, now: datetime) -> None:
    """They are there by their own word: a stay we know is confirmed, any other is added."""
    if not where.country:
        return
    people = list(party.people.order_by("pk"))
    today = now.date()
    stays = Stay.objects.filter(
        person__in=people, country_id=where.country, departed_on=None, stay_from__lte=today
    ).exclude(stay_until__lte=today)
    if stays.exists():
        stays.filter(confirmed_at__lt=report.stated_at).update(confirmed_at=report.stated_at)
        return
    Stay.objects.bulk_create(_stays(people, where, report, now))


def _new_party(report: Report, where: _Where, source_key: str, now: datetime) -> Party:
    source = _source(now)
    people = min(max(report.people, 1), terms.MOST_IN_REPORT)
    party = Party.objects.create(
        kind="family" if people > 1 else "single",
        level=terms.Level.UNREGISTERED,
        source=source,
        created_at=now,
    )
    made = Person.objects.bulk_create(
        _person(party, report, source_key if number == 0 else "", now) for number in range(people)
    )
    points = list(_points(report, where.country))
    ContactPoint.objects.bulk_create(
        ContactPoint(person=one, channel=channel, address=address, language=one.language)
        for one in made
        for channel, address in points
    )
    Person.objects.filter(party=party).update(reach=sum({channel for channel, _ in points}))
    if where.country:
        Stay.objects.bulk_create(_stays(made, where, report, now))
    return party


def _person(party: Party, report: Report, source_key: str, now: datetime) -> Person:
    """The first bears the name that was given; those with them have none."""
    name = _accepted_name(report.name) if source_key else ""
    language = _language(report)
    return Person(
        party=party,
        source=party.source,
        given_name=name,
        name_language=language,
        name_script=script_of(name),
        name_key=search_key(name),
        sort_key=sort_key(name, _SORTED_IN)[:200],
        language=language,
        source_key=source_key,
        # They gave it themselves, and the page said what for.
        told_at=now,
        created_at=now,
        changed_at=now,
    )


def _language(report: Report) -> str:
    """The page's language; of none we know, the first of ours."""
    return report.language if report.language in dict(settings.LANGUAGES) else "az"


def _points(report: Report, country: str) -> Iterator[tuple[int, str]]:
    try:
        if report.phone.strip():
            yield int(Channel.SMS), rules.normalised_phone(report.phone, country or None)
    except Refusal:
        pass
    try:
        if report.mail.strip():
            yield int(Channel.EMAIL), rules.normalised_mail(report.mail)
    except Refusal:
        pass


def _accepted_name(raw: str) -> str:
    try:
        return rules.clean_name(raw[: terms.LONGEST_NAME]) if raw.strip() else ""
    except Refusal:
        return ""


def _stays(
    people: Sequence[Person], where: _Where, report: Report, now: datetime
) -> Iterator[Stay]:
    begins = min(report.stated_at, now).date()
    for person in people:
        yield Stay(
            person=person,
            kind=terms.StayKind.TRIP,
            country_id=where.country,
            city_id=where.city_id,
            cell=where.cell,
            stay_from=begins,
            stay_until=now.date() + terms.HERE_LASTS,
            confirmed_at=min(report.stated_at, now),
        )


def _source(now: datetime) -> Source:
    known = Source.objects.filter(kind=terms.SourceKind.HERE).order_by("pk").first()
    return known or Source.objects.create(
        kind=terms.SourceKind.HERE,
        label="I am here",
        legal_basis="vital interests",
        collected_on=now.date(),
        created_at=now,
    )


def _where(report: Report) -> _Where:
    """The named place if we know it; a position only says which cell, at resolution 7."""
    hits = find_places(report.place, _language(report), country=report.country or None)
    hit = meant(report.place, hits)
    cell = _cell(report)
    country = _known_country(report.country) or (hit.country if hit else "") or _country_of(cell)
    if hit is not None and hit.country == country:
        return _Where(country, hit.city_id, hit.cell if cell is None else cell)
    return _Where(country, None, cell)


def _cell(report: Report) -> int | None:
    if report.latitude is None or report.longitude is None:
        return None
    try:
        return geometry.cell_at(report.latitude, report.longitude)
    except ValueError:
        return None


def _known_country(code: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM places_country WHERE code = %s", [code.upper()[:2]])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _country_of(cell: int | None) -> str:
    """The country whose outline holds a cell; of two at a border either."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM places_country WHERE EXISTS (SELECT FROM"
            " unnest(cells_from, cells_until) AS run(low, high)"
            " WHERE %s::bigint BETWEEN low AND high) ORDER BY code LIMIT 1",
            [cell],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else ""
