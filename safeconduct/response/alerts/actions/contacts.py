"""First contact: whoever came to us by a list must hear of it, and we must know that they did."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.actions import mark_told
from safeconduct.response.alerts.models import Release
from safeconduct.wires.messaging.terms import Channel, State

_PORTION = 5000


def tell_first_contacts(*, batch_id: int, now: datetime, actor: Actor) -> int:
    """Note everybody who was handed an alert that says where we have them from.

    A mail says it itself, an SMS by the page its link leads to; one that asks nothing has no
    link and does not count. Nor do batches that are no alert. What a family is sent tells all
    of it who gave that address. Returns how many heard of it for the first time.
    """
    release = Release.objects.filter(batch_id=batch_id).first()
    if release is None:
        return 0
    tells = [Channel.EMAIL, Channel.SMS] if release.round_id else [Channel.EMAIL]
    told, after = 0, 0
    while portion := _written_to(batch_id, tells, after):
        after, people = portion
        told += _note(people, now, actor) if people else 0
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


def _written_to(batch_id: int, tells: list[Channel], after_id: int) -> tuple[int, list[int]] | None:
    """The last of the next recipients of a message that tells, and who had not been told.

    Along the messages: asked of each person, a million messages were searched for everybody.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITTEN_TO,
            {
                "batch": batch_id,
                "channels": [int(channel) for channel in tells],
                "states": [State.HANDED, State.DELIVERED],
                "after": after_id,
                "size": _PORTION,
            },
        )
        last, people = cursor.fetchone()
    return (last, people) if last is not None else None


_WRITTEN_TO: Final = """
WITH sent AS MATERIALIZED (
    SELECT recipient_id, channel, address FROM messaging_delivery
     WHERE batch_id = %(batch)s AND channel = ANY (%(channels)s::smallint[])
       AND state = ANY (%(states)s::smallint[]) AND recipient_id > %(after)s
     ORDER BY recipient_id FETCH FIRST %(size)s ROWS WITH TIES)
SELECT (SELECT max(recipient_id) FROM sent), ARRAY(
    SELECT DISTINCT person.id FROM sent
      JOIN registry_person AS reader ON reader.id = sent.recipient_id
      JOIN registry_person AS person ON person.party_id = reader.party_id
       AND person.told_at IS NULL
      JOIN registry_contactpoint AS point ON point.person_id = person.id
       AND point.channel = sent.channel AND point.address = sent.address
     ORDER BY person.id)
"""
