"""What a restored backup brings back although it was deleted: deleted once more."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.forgotten import Reaction, Subjects, reactions, subjects
from safeconduct.picture.registry import terms
from safeconduct.picture.registry.actions.parties import delete_party, forget_members
from safeconduct.picture.registry.models import Confided, Party, Person


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
