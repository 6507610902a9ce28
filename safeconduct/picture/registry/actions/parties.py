"""Registering a family, and changing or deleting what it said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import facts, tokens
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.names import script_of, search_key, sort_key, twin_key
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions.letters import send_link
from safeconduct.picture.registry.actions.phones import share_phones
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.models import ContactPoint, Party, Person, Source, Stay
from safeconduct.wires.messaging.actions import forget_recipients
from safeconduct.wires.messaging.terms import Channel

# One alphabet for all stored sort keys: a list can only be in one order.
SORTED_IN = "az"


@dataclass(frozen=True)
class Member:
    """Somebody of a party; ``id`` says who of those registered, None that they join."""

    given_name: str
    family_name: str
    birth_on: date | None = None
    id: int | None = None


@dataclass(frozen=True)
class PartyDraft:
    """What a family says of itself, normalised. ``stay_until`` is the day after the last."""

    members: Sequence[Member]
    phone: str
    mail: str
    language: str
    country: str
    city_id: int | None
    cell: int | None
    stay_from: date
    stay_until: date | None


@transaction.atomic
def register_party(*, draft: PartyDraft, now: datetime, actor: Actor) -> Party:
    """Store a family as it registered itself and send it the link to its record.

    The same people may register twice: they are told nothing about it, since the
    answer to "is this person registered?" must not depend on who asks.
    """
    source = web_source(now)
    kind = "family" if len(draft.members) > 1 else "single"
    party = Party.objects.create(kind=kind, source=source, created_at=now)
    for member in draft.members:
        _add_member(party, source, member, draft, now)
    record(
        terms.REGISTERED,
        actor=actor,
        subject_kind="party",
        subject_id=party.pk,
        detail={"people": len(draft.members)},
        now=now,
    )
    send_link(party_id=party.pk, now=now, actor=actor)
    return party


@transaction.atomic
def change_party(*, party_id: int, draft: PartyDraft, now: datetime, actor: Actor) -> None:
    """Make the record say what the family says now, and note that it was confirmed.

    A member without name in the draft is gone from it; one with an id that is not of
    this party joins as a new person.
    """
    party = Party.objects.select_for_update().select_related("source").get(pk=party_id)
    known = {person.pk: person for person in party.people.order_by("pk")}
    kept = {member.id for member in draft.members if member.id in known}
    _forget(party_id, known.keys() - kept)
    for member in draft.members:
        if member.id in kept:
            _change_member(known[member.id], member, draft, now)
        else:
            _add_member(party, web_source(now), member, draft, now)
    party.kind = "family" if len(draft.members) > 1 else "single"
    party.save(update_fields=["kind"])
    share_phones(party_id)
    record(terms.CHANGED, actor=actor, subject_kind="party", subject_id=party_id, now=now)


@transaction.atomic
def note_departure(*, party_id: int, left_on: date, now: datetime, actor: Actor) -> int:
    """Note that everybody of a party has left where they stayed; how many stays ended."""
    stays = Stay.objects.filter(person__party_id=party_id, departed_on=None)
    ended = stays.update(departed_on=left_on, confirmed_at=now)
    record(terms.DEPARTED, actor=actor, subject_kind="party", subject_id=party_id, now=now)
    return ended


@transaction.atomic
def delete_party(*, party_id: int, now: datetime, actor: Actor) -> None:
    """Delete a family's record at its wish: names, contacts and stays, at once."""
    Party.objects.select_for_update().get(pk=party_id)
    people = list(Person.objects.filter(party_id=party_id).values_list("pk", flat=True))
    _forget(party_id, people)
    Party.objects.filter(pk=party_id).delete()
    record(terms.DELETED, actor=actor, subject_kind="party", subject_id=party_id, now=now)


def link_of(party_id: int, language: str, now: datetime) -> str:
    """The token that opens a party's record."""
    link = tokens.Link(party_id, (now + terms.LINK_LIFE).date(), language, 0)
    return tokens.mint(link, purpose=terms.LINK_PURPOSE)


