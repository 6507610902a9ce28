"""Who and what was deleted or taken back, remembered so that a restored backup keeps to it.

A backup is older than some deletions, and than many a No. Each is noted as a mark under a key
that only this installation's database holds, in a table and in a file outside the reach of the
database's backup. ``safeconduct restore`` reads the file and deletes once more, before anything
is served.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, transaction

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.catalogues import Catalogue
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.engine import lists
from safeconduct.ground.privacy.models import Forgotten

# What names something of a kind, mostly a number.
type Place = int | str
# Places and since when there is something there; of one kind, in any order.
type Rows = Callable[[], Iterable[tuple[Place, datetime]]]
type Forget = Callable[[Sequence[Any], datetime, Actor], object]

log = logging.getLogger(__name__)

_PURPOSE: Final = "forgotten"
_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Subjects:
    """``turn``: whose members are subjects themselves comes after them.

    What has a later mark of the kind ``unless`` was given again and is left as it is.
    """

    rows: Rows
    turn: int = 0
    unless: str = ""


@dataclass(frozen=True)
class Reaction:
    """Deletes once more what is kept of these subjects in one capability."""

    kind: str
    forget: Forget


subjects: Catalogue[Subjects] = Catalogue("kind of what can be forgotten")
reactions: Catalogue[Reaction] = Catalogue("way of forgetting again")


def forget_subjects(kind: str, ids: Iterable[int]) -> int:
    """Destroy the keys of these subjects and remember that they are gone; how many had a key.

    Called in the transaction that deletes them.
    """
    gone = list(ids)
    remember(kind, gone)
    return sealing.shred_many(kind, gone)


def remember[P: (int, str)](kind: str, ids: Iterable[P], *, at: datetime | None = None) -> None:
    """Remember that these subjects, or this part of what is kept of them, were deleted.

    Now, or ``at`` a moment: what has taken their place since then is not deleted with them.
    Rolled back with the caller's transaction; behind its commit the file is written.
    """
    at = at or clock.now()
    noted = [Forgotten(ref=ref, at=at) for ref in sorted(refs_of(kind, sorted(set(ids))))]
    if not noted:
        return
    Forgotten.objects.bulk_create(
        noted, update_conflicts=True, unique_fields=["ref"], update_fields=["at", "kept_at"]
    )
    transaction.on_commit(_keep)


def take_back[P: (int, str)](kind: str, ids: Iterable[P], *, by: str) -> None:
    """Remember, as the kind ``by``, which of these were deleted and have been given again now."""
    places = sorted(set(ids))
    refs = refs_of(kind, places)
    gone = set(Forgotten.objects.filter(ref__in=refs).values_list("ref", flat=True))
    remember(by, [one for one, ref in zip(places, refs, strict=True) if ref in gone])


def is_remembered(kind: str, place: Place) -> bool:
    """Whether this was deleted, as far back as the list reaches."""
    return Forgotten.objects.filter(ref__in=refs_of(kind, [place])).exists()


def refs_of(kind: str, ids: Sequence[Place]) -> list[str]:
    """The marks of subjects, in their order: nobody reads them without our key."""
    places = [f"{kind}\n{one}" for one in ids]
    return [mark.hex() for mark in sealing.blind_indexes(_PURPOSE, places)] if places else []


def key_mark() -> str:
    """By what a list says under which key its marks were made; made now if there is none."""
    return sealing.blind_index(_PURPOSE, "key").hex()[:8]


def rows_in_parts(rows: Rows, size: int) -> Iterator[list[tuple[Place, datetime]]]:
    """What a capability names, some at a time."""
    part: list[tuple[Place, datetime]] = []
    for row in rows():
        part.append(row)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def reactions_to(kind: str) -> list[Reaction]:
    """All ways of forgetting subjects of a kind again."""
    return [reactions[name] for name in reactions if reactions[name].kind == kind]


def keep_list(*, now: datetime) -> int:
    """Write what was deleted and is not on the list yet behind its end; how many lines.

    A disk that refuses is logged and told by the figures; the next turn tries again. Whoever
    deleted something has it deleted all the same.
    """
    try:
        total = 0
        while some := _keep_some(now):
            total += some
    except (OSError, DatabaseError):
        log.exception("The list of deletions could not be written.")
    return total


@transaction.atomic
def _keep_some(now: datetime) -> int:
    waiting = Forgotten.objects.filter(kept_at=None).select_for_update(skip_locked=True)
    some = list(waiting.order_by("ref")[:_AT_ONCE])
    if some:
        key = key_mark()
        lists.append(folder(), [lists.Line(key, one.ref, one.at) for one in some])
        Forgotten.objects.filter(pk__in=[one.pk for one in some]).update(kept_at=now)
    return len(some)


def waiting() -> int:
    """How many deletions are not on the list yet; zero but for a moment, or its disk refuses."""
    return Forgotten.objects.filter(kept_at=None).count()


def folder() -> Path:
    """Where this machine's list lies."""
    return Path(settings.PRIVACY["FORGOTTEN_DIR"])


def _keep() -> None:
    keep_list(now=clock.now())
