"""What people tell us under seal: passport numbers and medical notes."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.forgotten import remember
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.models import Confided, Party, Person


@transaction.atomic
def confide(
    *,
    person_id: int,
    passport: str | None = None,
    medical: str | None = None,
    now: datetime,
    actor: Actor,
) -> None:
    """Keep what a person told us under seal. None leaves a note as it is, "" forgets it."""
    person = Person.objects.select_for_update().get(pk=person_id)
    kept, _ = Confided.objects.get_or_create(person=person, defaults={"told_at": now})
    subject = Subject("person", person_id)
    if passport is not None:
        kept.passport = _sealed(subject, terms.PASSPORT_FIELD, passport)
        kept.passport_index = _index(passport)
    if medical is not None:
        kept.medical = _sealed(subject, terms.MEDICAL_FIELD, medical)
    for kind, said in zip(terms.CONFIDED_KINDS, (passport, medical), strict=True):
        remember(kind, [person_id] if said == "" else [])
    kept.told_at = now
    if kept.passport is None and kept.medical is None:
        kept.delete()
    else:
        kept.save()
        # Whoever confides something has chosen to tell us all.
        Party.objects.filter(pk=person.party_id).update(level=terms.Level.FULL)
    record(terms.CONFIDED, actor=actor, subject_kind="person", subject_id=person_id, now=now)


def forget_confided(people: Iterable[int]) -> int:
    """Delete what these people told us under seal; how many had told something."""
    told = Confided.objects.filter(person_id__in=list(people))
    gone = sorted(told.values_list("person_id", flat=True))
    for kind in terms.CONFIDED_KINDS:
        remember(kind, gone)
    told.delete()
    return len(gone)


def _sealed(subject: Subject, field: str, text: str) -> bytes | None:
    return sealing.seal(subject=subject, field=field, text=text) if text else None


def _index(passport: str) -> bytes | None:
    key = rules.passport_key(passport)
    return sealing.blind_index(terms.PASSPORT_PURPOSE, key) if key else None
