"""The browsers that a party wants to be warned in: push subscriptions as contact points."""

from datetime import datetime

from django.db import connection, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import terms, withdrawing
from safeconduct.picture.registry.actions.contacts import reckon_reach
from safeconduct.picture.registry.models import ContactPoint, Party, Person
from safeconduct.wires.messaging.engine.push import Subscription
from safeconduct.wires.messaging.terms import Channel

# Everybody of the party has every browser of it: whoever holds the phone hears for all. What
# is given again works again, and no longer says STOP.
_SHARE = """
INSERT INTO registry_contactpoint (person_id, channel, address, language, verified_at)
SELECT person.id, %(push)s, given.address, given.language, given.verified_at
  FROM registry_person AS person
 CROSS JOIN (
    SELECT DISTINCT ON (point.address) point.address, point.language, point.verified_at
      FROM registry_contactpoint AS point JOIN registry_person AS one ON one.id = point.person_id
     WHERE one.party_id = %(party)s AND point.channel = %(push)s AND point.lent_by IS NULL
     ORDER BY point.address, point.id) AS given
 WHERE person.party_id = %(party)s
ON CONFLICT ON CONSTRAINT contact_once_per_person DO NOTHING
"""


class PhoneRefusedError(Refusal):
    """The browser was not noted; the message says why."""


@transaction.atomic
def add_phone(
    *, party_id: int, subscription: Subscription, language: str, now: datetime, actor: Actor
) -> None:
    """Warn a party in one more browser from now on, until it is removed or ceases to answer.

    The browser itself handed the subscription over, so it counts as verified.

    :raises PhoneRefusedError: beyond the number of browsers a party may have.
    """
    Party.objects.select_for_update().get(pk=party_id)
    address = subscription.address
    known = set(phones_of(party_id))
    if address not in known and len(known) >= terms.MOST_PHONES:
        raise PhoneRefusedError(terms.TOO_MANY_PHONES)
    first = Person.objects.filter(party_id=party_id).order_by("pk")[0]
    ContactPoint.objects.update_or_create(
        person=first,
        channel=Channel.PUSH,
        address=address,
        defaults={"language": language, "verified_at": now},
    )
    share_phones(party_id)
    points = ContactPoint.objects.filter(
        person__party_id=party_id, channel=Channel.PUSH, address=address
    )
    withdrawing.note_given(withdrawing.ways_of(points))
    withdrawing.note_started(withdrawing.ways_of(points.exclude(stopped_at=None)))
    points.update(verified_at=now, last_failed_at=None, stopped_at=None)
    _reckon(party_id)
    record(terms.PHONE_ADDED, actor=actor, subject_kind="party", subject_id=party_id, now=now)


@transaction.atomic
def remove_phones(
    *, party_id: int, endpoint: str | None = None, now: datetime, actor: Actor
) -> None:
    """Warn a party in this browser, or in none at all, no more."""
    points = ContactPoint.objects.filter(person__party_id=party_id, channel=Channel.PUSH)
    if endpoint is not None:
        points = points.filter(address__startswith=f"{endpoint}#")
    withdrawing.note_removed(withdrawing.ways_of(points))
    gone, _ = points.delete()
    _reckon(party_id)
    if gone:
        record(terms.PHONE_REMOVED, actor=actor, subject_kind="party", subject_id=party_id, now=now)


@transaction.atomic
def renew_phone(*, old: str, fresh: Subscription, now: datetime) -> int:
    """Let a browser's new subscription take the place of its old one; at how many people.

    Who knows the old address with both its keys is that browser: nobody else was ever
    told them. Nothing is audited, since nobody did it: push services renew by themselves.
    """
    points = ContactPoint.objects.filter(channel=Channel.PUSH, address=old)
    people = list(points.values_list("person_id", flat=True))
    withdrawing.note_changed(withdrawing.ways_of(points))
    twins = ContactPoint.objects.filter(channel=Channel.PUSH, address=fresh.address)
    twins.filter(person_id__in=people).exclude(address=old).delete()
    changed = points.update(address=fresh.address, verified_at=now, last_failed_at=None)
    reckon_reach(people)
    return changed


def share_phones(party_id: int) -> None:
    """Give whoever joined a party the browsers that the others have."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARE, {"party": party_id, "push": int(Channel.PUSH)})
    _reckon(party_id)


def phones_of(party_id: int) -> list[str]:
    """The push addresses of a party, in the order they came."""
    points = ContactPoint.objects.filter(
        person__party_id=party_id, channel=Channel.PUSH, lent_by=None
    )
    return list(dict.fromkeys(points.order_by("pk").values_list("address", flat=True)))


def _reckon(party_id: int) -> None:
    reckon_reach(Person.objects.filter(party_id=party_id).values_list("pk", flat=True))
