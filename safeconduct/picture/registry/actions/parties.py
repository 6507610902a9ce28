"""Registering a family, and changing or deleting what it said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel import facts, tokens
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.names import script_of, search_key, sort_key, twin_key
from safeconduct.ground.privacy.actions import forget_people
from safeconduct.ground.privacy.forgotten import is_remembered
from safeconduct.picture.registry import rules, terms, withdrawing
from safeconduct.picture.registry.actions.codes import ask_to_confirm
from safeconduct.picture.registry.actions.consents import keep_silence
from safeconduct.picture.registry.actions.kin import remove_emergency_contact
from safeconduct.picture.registry.actions.links import relend, unlink_gone
from safeconduct.picture.registry.actions.phones import share_phones
from safeconduct.picture.registry.actions.sealing import forget_confided
from safeconduct.picture.registry.actions.stays import own_stays, set_stays
from safeconduct.picture.registry.events import PeopleForgotten
from safeconduct.picture.registry.models import (
    ContactPoint,
    Party,
    Person,
    Source,
    StillThere,
)
from safeconduct.wires.messaging.actions import forget_recipients
from safeconduct.wires.messaging.terms import Channel

# One alphabet for all stored sort keys: a list can only be in one order.
SORTED_IN = "az"


class DeletedSinceError(Refusal):
    """A form that comes once more, of a record its family has deleted."""


@dataclass(frozen=True)
class Member:
    """Somebody of a party; ``id`` says who of those registered, None that they join.

    Without any name it is one of those who chose to be known by none.
    """

    given_name: str = ""
    family_name: str = ""
    birth_on: date | None = None
    id: int | None = None


@dataclass(frozen=True)
class PartyDraft:
    """What a family says of itself, normalised; at least one leg and one member."""

    members: Sequence[Member]
    legs: Sequence[rules.Leg]
    phone: str
    mail: str
    language: str
    level: terms.Level = terms.Level.REACHABLE


@transaction.atomic
def register_party(
    *, draft: PartyDraft, key: UUID | None = None, now: datetime, actor: Actor
) -> Party:
    """Store a family as it registered itself and send each of its addresses a code to confirm it.

    It counts from now on, confirmed or not. The same people may register twice: they are
    told nothing about it, since the answer to "is this person registered?" must not depend
    on who asks; an officer links the two later. Only a form that a phone hands in twice, by
    the ``key`` it made for it, is the first one again.

    :raises DeletedSinceError: if that first one was deleted, as far back as deletions are known.
    """
    source_key = f"web:{key.hex}" if key else ""
    if source_key and (known := _handed_in(source_key)):
        return known
    if source_key and is_remembered(withdrawing.FORM, source_key):
        raise DeletedSinceError(_("This registration was deleted."))
    source = web_source(now)
    kind = "family" if len(draft.members) > 1 else "single"
    party = Party.objects.create(kind=kind, level=draft.level, source=source, created_at=now)
    for member in draft.members:
        _add_member(party, source, member, draft, now)
    if source_key:
        first = Person.objects.filter(party=party).order_by("pk")[0]
        Person.objects.filter(pk=first.pk).update(source_key=source_key)
    record(
        terms.REGISTERED,
        actor=actor,
        subject_kind="party",
        subject_id=party.pk,
        detail={"people": len(draft.members)},
        now=now,
    )
    ask_to_confirm(party_id=party.pk, now=now, actor=actor)
    return party


@transaction.atomic
def change_party(*, party_id: int, draft: PartyDraft, now: datetime, actor: Actor) -> None:
    """Make the record say what the family says now, and note that it was confirmed.

    A member who is not in the draft is gone from it; one with an id that is not of this
    party joins as a new person. Who wants to tell less is known less well from now on.
    """
    party = Party.objects.select_for_update().select_related("source").get(pk=party_id)
    known = set(party.people.values_list("pk", flat=True))
    kept = {member.id for member in draft.members if member.id in known}
    for member in draft.members:
        if member.id not in kept:
            _add_member(party, web_source(now), member, draft, now)
    # Behind those who join: the record stays one though all of them are new.
    forget_members(party_id, known - kept)
    people = party.people.in_bulk(kept)
    for member in draft.members:
        if member.id in kept:
            _change_member(people[member.id], member, draft, now)
    party.kind = "family" if len(draft.members) > 1 else "single"
    party.level = draft.level
    party.save(update_fields=["kind", "level"])
    if draft.level != terms.Level.FULL:
        forget_confided(kept)
    if draft.level == terms.Level.INFORMATION:
        # Who wants no names kept wants none of their people's either.
        remove_emergency_contact(party_id=party_id, now=now, actor=actor)
    relend(kept)
    share_phones(party_id)
    note_still_there(party_id, said="still", now=now)
    ask_to_confirm(party_id=party_id, now=now, actor=actor)
    keep_silence(party_id=party_id, now=now, actor=actor)
    record(terms.CHANGED, actor=actor, subject_kind="party", subject_id=party_id, now=now)


@transaction.atomic
def note_departure(*, party_id: int, left_on: date, now: datetime, actor: Actor) -> int:
    """Note that everybody of a party has left where they stayed; how many stays ended.

    A trip that has not begun yet is still to come.
    """
    begun = own_stays(party_id).filter(stay_from__lte=left_on)
    ended = begun.update(departed_on=left_on, confirmed_at=now)
    note_still_there(party_id, said="left", now=now)
    record(terms.DEPARTED, actor=actor, subject_kind="party", subject_id=party_id, now=now)
    return ended


def note_still_there(party_id: int, *, said: str, now: datetime) -> None:
    """Whoever says where they are has answered whatever we asked about it."""
    StillThere.objects.filter(party_id=party_id, answered_at=None).update(
        answered_at=now, said=said
    )
    Person.objects.filter(party_id=party_id, unanswered__gt=0).update(unanswered=0)


@transaction.atomic
def delete_party(*, party_id: int, now: datetime, actor: Actor) -> None:
    """Delete a family's record at its wish: names, contacts and stays, at once.

    Its keys are destroyed, so that nothing sealed for it is ever read again.
    """
    Party.objects.select_for_update().get(pk=party_id)
    people = list(Person.objects.filter(party_id=party_id).values_list("pk", flat=True))
    forget_members(party_id, people)
    StillThere.objects.filter(party_id=party_id).delete()
    Party.objects.filter(pk=party_id).delete()
    record(terms.DELETED, actor=actor, subject_kind="party", subject_id=party_id, now=now)
    # Last, so that the trail forgets whose this was as well.
    forget_people(person_ids=people, party_ids=[party_id])


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


def _handed_in(source_key: str) -> Party | None:
    with connection.cursor() as cursor:
        # A page and its worker may hand in the same form in the same moment.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [source_key])
    known = Person.objects.filter(source_key=source_key).select_related("party").first()
    return known.party if known else None


def _add_member(
    party: Party, source: Source, member: Member, draft: PartyDraft, now: datetime
) -> None:
    person = Person(party=party, source=source, created_at=now, told_at=now)
    _describe(person, member, draft, now)
    person.save()
    _set_contacts(person, draft, now)
    set_stays(person, draft.legs, now=now)


def _change_member(person: Person, member: Member, draft: PartyDraft, now: datetime) -> None:
    _set_contacts(person, draft, now)
    set_stays(person, draft.legs, now=now)
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


def _set_contacts(person: Person, draft: PartyDraft, now: datetime) -> None:
    """A family shares what it gave: whoever holds the phone hears for all."""
    given = {(Channel.SMS, draft.phone), (Channel.EMAIL, draft.mail)}
    wanted = {(int(channel), address) for channel, address in given if address}
    # Browsers come and go by their own buttons, not by this form.
    held = list(person.contact_points.exclude(channel=Channel.PUSH))
    # What a second record lent us is that record's.
    own = [one for one in held if one.lent_by is None]
    gone = [one for one in own if (one.channel, one.address) not in wanted]
    withdrawing.note_removed(withdrawing.ways_of(gone))
    for point in gone:
        point.delete()
    if person.created_at < now:
        new = wanted - {(one.channel, one.address) for one in held}
        withdrawing.note_given(withdrawing.Way(person.pk, *one) for one in new)
    ContactPoint.objects.bulk_create(
        (
            ContactPoint(person=person, channel=channel, address=address, language=draft.language)
            for channel, address in sorted(wanted)
        ),
        ignore_conflicts=True,
    )


def forget_members(party_id: int, people: Iterable[int]) -> None:
    """Delete these people of a party and tell those above, who forget them as well."""
    gone = sorted(people)
    if not gone:
        return
    withdrawing.note_forms(gone)
    unlink_gone(gone)
    forget_confided(gone)
    Person.objects.filter(party_id=party_id, pk__in=gone).delete()
    forget_recipients(gone)
    forget_people(person_ids=gone)
    facts.announce(PeopleForgotten(tuple(gone)))
