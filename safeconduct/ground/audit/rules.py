"""What a seal is computed from."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from safeconduct.ground.audit.kinds import Shredder


@dataclass(frozen=True)
class Sealed:
    """An entry as a seal sees it."""

    id: int
    at: datetime
    kind: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    subject_kind: str
    subject_id: int | None
    subject_until_id: int | None
    detail: dict[str, object]
    shredder: Shredder


def digest(previous: bytes, entries: Iterable[Sealed]) -> bytes:
    """SHA-256 over the seal before and the entries in the order of their ids.

    A subject that may have to be forgotten is left out, so that forgetting it
    does not look like tampering.
    """
    total = hashlib.sha256(previous)
    for entry in sorted(entries, key=lambda entry: entry.id):
        total.update(json.dumps(_fields(entry), sort_keys=True, separators=(",", ":")).encode())
    return total.digest()


def _fields(entry: Sealed) -> list[object]:
    forgettable = entry.shredder is Shredder.FORGET_SUBJECT
    subject = [] if forgettable else [entry.subject_id, entry.subject_until_id]
    moment = entry.at.astimezone(UTC).isoformat()
    actor = [entry.actor_kind, entry.actor_id, entry.actor_name]
    return [entry.id, moment, entry.kind, *actor, entry.subject_kind, *subject, entry.detail]
