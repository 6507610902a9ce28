"""Writing down who did what, in the transaction of the deed."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit.kinds import kinds
from safeconduct.ground.audit.models import Entry
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
