"""Sealing what must not lie about in plain: passport numbers, medical notes, precise places,
case notes.

Every subject has a key of its own. Shredding the key shreds all that was sealed with it,
wherever its bytes have got to. A seal is bound to its subject and field: moved to another
row or column it does not open.
"""

import hmac
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from safeconduct.ground.privacy.engine import ciphers
from safeconduct.ground.privacy.engine.ciphers import SealBrokenError
from safeconduct.ground.privacy.models import DataKey

__all__ = [
    "Plain",
    "SealBrokenError",
    "Sealed",
    "ShreddedError",
    "Subject",
    "blind_index",
    "blind_indexes",
    "open_outside",
    "seal",
    "seal_bytes",
    "seal_many",
    "seal_outside",
    "shred",
    "shred_many",
    "unseal",
    "unseal_bytes",
    "unseal_many",
]


class ShreddedError(Exception):
    """The subject's key is gone, and with it everything that was sealed."""


class Subject(NamedTuple):
    """Whose key: a person or a case, say, by its number."""

    kind: str
    id: int


class Plain(NamedTuple):
    subject: Subject
    field: str
    text: str


class Sealed(NamedTuple):
    subject: Subject
    field: str
    sealed: bytes | memoryview


# The key of blind indexes is random and wrapped like any other, so a change of the
# installation's key leaves every index as it is.
_INDEX: Final = Subject("index", 0)
_INDEX_BYTES: Final = 16


def seal(*, subject: Subject, field: str, text: str) -> bytes:
    """The text sealed under the subject's key, which is made now if there is none.

    ``field`` is the place it is kept in, ``"cases.Case.injuries"``.

    :raises ShreddedError: if the subject has been forgotten.
    """
    return seal_bytes(subject=subject, field=field, content=text.encode())


def unseal(*, subject: Subject, field: str, sealed: bytes | memoryview) -> str:
    """The text again.

    :raises ShreddedError: if the subject's key is gone.
    :raises SealBrokenError: if the bytes were altered or belong to another subject or field.
    """
    return unseal_bytes(subject=subject, field=field, sealed=sealed).decode()


def seal_bytes(*, subject: Subject, field: str, content: bytes) -> bytes:
    """As :func:`seal`, for a photo."""
    key = _keys([subject], make=True).get(subject)
    return ciphers.encrypt(_present(key), content, bound_to=_place(subject, field))


def unseal_bytes(*, subject: Subject, field: str, sealed: bytes | memoryview) -> bytes:
    """As :func:`unseal`, for a photo."""
    key = _keys([subject]).get(subject)
    return ciphers.decrypt(_present(key), sealed, bound_to=_place(subject, field))


def seal_many(plain: Sequence[Plain]) -> list[bytes]:
    """As :func:`seal`, in the order given; a fixed number of queries however many there are.

    :raises ShreddedError: if one of the subjects has been forgotten.
    """
    keys = _keys((one.subject for one in plain), make=True)
    return [
        ciphers.encrypt(
            _present(keys.get(one.subject)),
            one.text.encode(),
            bound_to=_place(one.subject, one.field),
        )
        for one in plain
    ]


def unseal_many(sealed: Sequence[Sealed]) -> list[str | None]:
    """As :func:`unseal`, in the order given; one query. None stands for what was shredded.

    :raises SealBrokenError: if some bytes were altered or belong elsewhere.
    """
    keys = _keys(one.subject for one in sealed)
    return [
        ciphers.decrypt(key, one.sealed, bound_to=_place(one.subject, one.field)).decode()
        if (key := keys.get(one.subject))
        else None
        for one in sealed
    ]


def shred(subject: Subject) -> None:
    """Destroy the subject's key. What it sealed can never be read again; twice is once."""
    shred_many(subject.kind, [subject.id])


def shred_many(kind: str, ids: Iterable[int]) -> int:
    """Destroy the keys of these subjects of one kind; how many had one."""
    keys = DataKey.objects.filter(kind=kind, subject_id__in=list(ids), wrapped__isnull=False)
    return keys.update(wrapped=None, shredded_at=Now())


