"""What follows when a party agrees to something or takes it back (privacy.consents)."""

from datetime import datetime

from django.db import transaction

from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.consents import WARNINGS
from safeconduct.ground.privacy.queries import who_declines
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry import withdrawing
from safeconduct.picture.registry.actions.sealing import forget_confided
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.wires.messaging import actions as messaging
from safeconduct.wires.messaging.terms import Channel


def heed_warnings(subject: Subject, given: bool, now: datetime, actor: Actor) -> None:
    """Write to a party again, or no more but what threatens life; what waits for it ends too."""
    points = ContactPoint.objects.filter(person__party_id=subject.id)
    if given:
        withdrawing.note_started(withdrawing.ways_of(points.exclude(stopped_at=None)))
        points.update(stopped_at=None)
    else:
        _silence(subject.id, now, actor)


def heed_sensitive(subject: Subject, given: bool, now: datetime, actor: Actor) -> None:  # noqa: ARG001 -- as above
    """A No deletes passport numbers and medical notes at once; a Yes only lets them be asked."""
    if not given:
        forget_confided(Person.objects.filter(party_id=subject.id).values_list("pk", flat=True))


@transaction.atomic
def keep_silence(*, party_id: int, now: datetime, actor: Actor) -> None:
    """Hold to a party's No for addresses it has only now given."""
    if who_declines("party", [party_id], WARNINGS):
        _silence(party_id, now, actor)


def _silence(party_id: int, now: datetime, actor: Actor) -> None:
    points = ContactPoint.objects.filter(person__party_id=party_id, stopped_at=None)
    told = sorted(withdrawing.ways_of(points), key=lambda way: (way.channel, way.address, way))
    points.update(stopped_at=now)
    withdrawing.note_stopped(told)
    for person_id, channel, address in told:
        messaging.unsubscribe(
            channel=Channel(channel),
            address=address,
            recipient_ids=[person_id],
            now=now,
            actor=actor,
        )
