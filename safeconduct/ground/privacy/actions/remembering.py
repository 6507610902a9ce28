"""The list of what was deleted: copied, gone through after a restore, and forgotten itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import forgotten, sealing
from safeconduct.ground.privacy.engine import lists
from safeconduct.ground.privacy.models import DataKey, Forgotten
from safeconduct.ground.privacy.terms import FORGOTTEN_AGAIN, LIST_KEPT

_AT_ONCE: Final = 5_000


@dataclass
class Replayed:
    """What a list did: ``gone`` by kind; ``strange`` lines were made under another key."""

    lines: int = 0
    strange: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    keys: int = 0


def copy_list(file: Path) -> int:
    """Write all that is remembered to a new file; how many lines.

    :raises FileExistsError: if the file is there already.
    """
    file.touch(mode=0o600, exist_ok=False)
    key, total = forgotten.key_mark(), 0
    with file.open("w", encoding="ascii") as stream:
        for one in Forgotten.objects.order_by("at", "ref").iterator():
            stream.write(f"{key} {one.ref} {one.at.isoformat()}\n")
            total += 1
    return total


def forget_again(*, places: Iterable[Path], now: datetime, actor: Actor) -> Replayed:
    """Delete once more what these lists say was deleted, where a backup brought it back.

    Only what is older than its deletion goes: a number that was given anew after an earlier
    restore belongs to somebody else. May be done twice.
    """
    done = Replayed()
    latest: dict[str, datetime] = {}
    key = forgotten.key_mark()
    for place in places:
        for line in lists.read(place):
            done.lines += 1
            if line.key != key:
                done.strange += 1
            elif line.ref not in latest or latest[line.ref] < line.at:
                latest[line.ref] = line.at
    if latest:
        _forget_listed(latest, done, now, actor)
    return done


def forget_old_list(now: datetime) -> int:
    """Forget that something was deleted once no backup is that old any more; how many."""
    lists.remove_before(forgotten.folder(), now - LIST_KEPT)
    return Forgotten.objects.filter(at__lt=now - LIST_KEPT).delete()[0]


def _forget_listed(
    latest: Mapping[str, datetime], done: Replayed, now: datetime, actor: Actor
) -> None:
    spared: set[sealing.Subject] = set()
    for kind, known in sorted(forgotten.subjects.items(), key=lambda one: (one[1].turn, one[0])):
        for part in forgotten.rows_in_parts(known.rows, _AT_ONCE):
            named = _named(kind, known.unless, part, latest)
            gone = [one for one, is_gone in named if is_gone]
            spared |= {
                sealing.Subject(kind, one)
                for one, is_gone in named
                if isinstance(one, int) and not is_gone
            }
            _forget(kind, gone, now, actor)
            done.gone[kind] = done.gone.get(kind, 0) + len(gone)
    done.keys = _shred_listed(latest, spared)
    _remember_again(latest)
    with transaction.atomic():
        record(
            FORGOTTEN_AGAIN,
            actor=actor,
            subject_kind="backup",
            detail={"count": sum(done.gone.values())},
            now=now,
        )


def _named(
    kind: str,
    unless: str,
    part: Sequence[tuple[forgotten.Place, datetime]],
    latest: Mapping[str, datetime],
) -> list[tuple[forgotten.Place, bool]]:
    """Those of a part that the lists name, and of each whether it is to go."""
    refs = forgotten.refs_of(kind, [one for one, _since in part])
    named = [
        (one, since, latest[ref])
        for (one, since), ref in zip(part, refs, strict=True)
        if ref in latest
    ]
    again: list[str] = forgotten.refs_of(unless, [one for one, *_ in named]) if unless else []
    since_then = [latest.get(ref) for ref in again] or [None] * len(named)
    return [
        (one, since < at and (later is None or later < at))
        for (one, since, at), later in zip(named, since_then, strict=True)
    ]


@transaction.atomic
def _forget(kind: str, ids: Sequence[forgotten.Place], now: datetime, actor: Actor) -> None:
    if ids:
        for reaction in forgotten.reactions_to(kind):
            reaction.forget(ids, now, actor)


@transaction.atomic
def _shred_listed(latest: Mapping[str, datetime], spared: set[sealing.Subject]) -> int:
    """Keys whose subject is not even in the backup any more, or never was in a table of its own."""
    listed: dict[str, list[int]] = {}
    keys = DataKey.objects.filter(wrapped__isnull=False).values_list("kind", "subject_id")
    for kind, one in keys.order_by("kind", "subject_id"):
        if sealing.Subject(kind, one) not in spared:
            listed.setdefault(kind, []).append(one)
    total = 0
    for kind, ids in listed.items():
        refs = forgotten.refs_of(kind, ids)
        gone = [one for one, ref in zip(ids, refs, strict=True) if ref in latest]
        total += sealing.shred_many(kind, gone)
    return total


def _remember_again(latest: Mapping[str, datetime]) -> None:
    """What the lists said goes into the table, and by it into the list of this machine."""
    known = dict(Forgotten.objects.values_list("ref", "at"))
    news = [
        Forgotten(ref=ref, at=at)
        for ref, at in sorted(latest.items())
        if ref not in known or known[ref] < at
    ]
    Forgotten.objects.bulk_create(
        news,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["ref"],
        update_fields=["at", "kept_at"],
    )
