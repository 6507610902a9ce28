"""What the registry holds of a party, told to whoever opens its record."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from safeconduct.ground.places.queries import country_name
from safeconduct.ground.privacy.holdings import Entry, Fact, Holder, holding
from safeconduct.ground.privacy.sealing import Sealed, Subject, unseal_many
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.models import (
    Confided,
    ContactPoint,
    EmergencyContact,
    Person,
    Stay,
    StillThere,
)
from safeconduct.picture.registry.queries import kin_of
from safeconduct.wires.messaging.terms import Channel

_CHANNELS = {
    Channel.SMS: _lazy("Telephone"),
    Channel.EMAIL: _lazy("E-mail"),
    Channel.PUSH: _lazy("Warnings on a phone"),
}
# Where a passport number is sealed for (actions/sealing.py).
_PASSPORT = "registry.Confided.passport"
# Of a passport number as much as its owner needs to know which one it is.
_SHOWN = 3


def declare() -> None:
    """Have the registry's tables told."""
    holding(
        "registry.people",
        _lazy("People"),
        tables=["registry.Person", "registry.Party"],
        read=_people,
        order=10,
    )
    for name, title, table, read, order in (
        ("registry.contacts", _lazy("How we reach you"), "ContactPoint", _contacts, 20),
        ("registry.kin", _lazy("Whom we may call"), "EmergencyContact", _kin, 30),
        ("registry.confided", _lazy("What is sealed"), "Confided", _confided, 35),
        ("registry.stays", _lazy("Where you are"), "Stay", _stays, 40),
        ("registry.still", _lazy("Are you still there?"), "StillThere", _still, 45),
    ):
        holding(name, title, tables=[f"registry.{table}"], read=read, order=order)


def called(person_ids: Iterable[int]) -> dict[int, str]:
    """The names of people as their own pages say them."""
    people = Person.objects.filter(pk__in=list(person_ids))
    return {
        one.pk: f"{one.given_name} {one.family_name}".strip() or _("no name given")
        for one in people
    }


def kept_until(stay: Stay) -> date | None:
    """The night from which a stay is deleted; None while nobody knows when it ends."""
    if stay.departed_on is not None:
        return stay.departed_on + terms.TRIP_KEPT
    if stay.kind == terms.StayKind.TRIP:
        return stay.stay_until + terms.TRIP_KEPT if stay.stay_until else None
    return (stay.confirmed_at + terms.RESIDENCE_KEPT).date()


def record_kept_until(person_ids: Iterable[int]) -> date | None:
    """The night from which the last of these people's stays is deleted, and the record with it."""
    days = [kept_until(stay) for stay in Stay.objects.filter(person_id__in=list(person_ids))]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _people(holder: Holder) -> list[Entry]:
    people = Person.objects.filter(pk__in=holder.person_ids).select_related("source", "party")
    return [
        [
            Fact("number", _("Number"), one.pk),
            Fact("given_name", _("Given name"), one.given_name or None),
            Fact("family_name", _("Family name"), one.family_name or None),
            Fact("birth_on", _("Date of birth"), one.birth_on),
            Fact("language", _("Language"), _language(one.language)),
            Fact("level", _("How much you chose to tell"), _level(one.party.level)),
            Fact("source", _("Where we have it from"), one.source.label),
            Fact("told_at", _("When you were told that we have it"), one.told_at),
            Fact("search_key", _("By what we find your name"), one.name_key or None),
            Fact("needs_care", _("How early we look for you, 0 to 9"), one.vulnerability),
            Fact("created_at", _("Written down"), one.created_at),
            Fact("changed_at", _("Last changed"), one.changed_at),
        ]
        for one in people.order_by("pk")
    ]


