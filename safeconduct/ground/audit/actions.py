"""Writing down who did what, in the transaction of the deed."""

from datetime import datetime

from django.db import connection, transaction

from safeconduct.ground.audit import rules
from safeconduct.ground.audit.kinds import Shredder, kinds
from safeconduct.ground.audit.models import Entry, Seal
from safeconduct.ground.audit.queries import as_sealed
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.catalogues import CatalogueError

# Longer strings would be somebody's words, and those do not belong here.
_LONGEST_TERM = 60


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


@transaction.atomic
def forget_subject(*, subject_kind: str, subject_id: int) -> int:
    """Take an erased person's number out of entries whose kind asks for that; returns how many."""
    forgettable = [name for name, kind in kinds.items() if kind.shredder is Shredder.FORGET_SUBJECT]
    entries = Entry.objects.filter(
        kind__in=forgettable, subject_kind=subject_kind, subject_id=subject_id
    )
    return entries.update(subject_id=None, subject_until_id=None)
