"""What people ask of us in a text: to be left in peace, to be written to again; a new number."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import rules, terms, withdrawing
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.terms import Channel


@transaction.atomic
def stop_contact(*, channel: Channel, address: str, now: datetime, actor: Actor) -> list[int]:
    """Write no more to an address but what threatens life; ids of the people who use it.

    What waits for it already ends too. Whoever stopped it before is left out: nothing
    changes for them.
    """
    points = ContactPoint.objects.filter(channel=channel, address=address, stopped_at=None)
    people = sorted(points.values_list("person_id", flat=True))
    withdrawing.note_stopped(withdrawing.ways_of(points))
    points.update(stopped_at=now)
    messaging.unsubscribe(
        channel=channel, address=address, recipient_ids=people, now=now, actor=actor
    )
    _remember(terms.STOPPED, people, channel, now, actor)
    return people


@transaction.atomic
def start_contact(*, channel: Channel, address: str, now: datetime, actor: Actor) -> list[int]:
    """Take a STOP back; ids of the people for whom one stood."""
    points = ContactPoint.objects.filter(channel=channel, address=address, stopped_at__lte=now)
    people = sorted(points.values_list("person_id", flat=True))
    withdrawing.note_started(withdrawing.ways_of(points))
    points.update(stopped_at=None)
    _remember(terms.STARTED, people, channel, now, actor)
    return people


@transaction.atomic
def add_contact(
    *, person_id: int, channel: Channel, address: str, now: datetime, actor: Actor
) -> bool:
    """Give a person a telephone number or mail address more; False if they had it.

    :raises ContactRefusedError: if nobody could be reached at it.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    normal = (
        rules.normalised_mail(address)
        if channel is Channel.EMAIL
        else rules.normalised_phone(address, None)
    )
    point, is_new = ContactPoint.objects.get_or_create(
        person=person, channel=channel, address=normal, defaults={"language": person.language}
    )
    if is_new:
        withdrawing.note_given(withdrawing.ways_of([point]))
        person.reach |= point.channel
        person.save(update_fields=["reach"])
        _remember(terms.CONTACT_ADDED, [person_id], channel, now, actor)
    return is_new


def _remember(kind: str, people: list[int], channel: Channel, now: datetime, actor: Actor) -> None:
    for person_id in people:
        record(
            kind,
            actor=actor,
            subject_kind="person",
            subject_id=person_id,
            detail={"channel": channel.name.lower()},
            now=now,
        )
