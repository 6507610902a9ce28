"""What is not wanted any more: it ends and is counted in one statement, also in a sender's hands.

A sender holds messages it has not offered to anybody yet. Those end here too, and the sender is
told their ids; should it have offered one in the meantime, its own note of the hand-off stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import connection

from safeconduct.wires.messaging.terms import WITHDRAWN_SIGNAL, Channel, Lane, State

# Waits, or is held by a sender. What an officer has taken to telephone about is theirs.
_NOT_LEFT: Final = f"(d.state = 0 OR (d.state = 1 AND d.channel <> {Channel.CALL:d}))"
_COUNTED: Final = """
    INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
    SELECT batch_id, channel, side.state, country, side.sign * count(*), side.sign * sum(covers)
    FROM ended, (VALUES (0, -1), (%s, 1)) AS side (state, sign)
    GROUP BY batch_id, channel, side.state, side.sign, country
"""
_WITHDRAW: Final = f"""
WITH picked AS (
    SELECT id FROM messaging_delivery AS d
    WHERE batch_id = %s AND {_NOT_LEFT} AND id = ANY (%s) FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE messaging_delivery AS d SET state = %s, settled_at = %s, leased_until = NULL
    FROM picked WHERE d.batch_id = %s AND d.id = picked.id
    RETURNING d.batch_id, d.id, old.state AS was, d.channel, d.country, d.covers
), counted AS ({_COUNTED})
SELECT id, was FROM ended
"""
_LEFT: Final = f"""
SELECT DISTINCT recipient_id FROM messaging_delivery AS d
WHERE batch_id = %s AND {_NOT_LEFT} AND id = ANY (%s)
"""
# What waits in every open batch of a lane for one address, tallied batch by batch. An officer's
# call waits under the number that an SMS would go to. Few rows: whoever is just claiming one is
# waited for, since nobody comes back to look again.
_UNSUBSCRIBE: Final = f"""
WITH picked AS (
    SELECT d.batch_id, d.id FROM messaging_batch AS b
    JOIN messaging_delivery AS d ON d.batch_id = b.id
    WHERE b.lane = %s AND b.finished_at IS NULL AND {_NOT_LEFT}
        AND d.recipient_id = ANY (%s) AND d.channel = ANY (%s) AND d.address = %s
    ORDER BY d.batch_id, d.id FOR UPDATE OF d
), ended AS (
    UPDATE messaging_delivery AS d SET state = %s, settled_at = %s, leased_until = NULL
    FROM picked WHERE d.batch_id = picked.batch_id AND d.id = picked.id
    RETURNING d.batch_id, d.id, old.state AS was, d.channel, d.country, d.covers
), counted AS ({_COUNTED})
SELECT batch_id, id, was FROM ended
"""
# A notice holds less than 8 000 characters.
_IDS_A_NOTICE: Final = 400


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many messages ended; ``left`` are recipients of some that somebody was just changing."""

    count: int
    left: list[int]


def withdraw(
    *, batch_id: int, select_sql: str, params: Sequence[Any], state: State, now: datetime
) -> Withdrawn:
    """End what has not left of the messages whose ids a query yields, in the caller's transaction.

    ``left`` is to be tried again: senders change what they claim within milliseconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(select_sql, params)
        wanted = [number for (number,) in cursor.fetchall()]
        if not wanted:
            return Withdrawn(0, [])
        cursor.execute(_WITHDRAW, [batch_id, wanted, int(state), now, batch_id, int(state)])
        ended = cursor.fetchall()
        _recall(batch_id, (number for number, was in ended if was == State.CLAIMED))
        left: list[int] = []
        if len(ended) < len(wanted):
            cursor.execute(_LEFT, [batch_id, wanted])
            left = [recipient_id for (recipient_id,) in cursor.fetchall()]
    return Withdrawn(len(ended), left)


def withdraw_at(
    *, address: str, channels: Sequence[int], recipient_ids: Sequence[int], now: datetime
) -> int:
    """End the bulk that has not left for these people at an address; how many messages."""
    state = int(State.UNSUBSCRIBED)
    with connection.cursor() as cursor:
        cursor.execute(
            _UNSUBSCRIBE,
            [Lane.BULK, list(recipient_ids), list(channels), address, state, now, state],
        )
        ended = cursor.fetchall()
    held = defaultdict(list)
    for batch_id, number, was in ended:
        if was == State.CLAIMED:
            held[batch_id].append(number)
    for batch_id, numbers in held.items():
        _recall(batch_id, numbers)
    return len(ended)


def _recall(batch_id: int, numbers: Iterable[int]) -> None:
    """Have senders drop what they hold of these; they hear of it at the commit."""
    with connection.cursor() as cursor:
        for some in batched(numbers, _IDS_A_NOTICE, strict=False):
            told = f"{batch_id}:{','.join(map(str, some))}"
            cursor.execute("SELECT pg_notify(%s, %s)", [WITHDRAWN_SIGNAL, told])
