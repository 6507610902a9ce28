"""Writing down who did what, in the transaction of the deed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from safeconduct.ground.audit import rules
from safeconduct.ground.audit.kinds import Shredder, kinds
from safeconduct.ground.audit.looks import Why, reasons
from safeconduct.ground.audit.looks import kinds as look_kinds
from safeconduct.ground.audit.models import Entry, Look, Seal
from safeconduct.ground.audit.queries import as_sealed
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.catalogues import CatalogueError

# Longer strings would be somebody's words, and those do not belong here.
_LONGEST_TERM = 60
# How long people may read who looked at them, where their record lasts so long.
LOOKS_KEPT: Final = timedelta(days=730)


def record(
    kind: str,
    *,
    actor: Actor,
    subject_kind: str,
    subject_id: int | None = None,
    subject_until_id: int | None = None,
    detail: dict[str, object] | None = None,
    now: datetime,
) -> Entry:
    """Append an entry about one subject, or about the run of ids up to ``subject_until_id``.

    ``detail`` takes ids, counts and terms.

    :raises CatalogueError: for an undeclared kind, outside a transaction, or for
        a detail that could carry somebody's words.
    """
    if not transaction.get_connection().in_atomic_block:
        raise CatalogueError(f"{kind} was recorded outside the transaction of its deed.")
    _refuse_words(detail or {})
    return Entry.objects.create(
        at=now,
        kind=kinds[kind].name,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        subject_kind=subject_kind,
        subject_id=subject_id,
        subject_until_id=subject_until_id,
        detail=detail or {},
    )


def _refuse_words(value: object) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_words(inner)
    elif isinstance(value, str):
        if len(value) > _LONGEST_TERM or "@" in value:
            raise CatalogueError("An audit detail holds ids, counts and terms, never words.")
    elif not isinstance(value, int | float | None):
        raise CatalogueError(f"An audit detail cannot hold a {type(value).__name__}.")


@transaction.atomic
def seal_entries(*, now: datetime, at_most: int = 10_000) -> int:
    """Seal what no seal covers yet, oldest first, and return how many entries that were.

    Only one sealer works at a time; writers never wait for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit.seal'))")
    entries = list(Entry.objects.filter(seal__isnull=True).order_by("id")[:at_most])
    if not entries:
        return 0
    before = Seal.objects.order_by("-id").first()
    seal = Seal.objects.create(
        sealed_at=now,
        first_entry_id=entries[0].pk,
        last_entry_id=entries[-1].pk,
        digest=rules.digest(bytes(before.digest) if before else b"", map(as_sealed, entries)),
    )
    return Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(seal=seal)


def write_looks(
    *,
    people: Iterable[int],
    officer_id: int,
    role: str,
    post_id: int | None,
    what: str,
    why: Why,
    now: datetime,
) -> None:
    """Write down for each of these people that an officer saw something of theirs; one query.

    :raises CatalogueError: for an undeclared kind of look or reason.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    if look_kinds[what].daily:
        hour = hour.replace(hour=0)
    rows = [
        Look(
            person_id=person,
            at=now,
            hour=hour,
            officer_id=officer_id,
            role=role,
            post_id=post_id,
            what=look_kinds[what].name,
            why=reasons[why.reason].name,
            why_id=why.id,
        )
        # In one order everywhere: two officers with one list never wait for each other in a ring.
        for person in sorted(set(people))
    ]
    Look.objects.bulk_create(rows, ignore_conflicts=True)


def forget_old_looks(now: datetime) -> int:
    """Forget looks of more than two years ago; how many."""
    return Look.objects.filter(at__lt=now - LOOKS_KEPT).delete()[0]


@transaction.atomic
def forget_people(person_ids: Iterable[int], *, party_ids: Iterable[int] = ()) -> int:
    """Forget who looked at these people, and take their numbers out of the trail; how many entries.

    The trail keeps that an officer did something, not to whom.
    """
    people = list(person_ids)
    Look.objects.filter(person_id__in=people).delete()
    return _forget_subjects("person", people) + _forget_subjects("party", list(party_ids))


@transaction.atomic
def forget_subject(*, subject_kind: str, subject_id: int) -> int:
    """Take an erased person's number out of entries whose kind asks for that; returns how many."""
    return _forget_subjects(subject_kind, [subject_id])


def _forget_subjects(subject_kind: str, ids: list[int]) -> int:
    forgettable = [name for name, kind in kinds.items() if kind.shredder is Shredder.FORGET_SUBJECT]
    entries = Entry.objects.filter(
        kind__in=forgettable, subject_kind=subject_kind, subject_id__in=ids
    )
    return entries.update(subject_id=None, subject_until_id=None)
