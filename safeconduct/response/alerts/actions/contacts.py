"""First contact: whoever came to us by a list must hear of it, and we must know that they did."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.actions import mark_told
from safeconduct.picture.registry.models import Person
from safeconduct.response.alerts.models import Release
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import Channel, State

_PORTION = 5000


def tell_first_contacts(*, batch_id: int, now: datetime, actor: Actor) -> int:
    """Note everybody who was handed an alert's mail, which says where we have them from.

    An SMS is too short to say it, so it does not count; nor do batches that are no alert.
    Returns how many heard of it for the first time.
    """
    if not Release.objects.filter(batch_id=batch_id).exists():
        return 0
    told, after = 0, 0
    while people := _written_to(batch_id, after):
        told += _note(people, now, actor)
        after = people[-1]
    return told


@transaction.atomic
def _note(people: list[int], now: datetime, actor: Actor) -> int:
    told = mark_told(person_ids=people, now=now, actor=actor)
    if told:
        record(
            "alerts.first_contact",
            actor=actor,
            subject_kind="person",
            subject_id=people[0],
            subject_until_id=people[-1],
            detail={"count": told},
            now=now,
        )
    return told


def _written_to(batch_id: int, after_id: int) -> list[int]:
    """The next people, by id, whose mail was handed over and who had not been told before."""
    handed = Delivery.objects.filter(
        batch_id=batch_id, channel=Channel.EMAIL, state__in=[State.HANDED, State.DELIVERED]
    )
    untold = Person.objects.filter(
        told_at=None, pk__gt=after_id, pk__in=handed.values("recipient_id")
    )
    return list(untold.order_by("pk").values_list("pk", flat=True)[:_PORTION])