def web_source(now: datetime) -> Source:
    """The one source of everybody who registered themselves."""
    known = Source.objects.filter(kind=terms.SourceKind.WEB).order_by("pk").first()
    return known or Source.objects.create(
        kind=terms.SourceKind.WEB,
        label="registration form",
        legal_basis="vital interests, public task",
        collected_on=now.date(),
        created_at=now,
    )


def _add_member(
    party: Party, source: Source, member: Member, draft: PartyDraft, now: datetime
) -> None:
    person = Person(party=party, source=source, created_at=now, told_at=now)
    _describe(person, member, draft, now)
    person.save()
    _set_contacts(person, draft)
    _set_stay(person, draft, now)


def _change_member(person: Person, member: Member, draft: PartyDraft, now: datetime) -> None:
    _set_contacts(person, draft)
    _set_stay(person, draft, now)
    _describe(person, member, draft, now)
    person.save()


def _describe(person: Person, member: Member, draft: PartyDraft, now: datetime) -> None:
    given, family, born = member.given_name, member.family_name, member.birth_on
    person.given_name, person.family_name, person.birth_on = given, family, born
    person.name_script = script_of(given + family)
    person.name_language = draft.language
    person.name_key = search_key(f"{given} {family}")
    person.sort_key = sort_key(f"{family} {given}", SORTED_IN)[:200]
    person.twin_key = twin_key(given, family, born) if born else None
    person.language = draft.language
    person.vulnerability = rules.vulnerability_at(born, now.date())
    person.changed_at = now
    points = person.contact_points.all() if person.pk else ()
    person.reach = rules.reach_of(points) if person.pk else _channels(draft)


def _channels(draft: PartyDraft) -> int:
    return (Channel.SMS if draft.phone else 0) | (Channel.EMAIL if draft.mail else 0)


def _set_contacts(person: Person, draft: PartyDraft) -> None:
    """A family shares what it gave: whoever holds the phone hears for all."""
    given = {(Channel.SMS, draft.phone), (Channel.EMAIL, draft.mail)}
    wanted = {(int(channel), address) for channel, address in given if address}
    # Browsers come and go by their own buttons, not by this form.
    for point in person.contact_points.exclude(channel=Channel.PUSH):
        if (point.channel, point.address) not in wanted:
            point.delete()
    ContactPoint.objects.bulk_create(
        (
            ContactPoint(person=person, channel=channel, address=address, language=draft.language)
            for channel, address in sorted(wanted)
        ),
        ignore_conflicts=True,
    )


def _set_stay(person: Person, draft: PartyDraft, now: datetime) -> None:
    """The stay that lasts is altered; one in another place ends where the new one begins."""
    kind = terms.StayKind.TRIP if draft.stay_until else terms.StayKind.RESIDENCE
    open_stays = person.stays.filter(departed_on=None).order_by("-stay_from", "-pk")
    same = open_stays.filter(country_id=draft.country).filter(_in_city(draft.city_id)).first()
    others = open_stays.exclude(pk=same.pk) if same else open_stays
    others.update(departed_on=draft.stay_from, confirmed_at=now)
    stay = same or Stay(person=person, stay_from=draft.stay_from)
    stay.kind, stay.country_id, stay.city_id = kind, draft.country, draft.city_id
    stay.cell, stay.stay_until, stay.confirmed_at = draft.cell, draft.stay_until, now
    stay.stay_from = min(stay.stay_from, draft.stay_from)
    stay.save()


def _in_city(city_id: int | None) -> Q:
    return Q(city_id__isnull=True) if city_id is None else Q(city_id=city_id)


def _forget(party_id: int, people: Iterable[int]) -> None:
    gone = sorted(people)
    if not gone:
        return
    Person.objects.filter(party_id=party_id, pk__in=gone).delete()
    forget_recipients(gone)
    facts.announce(PeopleForgotten(tuple(gone)))
