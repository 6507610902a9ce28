"""Reading the trail: in sentences, and whether a seal still holds."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from safeconduct.ground.audit import rules
from safeconduct.ground.audit.kinds import Shredder, kinds, namers
from safeconduct.ground.audit.looks import kinds as look_kinds
from safeconduct.ground.audit.looks import reasons
from safeconduct.ground.audit.models import Entry, Look, Seal
from safeconduct.ground.kernel.actor import Actor


@dataclass(frozen=True)
class Line:
    """An entry as a sentence for an administrator."""

    id: int
    at: datetime
    sentence: str
    is_sealed: bool


def trail(*, before_id: int | None = None, kind: str = "", limit: int = 50) -> list[Line]:
    """The newest entries first; ``before_id`` turns the page."""
    entries = Entry.objects.order_by("-id")
    if before_id is not None:
        entries = entries.filter(pk__lt=before_id)
    if kind:
        entries = entries.filter(kind=kind)
    found = list(entries[:limit])
    names = _names(found)
    return [
        Line(entry.pk, entry.at, _sentence(entry, names), entry.seal_id is not None)
        for entry in found
    ]


def total_of(kind: str, name: str, *, actor: Actor, since: datetime) -> int:
    """The sum of one number of the details of an actor's deeds of a kind since then."""
    entries = Entry.objects.filter(
        kind=kind, actor_kind=actor.kind.value, actor_id=actor.id, at__gt=since
    )
    return sum(int(detail.get(name, 0)) for detail in entries.values_list("detail", flat=True))


def seal_holds(seal_id: int) -> bool:
    """Whether the entries under a seal are the ones it was made from."""
    seal = Seal.objects.get(pk=seal_id)
    before = Seal.objects.filter(pk__lt=seal_id).order_by("-id").first()
    entries = Entry.objects.filter(seal=seal)
    previous = bytes(before.digest) if before else b""
    return rules.digest(previous, map(as_sealed, entries)) == bytes(seal.digest)


def seal_ids() -> list[int]:
    """Every seal there is, the oldest first."""
    return list(Seal.objects.order_by("id").values_list("id", flat=True))


def last_digest() -> str:
    """The newest seal's digest, as hexadecimal digits; empty before the first."""
    newest = Seal.objects.order_by("-id").first()
    return bytes(newest.digest).hex() if newest else ""


def has_digest(digits: str) -> bool:
    """Whether a seal has this digest (hexadecimal digits)."""
    try:
        return Seal.objects.filter(digest=bytes.fromhex(digits)).exists()
    except ValueError:
        return False


def as_sealed(entry: Entry) -> rules.Sealed:
    """The entry's fields that a seal covers."""
    return rules.Sealed(
        id=entry.pk,
        at=entry.at,
        kind=entry.kind,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        subject_until_id=entry.subject_until_id,
        detail=entry.detail,
        # A kind no longer declared is sealed whole.
        shredder=kinds[entry.kind].shredder if entry.kind in kinds else Shredder.KEEP,
    )


@dataclass(frozen=True)
class Seen:
    """That an officer saw something of a person, as that person reads it.

    ``id`` is what they may quote to the ministry, which finds the officer by it.
    """

    id: int
    at: datetime
    person_id: int
    role: str
    post_id: int | None
    what: str
    why: str


def looks_at(person_ids: Iterable[int], *, limit: int | None = None) -> list[Seen]:
    """Who looked at these people and for what, the newest first."""
    looks = Look.objects.filter(person_id__in=list(person_ids)).order_by("-at", "-pk")
    found = list(looks if limit is None else looks[:limit])
    names = _reasons_named(found)
    return [
        Seen(
            id=look.pk,
            at=look.at,
            person_id=look.person_id,
            role=look.role,
            post_id=look.post_id,
            what=str(look_kinds[look.what].sentence) if look.what in look_kinds else look.what,
            why=_reason(look, names),
        )
        for look in found
    ]


def _reasons_named(looks: Iterable[Look]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for look in looks:
        if look.why_id is not None:
            wanted[look.why].add(look.why_id)
    return {
        (reason, known): name
        for reason, ids in wanted.items()
        if reason in reasons and (namer := reasons[reason].namer)
        for known, name in namer(ids).items()
    }


def _reason(look: Look, names: dict[tuple[str, int], str]) -> str:
    if look.why not in reasons:
        return look.why
    number = look.why_id
    subject = "" if number is None else names.get((look.why, number), str(number))
    return str(reasons[look.why].sentence).format(subject=subject)


def _names(entries: Iterable[Entry]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.actor_id is not None:
            wanted[entry.actor_kind].add(entry.actor_id)
        if entry.subject_id is not None:
            wanted[entry.subject_kind].add(entry.subject_id)
    return {
        (kind, known): name
        for kind, ids in wanted.items()
        if kind in namers
        for known, name in namers[kind](ids).items()
    }


def _sentence(entry: Entry, names: dict[tuple[str, int], str]) -> str:
    if entry.kind not in kinds:
        return entry.kind
    words: dict[str, object] = defaultdict(lambda: "–", {**entry.detail})
    words["actor"] = _actor(entry, names)
    words["subject"] = _subject(entry, names)
    if entry.subject_id is not None and entry.subject_until_id is not None:
        words.setdefault("count", entry.subject_until_id - entry.subject_id + 1)
    return kinds[entry.kind].worded(words["count"]).format_map(words)


def _actor(entry: Entry, names: dict[tuple[str, int], str]) -> str:
    if entry.actor_kind == "system":
        return _("The system ({name})").format(name=entry.actor_name)
    if entry.actor_kind == "citizen":
        return _("A national")
    return _named(entry.actor_kind, entry.actor_id, names)


def _subject(entry: Entry, names: dict[tuple[str, int], str]) -> str:
    """A name, or the bare number: the sentence itself says what it is the number of."""
    if entry.subject_id is None:
        return entry.subject_kind
    return names.get((entry.subject_kind, entry.subject_id), str(entry.subject_id))


def _named(kind: str, number: int | None, names: dict[tuple[str, int], str]) -> str:
    if number is None:
        return kind
    return names.get((kind, number), f"{kind} {number}")
