"""What a restored backup brings back although it was deleted or taken back: once more."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from django.db.models import QuerySet

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.actions.consents import AGREED_AGAIN, REFUSED, consent_place
from safeconduct.ground.privacy.consents import WARNINGS
from safeconduct.ground.privacy.forgotten import Reaction, Subjects, reactions, subjects
from safeconduct.ground.privacy.queries import who_answered, who_said_yes
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.ground.privacy.terms import LIST_KEPT
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.actions.contacts import reckon_reach
from safeconduct.picture.registry.actions.kin import remove_emergency_contact
from safeconduct.picture.registry.actions.links import relend
from safeconduct.picture.registry.actions.parties import delete_party, forget_members
from safeconduct.picture.registry.models import (
    Confided,
    ContactPoint,
    EmergencyContact,
    Party,
    Person,
)
from safeconduct.picture.registry.withdrawing import (
    GIVEN_AGAIN,
    KIN,
    REMOVED,
    START,
    STOP,
    Way,
    note_removed,
    note_started,
    note_stopped,
)
from safeconduct.wires.messaging.actions import unsubscribe
from safeconduct.wires.messaging.terms import Channel


def declare() -> None:
    """Say what of the registry can be forgotten, since when there is something of it, and how."""
    subjects.register("person", Subjects(_people))
    # When its people are gone, one by one: of each of them more is kept elsewhere.
    subjects.register("party", Subjects(_parties, turn=1))
    for kind in terms.CONFIDED_KINDS:
        subjects.register(kind, Subjects(partial(_confided, kind)))
        reactions.register(f"registry.{kind}", Reaction(kind, partial(_forget_confided, kind)))
    reactions.register("registry.person", Reaction("person", _forget_people))
    reactions.register("registry.party", Reaction("party", _forget_parties))
    _declare_ways()


def _declare_ways() -> None:
    """How they are reached, whom we may call for them, and what they agreed to."""
    own, points = ContactPoint.objects.filter(lent_by=None), ContactPoint.objects.all()
    told = points.filter(stopped_at=None), points.exclude(stopped_at=None)
    for kind, rows, unless, undo in (
        (REMOVED, own, GIVEN_AGAIN, _remove_again),
        (STOP, told[0], START, _stop_again),
        (START, told[1], STOP, _start_again),
    ):
        subjects.register(kind, Subjects(partial(_ways, rows), unless=unless))
        reactions.register(f"registry.{kind}", Reaction(kind, undo))
    subjects.register(KIN, Subjects(_kin))
    reactions.register("registry.kin", Reaction(KIN, _remove_kin_again))
    subjects.register(REFUSED, Subjects(_agreed, unless=AGREED_AGAIN))
    reactions.register("registry.consent", Reaction(REFUSED, _refuse_again))


def _people() -> Iterable[tuple[int, datetime]]:
    return Person.objects.order_by("pk").values_list("pk", "created_at").iterator()


def _parties() -> Iterable[tuple[int, datetime]]:
    return Party.objects.order_by("pk").values_list("pk", "created_at").iterator()


def _confided(kind: str) -> Iterable[tuple[int, datetime]]:
    told = Confided.objects.exclude(**{kind: None}).order_by("pk")
    return told.values_list("pk", "told_at").iterator()


def _forget_people(ids: Sequence[int], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as all of them
    by_party: dict[int, list[int]] = {}
    for person, party in Person.objects.filter(pk__in=ids).values_list("pk", "party_id"):
        by_party.setdefault(party, []).append(person)
    for party, people in sorted(by_party.items()):
        forget_members(party, people)


def _forget_parties(ids: Sequence[int], now: datetime, actor: Actor) -> None:
    for party in Party.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True):
        delete_party(party_id=party, now=now, actor=actor)


def _forget_confided(kind: str, ids: Sequence[int], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as all of them
    emptied: dict[str, None] = {kind: None}
    if kind == terms.PASSPORT_PURPOSE:
        emptied["passport_index"] = None
    Confided.objects.filter(pk__in=ids).update(**emptied)
    Confided.objects.filter(pk__in=ids, passport=None, medical=None).delete()


def _ways(points: "QuerySet[ContactPoint]") -> Iterator[tuple[str, datetime]]:
    # An address tells not since when we have it: the mark of its being given again does. That
    # mark is made while the first is in the table, and files are kept longer than the table.
    since = clock.now() - LIST_KEPT
    known = points.order_by("pk").values_list("person_id", "channel", "address")
    return ((str(Way(*one)), since) for one in known.iterator())


def _kin() -> Iterable[tuple[int, datetime]]:
    kept = EmergencyContact.objects.order_by("party_id")
    return kept.values_list("party_id", "named_at").iterator()


def _agreed() -> Iterator[tuple[str, datetime]]:
    """Each Yes; and to be written to, also those who were never asked, since they are."""
    for party_id, purpose, at in who_said_yes("party"):
        yield consent_place(Subject("party", party_id), purpose), at
    asked = who_answered("party", WARNINGS)
    for party_id, created_at in _parties():
        if party_id not in asked:
            yield consent_place(Subject("party", party_id), WARNINGS), created_at


def _points(places: Sequence[str]) -> Iterator[ContactPoint]:
    """The contact points that these marks were made of, of those there are."""
    for way in map(Way.named, places):
        yield from ContactPoint.objects.filter(**way._asdict())


def _remove_again(places: Sequence[str], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as all of them
    ways = list(map(Way.named, places))
    note_removed(ways)
    for point in _points(places):
        point.delete()
    people = {way.person_id for way in ways}
    relend(people)
    reckon_reach(people)


def _stop_again(places: Sequence[str], now: datetime, actor: Actor) -> None:
    note_stopped(map(Way.named, places))
    for point in _points(places):
        point.stopped_at = now
        point.save(update_fields=["stopped_at"])
        unsubscribe(
            channel=Channel(point.channel),
            address=point.address,
            recipient_ids=[point.person_id],
            now=now,
            actor=actor,
        )


def _start_again(places: Sequence[str], now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as all of them
    note_started(map(Way.named, places))
    for point in _points(places):
        point.stopped_at = None
        point.save(update_fields=["stopped_at"])


def _remove_kin_again(ids: Sequence[int], now: datetime, actor: Actor) -> None:
    for party_id in ids:
        remove_emergency_contact(party_id=party_id, now=now, actor=actor)


def _refuse_again(places: Sequence[str], now: datetime, actor: Actor) -> None:
    for place in places:
        kind, number, purpose = place.split("\n")
        choose_consents(
            subject=Subject(kind, int(number)),
            choices={purpose: False},
            language="",
            how="restore",
            now=now,
            actor=actor,
        )
