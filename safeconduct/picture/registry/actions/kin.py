"""Whom a party lets us call where it cannot be reached itself."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.forgotten import remember
from safeconduct.ground.privacy.sealing import Subject, seal
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.models import EmergencyContact
from safeconduct.picture.registry.withdrawing import KIN


@transaction.atomic
def name_emergency_contact(
    *, party_id: int, name: str, relation: str, phone: str, now: datetime, actor: Actor
) -> None:
    """Keep the one person to call for a party, sealed; whoever was named before is forgotten."""
    sealed = seal(
        subject=Subject("party", party_id),
        field=terms.KIN_FIELD,
        text=rules.kin_written(rules.Kin(name, relation, phone)),
    )
    # Who was named before; not who is named now.
    known = EmergencyContact.objects.filter(party_id=party_id).values_list("party_id", flat=True)
    remember(KIN, known, at=now)
    EmergencyContact.objects.update_or_create(
        party_id=party_id, defaults={"sealed": sealed, "named_at": now}
    )
    record(terms.KIN_NAMED, actor=actor, subject_kind="party", subject_id=party_id, now=now)


@transaction.atomic
def remove_emergency_contact(*, party_id: int, now: datetime, actor: Actor) -> None:
    """Forget the person to call; nothing happens where none was named."""
    gone, _ = EmergencyContact.objects.filter(party_id=party_id).delete()
    if gone:
        remember(KIN, [party_id])
        record(terms.KIN_REMOVED, actor=actor, subject_kind="party", subject_id=party_id, now=now)