def blind_index(purpose: str, value: str) -> bytes:
    """Sixteen bytes that are equal for equal values of one purpose and tell nothing else.

    What is looked up sealed (a passport number) is looked up by this. The caller has
    normalised the value: spaces, case, look-alike letters.
    """
    return blind_indexes(purpose, [value])[0]


def blind_indexes(purpose: str, values: Sequence[str]) -> list[bytes]:
    """As :func:`blind_index` for many values of one purpose, in their order."""
    key = _present(_keys([_INDEX], make=True).get(_INDEX))
    own = hmac.digest(key, purpose.encode(), "sha256")
    return [hmac.digest(own, value.encode(), "sha256")[:_INDEX_BYTES] for value in values]


def seal_outside(content: bytes, *, purpose: str = "door") -> bytes:
    """Sealed under the installation's key alone: for doors that may not read the database.

    What is sealed so is not shredded with anybody: take it in soon, seal it under its
    subject's key, and let these bytes go.
    """
    key = ciphers.derived(settings.DATA_KEYS[0], "outside")
    return ciphers.encrypt(key, content, bound_to=purpose)


def open_outside(sealed: bytes | memoryview, *, purpose: str = "door") -> bytes:
    """What a door sealed, under the current installation's key or the previous one.

    :raises SealBrokenError: if no key opens it.
    """
    for root in settings.DATA_KEYS:
        try:
            return ciphers.decrypt(ciphers.derived(root, "outside"), sealed, bound_to=purpose)
        except SealBrokenError:
            continue
    raise SealBrokenError("No key of this installation opens these bytes.")


def wrap(subject: Subject, key: bytes) -> tuple[bytes, str]:
    """A subject's key under the installation's current key, and that key's mark."""
    root = settings.DATA_KEYS[0]
    wrapped = ciphers.encrypt(ciphers.derived(root, "wrap"), key, bound_to=_place(subject, "key"))
    return wrapped, ciphers.mark(root)


def unwrap(row: DataKey) -> bytes:
    """A subject's key.

    :raises SealBrokenError: if it was wrapped by an installation's key we no longer hold.
    """
    if row.wrapped is None:
        raise ShreddedError("This key was destroyed.")
    place = _place(Subject(row.kind, row.subject_id), "key")
    for root in settings.DATA_KEYS:
        if ciphers.mark(root) == row.wrapper:
            return ciphers.decrypt(ciphers.derived(root, "wrap"), row.wrapped, bound_to=place)
    raise SealBrokenError("A data key is wrapped by a key that SAFECONDUCT_DATA_KEYS lacks.")


def _keys(subjects: Iterable[Subject], *, make: bool = False) -> dict[Subject, bytes]:
    """The keys of those who have one; with ``make`` also of those who never had."""
    # In one order everywhere: two that make keys for the same people never wait in a ring.
    wanted = sorted(set(subjects))
    known = _rows(wanted)
    if make and (missing := [subject for subject in wanted if subject not in known]):
        drafts = [_draft(subject) for subject in missing]
        DataKey.objects.bulk_create(drafts, ignore_conflicts=True)
        # Somebody may have been quicker: the key that counts is the one that is there now.
        known |= _rows(missing)
    return {subject: unwrap(row) for subject, row in known.items() if row.wrapped is not None}


def _rows(subjects: Sequence[Subject]) -> dict[Subject, DataKey]:
    which = Q()
    for kind in sorted({subject.kind for subject in subjects}):
        which |= Q(kind=kind, subject_id__in=[one.id for one in subjects if one.kind == kind])
    if not which:
        return {}
    return {Subject(row.kind, row.subject_id): row for row in DataKey.objects.filter(which)}


def _draft(subject: Subject) -> DataKey:
    wrapped, wrapper = wrap(subject, ciphers.new_key())
    return DataKey(
        kind=subject.kind, subject_id=subject.id, wrapped=wrapped, wrapper=wrapper, shredded_at=None
    )


def _present(key: bytes | None) -> bytes:
    if key is None:
        raise ShreddedError("The key of this subject was destroyed, or never made.")
    return key


def _place(subject: Subject, field: str) -> str:
    # A line break is in no kind and no field: two places never read alike.
    return f"{subject.kind}\n{subject.id}\n{field}"
