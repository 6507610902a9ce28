"""Whom a message spoke to at an address that has ceased to be theirs since.

A message to a shared telephone bears one name. Whose telephone it is tells whom else it speaks
to, until somebody changes theirs: that moment is noted, for the few who do, so that writing a
million messages costs nothing more.
"""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from django.db import connection

_NOTE: Final = """
INSERT INTO messaging_spokento (person_id, batch_id, delivery_id)
SELECT gone.person_id, d.batch_id, d.id
FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[])
    AS gone (person_id, recipient_id, channel, address)
JOIN messaging_delivery d ON d.recipient_id = gone.recipient_id AND d.channel = gone.channel
    AND d.address = gone.address
ON CONFLICT DO NOTHING
"""
_OF_THESE: Final = """
SELECT person_id, batch_id, delivery_id FROM messaging_spokento
WHERE person_id = ANY (%s) AND batch_id = ANY (%s)
"""
# Beside message ``d``.
_SPOKE_TO: Final = """EXISTS (
        SELECT FROM messaging_spokento AS was WHERE was.person_id = {person}
            AND was.batch_id = d.batch_id AND was.delivery_id = d.id)"""


class Former(NamedTuple):
    """An address somebody gives up, and another of their party who may have been written to."""

    person_id: int
    recipient_id: int
    channel: int
    address: str


def note_former(given_up: Iterable[Former]) -> None:
    """Before the addresses go: what was written there to the others of the party was theirs too."""
    rows = list(given_up)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [list(column) for column in zip(*rows, strict=True)])


def spoke_to(person: str) -> str:
    """SQL: whether message ``d`` spoke to a ``person`` at an address that was theirs then."""
    return _SPOKE_TO.format(person=person)


def spoken_to(person_ids: Collection[int], batch_ids: Collection[int]) -> set[tuple[int, int, int]]:
    """The same of these people: person, batch and message; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_THESE, [list(person_ids), list(batch_ids)])
        return set(cursor.fetchall())


def forget_spoken(*, person_ids: Collection[int] = (), batch_ids: Collection[int] = ()) -> None:
    """Forget it of people who left, or of batches whose messages are dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM messaging_spokento WHERE person_id = ANY (%s) OR batch_id = ANY (%s)",
            [list(person_ids), list(batch_ids)],
        )