def _contacts(holder: Holder) -> list[Entry]:
    points = ContactPoint.objects.filter(person_id__in=holder.person_ids)
    names = called(holder.person_ids)
    return [
        [
            Fact("person", _("Who"), names.get(point.person_id)),
            Fact("channel", _("How"), str(_CHANNELS.get(Channel(point.channel), ""))),
            Fact("address", _("Number or address"), _address(point)),
            Fact("verified_at", _("Proven to be yours"), point.verified_at),
            Fact("last_worked_at", _("Last reached you"), point.last_worked_at),
            Fact("last_failed_at", _("Last failed"), point.last_failed_at),
            Fact("stopped_at", _("You said stop"), point.stopped_at),
        ]
        for point in points.order_by("person_id", "channel", "pk")
    ]


def _kin(holder: Holder) -> list[Entry]:
    """Their number by its end, as passports are: it is somebody's who holds no link of ours."""
    kept = EmergencyContact.objects.filter(party_id=holder.party_id).first()
    kin = kin_of(kept.party_id) if kept else None
    if kept is None or kin is None:
        return []
    return [
        [
            Fact("name", _("Name"), kin.name),
            Fact("relation", _("Who they are to you"), kin.relation or None),
            Fact("phone", _("Telephone"), _ending(kin.phone)),
            Fact("named_at", _("Named"), kept.named_at),
        ]
    ]


def _confided(holder: Holder) -> list[Entry]:
    """That something is sealed, and how its owner knows it again: a link is no proof of who reads.

    Whoever wants the whole of it has it read to them by an officer who knows them.
    """
    rows = list(Confided.objects.filter(person_id__in=holder.person_ids).order_by("pk"))
    names = called(holder.person_ids)
    sealed = [
        Sealed(Subject("person", row.pk), _PASSPORT, row.passport)
        for row in rows
        if row.passport is not None
    ]
    told = dict(zip((one.subject.id for one in sealed), unseal_many(sealed), strict=True))
    return [
        [
            Fact("person", _("Who"), names.get(row.pk)),
            Fact("passport", _("Passport number"), _ending(told.get(row.pk))),
            Fact("medical", _("Medical notes"), row.medical is not None),
            Fact("told_at", _("Told"), row.told_at),
        ]
        for row in rows
    ]


def _stays(holder: Holder) -> list[Entry]:
    language = get_language() or "en"
    names = called(holder.person_ids)
    stays = Stay.objects.filter(person_id__in=holder.person_ids)
    return [
        [
            Fact("person", _("Who"), names.get(stay.person_id)),
            Fact("country", _("Country"), country_name(stay.country_id, language)),
            Fact("city", _("City"), stay.city.name if stay.city else None),
            Fact("cell", _("Area of about 5 km² (H3)"), f"{stay.cell:x}" if stay.cell else None),
            Fact("stay_from", _("First day there"), stay.stay_from),
            Fact("stay_until", _("Until"), stay.stay_until),
            Fact("confirmed_at", _("Last confirmed"), stay.confirmed_at),
            Fact("departed_on", _("Left on"), stay.departed_on),
            Fact("kept_until", _("Deleted in the night of"), kept_until(stay)),
        ]
        for stay in stays.select_related("country", "city").order_by("person_id", "stay_from", "pk")
    ]


def _still(holder: Holder) -> list[Entry]:
    asked = StillThere.objects.filter(party_id=holder.party_id).order_by("-asked_at", "-pk")
    return [
        [
            Fact("asked_at", _("Asked"), one.asked_at),
            Fact("answered_at", _("Answered"), one.answered_at),
            Fact("said", _("Answer"), one.said or None),
        ]
        for one in asked
    ]


def _language(code: str) -> str:
    """What a language calls itself; its code where nobody told us."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


def _level(name: str) -> str:
    return str(terms.LEVELS[terms.Level(name)]) if name in terms.Level else name


def _address(point: ContactPoint) -> str:
    """A subscription is the browser's secret: that there is one is what its owner knows."""
    if point.channel == Channel.PUSH:
        return _("a browser of yours")
    return point.address


def _ending(passport: str | None) -> str | None:
    if passport is None:
        return None
    return _("ends with {letters}").format(letters=passport[-_SHOWN:])
