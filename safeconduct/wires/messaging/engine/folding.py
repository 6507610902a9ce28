"""Receipts into deliveries: in sets, forward only, whichever order they came in."""

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from psycopg import sql

from safeconduct.wires.messaging.terms import State

FOLD_SIZE: Final = 5000

_TAKE: Final = """
DELETE FROM messaging_receipt WHERE id IN (
    SELECT id FROM messaging_receipt ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING batch_id, delivery_id, state, failure, received_at
"""
# The same order as rules.may_follow: proof of delivery may follow anything, a failure only
# what has not ended. A receipt can come before our own note that we handed the message over.
_FOLD: Final = """
WITH said AS (
    SELECT DISTINCT ON (id) id, state, failure, at
    FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::timestamptz[])
        AS r (id, state, failure, at)
    ORDER BY id, (state = 3) DESC, at
), changed AS (
    UPDATE {table} AS d SET
        state = said.state,
        failure = said.failure,
        settled_at = said.at,
        handed_at = coalesce(d.handed_at, said.at),
        leased_until = NULL
    FROM said
    WHERE d.batch_id = %s AND d.id = said.id AND d.state <> 3
        AND (said.state = 3 OR d.state IN (0, 1, 2))
    RETURNING old.state AS was, new.state AS became, d.channel, d.country, d.covers,
        d.recipient_id
), told AS (
    INSERT INTO messaging_proof (batch_id, recipient_id)
    SELECT %s, recipient_id FROM changed WHERE became = 3
)
INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
SELECT %s, channel, side.state, country, sum(side.sign), sum(side.sign * covers)
FROM changed, LATERAL (
    VALUES (CASE WHEN was = 1 THEN 0 ELSE was END, -1), (became, 1)
) AS side (state, sign)
GROUP BY channel, side.state, country
"""

_BY_KEY: Final = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off"

type _Said = tuple[int, State, str, datetime]


@transaction.atomic
def fold(limit: int = FOLD_SIZE) -> int:
    """Fold the oldest receipts; returns how many were taken, so 0 means none waits."""
    with connection.cursor() as cursor:
        # A batch may have a million messages: five thousand of them are looked up by key.
        cursor.execute(_BY_KEY)
        cursor.execute(_TAKE, [limit])
        taken = cursor.fetchall()
    by_batch: dict[int, list[_Said]] = defaultdict(list)
    for batch_id, delivery_id, state, failure, at in taken:
        by_batch[batch_id].append((delivery_id, state, failure, at))
    for batch_id in sorted(by_batch):
        _fold_batch(batch_id, by_batch[batch_id])
    return len(taken)


def _fold_batch(batch_id: int, said: list[_Said]) -> None:
    table = f"messaging_delivery_{batch_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0] is None:
            # A report about a batch that has been forgotten.
            return
        columns = [list(column) for column in zip(*said, strict=True)]
        cursor.execute(
            sql.SQL(_FOLD).format(table=sql.Identifier(table)),
            [*columns, batch_id, batch_id, batch_id],
        )
