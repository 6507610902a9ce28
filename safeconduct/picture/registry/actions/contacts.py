"""What sending teaches about contact points, and who was told how we have their data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.models import Person
from safeconduct.wires.messaging.terms import State


@dataclass(frozen=True, slots=True)
class ContactResult:
    """An address was proven to work or not to, at an instant."""

    channel: int
    address: str
    worked: bool
    at: datetime


@transaction.atomic
def note_contact_results(*, results: Sequence[ContactResult], actor: Actor) -> int:  # noqa: ARG001 -- nobody's deed: what the wires report is not audited
    """Date contact points by what happened to messages, and reckon reach anew; how many people.

    Everybody who gave the address shares the news. Older news than what we
    hold changes nothing, so results may come in any order and twice.
    """
    columns: list[Any] = [
        [result.channel for result in results],
        [result.address for result in results],
        [result.worked for result in results],
        [result.at for result in results],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(source=_GIVEN), columns)
        return reckon_reach(found for (found,) in cursor.fetchall())


@transaction.atomic
def note_batch_results(*, batch_id: int, actor: Actor) -> int:  # noqa: ARG001 -- as above
    """The same for everything a batch of messages has shown so far; how many people."""
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE.format(source=_OF_BATCH),
            [State.DELIVERED, batch_id, [State.DELIVERED, State.INVALID_ADDRESS]],
        )
        return reckon_reach(found for (found,) in cursor.fetchall())


@transaction.atomic
def mark_told(*, person_ids: Iterable[int], now: datetime, actor: Actor) -> int:  # noqa: ARG001 -- the message's sender audits it
    """Note that these people were told how we came by their data; how many had not been."""
    untold = Person.objects.filter(pk__in=list(person_ids), told_at=None)
    return untold.update(told_at=now)


def reckon_reach(people: Iterable[int]) -> int:
    """Note anew by which channels people can be reached; how many people."""
    ids = sorted(set(people))
    with connection.cursor() as cursor:
        cursor.execute(_REACH, [ids])
    return len(ids)


_GIVEN = """
SELECT * FROM unnest(%s::smallint[], %s::varchar[], %s::boolean[], %s::timestamptz[])
    AS given (channel, address, worked, at)"""
_OF_BATCH = """
SELECT channel, address, state = %s AS worked, settled_at AS at FROM messaging_delivery
 WHERE batch_id = %s AND state = ANY (%s) AND settled_at IS NOT NULL"""
_NOTE = """
WITH news AS (
    SELECT channel, address, max(at) FILTER (WHERE worked) AS worked_at,
           max(at) FILTER (WHERE NOT worked) AS failed_at
      FROM ({source}) AS given GROUP BY channel, address
)
UPDATE registry_contactpoint AS point
   SET last_worked_at = greatest(point.last_worked_at, news.worked_at),
       last_failed_at = greatest(point.last_failed_at, news.failed_at)
  FROM news
 WHERE point.address = news.address AND point.channel = news.channel
   AND (news.worked_at > point.last_worked_at OR news.failed_at > point.last_failed_at
        OR (point.last_worked_at IS NULL AND news.worked_at IS NOT NULL)
        OR (point.last_failed_at IS NULL AND news.failed_at IS NOT NULL))
RETURNING point.person_id
"""
# rules.works and rules.reach_of, said in SQL; a test holds the two together.
_REACH = """
UPDATE registry_person AS person
   SET reach = coalesce((
       SELECT bit_or(point.channel) FROM registry_contactpoint AS point
        WHERE point.person_id = person.id
          AND (point.last_failed_at IS NULL OR point.last_worked_at > point.last_failed_at)), 0)
 WHERE person.id = ANY (%s)
"""
