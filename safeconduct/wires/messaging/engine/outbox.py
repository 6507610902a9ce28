"""The sender's statements: open batches, claims, results. One round trip each, committed at once.

They speak to a batch's own partition by name: the plan is prepared once and no other
partition is locked or looked at.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, LiteralString

from psycopg import AsyncConnection, sql

from safeconduct.wires.messaging.engine.places import leads_to
from safeconduct.wires.messaging.engine.wording import Wording
from safeconduct.wires.messaging.terms import Lane


@dataclass(slots=True)
class OpenBatch:
    """What a sender must know of a batch while it claims from it.

    ``ends_at`` is its expiry by this machine's monotonic clock, as the database's says.
    """

    id: int
    lane: Lane
    post_id: int | None
    ends_at: float
    exercise: bool
    wording: Wording
    stopped: bool


@dataclass(slots=True)
class Claimed:
    """A delivery this sender holds until ``leased_until``; after that, another may send it.

    ``ends_at`` is the same by this machine's monotonic clock: the clock on its wall may be
    minutes off, or be set while it sends.
    """

    batch: OpenBatch
    ends_at: float
    id: int
    channel: int
    address: str
    language: str
    subject_id: int | None
    post_id: int | None
    attempts: int
    leased_until: datetime
    country: str
    # The provider that had it last and did not deliver; empty at the first try.
    failed_at: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a batch's messages, by where their numbers lead; without country the rest."""

    country: str = ""
    condition: LiteralString = ""
    values: tuple[list[str], ...] = ()

    @classmethod
    def of(cls, country: str) -> "Slice":
        return cls(country, _ONLY, _leads_to([country]))

    @classmethod
    def beside(cls, countries: Sequence[str]) -> "Slice":
        return cls("", _BESIDE, _leads_to(countries)) if countries else cls()


@dataclass(slots=True)
class Results:
    """What became of deliveries of one batch at one provider, as columns."""

    ids: list[int] = field(default_factory=list)
    states: list[int] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)
    twice: list[bool] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    ats: list[datetime] = field(default_factory=list)
    dues: list[datetime | None] = field(default_factory=list)
    leases: list[datetime] = field(default_factory=list)

    def columns(self) -> list[list[Any]]:
        return [
            self.ids,
            self.states,
            self.tried,
            self.twice,
            self.refs,
            self.failures,
            self.ats,
            self.dues,
            self.leases,
        ]


# One round trip: between two lies a turn of the loop, and hundreds of calls take theirs first.
_OPEN: Final = """
SELECT id, lane, post_id, extract(epoch FROM not_after - clock_timestamp())::float8,
    exercise, link_purpose, link_expires_on, stopped_at IS NOT NULL,
    CASE WHEN id <> ALL (%s::bigint[]) THEN (
        SELECT jsonb_agg(jsonb_build_array(language, channel, subject, body))
        FROM messaging_batchtext WHERE batch_id = messaging_batch.id
    ) END
FROM messaging_batch WHERE finished_at IS NULL ORDER BY lane, id
"""
_CLAIM: Final = """
WITH picked AS (
    SELECT id FROM {table}
    WHERE batch_id = %s AND channel = %s AND state = 0 AND id > %s AND id <= %s
        AND due_at <= now() {part}
    ORDER BY id LIMIT %s
    FOR UPDATE SKIP LOCKED
)
UPDATE {table} AS d SET state = 1, leased_until = clock_timestamp() + %s * interval '1 second'
FROM picked WHERE d.batch_id = %s AND d.id = picked.id
RETURNING d.id, d.channel, d.address, d.language, d.subject_id, d.post_id, d.attempts,
    d.leased_until, d.country, d.provider
"""
# Where a number leads; a made-up one leads to the country it is kept for.
_ONLY: Final = "AND (address LIKE ANY (%s) OR (country = ANY (%s) AND address LIKE '+999%%'))"
_BESIDE: Final = "AND NOT (address LIKE ANY (%s) OR (country = ANY (%s) AND address LIKE '+999%%'))"
# A result of ours about a lease of ours; or a hand-off that did happen, whatever others have
# come to believe while the database was away. What a receipt has said already stands: it has
# noted the hand-off as well, which nobody does who gave up. Only the tally of real changes
# is appended. The next try is due by the database's clock: a sender's own may be minutes ahead.
_TOLD: Final = "(d.state = 3 OR (d.state IN (14, 17) AND d.handed_at IS NOT NULL))"
_SETTLE: Final = """
WITH result AS (
    SELECT * FROM unnest(
        %s::text::bigint[], %s::text::smallint[], %s::text::smallint[], %s::text::boolean[],
        %s::text::text[], %s::text::text[],
        %s::text::timestamptz[], %s::text::timestamptz[], %s::text::timestamptz[]
    ) AS r (id, state, tried, twice, ref, failure, at, due, lease)
), changed AS (
    UPDATE {table} AS d SET
        state = CASE WHEN {told} THEN d.state ELSE r.state END,
        attempts = d.attempts + r.tried,
        maybe_twice = d.maybe_twice OR r.twice,
        provider = %s,
        provider_ref = r.ref,
        failure = CASE WHEN {told} THEN d.failure ELSE r.failure END,
        due_at = coalesce(clock_timestamp() + (r.due - r.at), d.due_at),
        leased_until = NULL,
        handed_at = CASE WHEN r.state = 2 THEN r.at ELSE d.handed_at END,
        settled_at = CASE WHEN r.state >= 3 THEN r.at WHEN {told} THEN d.settled_at END
    FROM result AS r
    WHERE d.batch_id = %s AND d.id = r.id AND (
        (d.state = 1 AND d.leased_until = r.lease)
        OR (r.state = 2 AND d.state IN (0, 1, 3, 12, 13, 14, 16, 17))
    )
    RETURNING old.state AS was, new.state AS became, d.channel, d.country, d.covers
)
INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
SELECT %s, channel, side.state, country, sum(side.sign), sum(side.sign * covers)
FROM changed, LATERAL (
    VALUES (CASE WHEN was = 1 THEN 0 ELSE was END, -1), (became, 1)
) AS side (state, sign)
GROUP BY channel, side.state, country
HAVING sum(side.sign) <> 0 OR sum(side.sign * covers) <> 0
"""


def array_literal(values: list[Any]) -> str:
    """A PostgreSQL array, as text, of numbers, truth values, instants or strings.

    The driver goes through a list item by item in Python; at thousands a second that shows.
    """
    if not values:
        return "{}"
    if isinstance(values[0], str):
        return _strings_literal(values)
    return f"{{{','.join(map(str, values))}}}".replace("None", "NULL")


def _strings_literal(values: list[str]) -> str:
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        escaped = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
        joined = '","'.join(escaped)
    return f'{{"{joined}"}}'


def _leads_to(countries: Sequence[str]) -> tuple[list[str], list[str]]:
    beginnings, named = leads_to(countries)
    return [f"{beginning}%" for beginning in beginnings], named


async def open_batches(
    connection: AsyncConnection, known: dict[int, OpenBatch]
) -> dict[int, OpenBatch]:
    """Batches that are not finished, urgent ones first; texts are read once a batch."""
    asked_at = time.monotonic()
    cursor = await connection.execute(_OPEN, [list(known)])
    batches = {}
    for (
        number,
        lane,
        post_id,
        seconds_left,
        exercise,
        *link,
        stopped,
        texts,
    ) in await cursor.fetchall():
        if number in known:
            batches[number] = known[number]
            batches[number].stopped |= stopped
            batches[number].ends_at = asked_at + seconds_left
            continue
        wording = Wording(map(tuple, texts or []), purpose=link[0], expires_on=link[1])
        batches[number] = OpenBatch(
            number, Lane(lane), post_id, asked_at + seconds_left, exercise, wording, stopped
        )
    return batches


async def claim(
    connection: AsyncConnection,
    batch: OpenBatch,
    *,
    channel: int,
    above: int,
    upto: int,
    limit: int,
    lease_seconds: float,
    part: Slice,
) -> list[Claimed]:
    """Hold up to ``limit`` due deliveries with ids in ``(above, upto]``, by id."""
    ends_at = time.monotonic() + lease_seconds
    cursor = connection.cursor(binary=True)
    await cursor.execute(
        _about(_CLAIM, batch.id, part.condition),
        [batch.id, channel, above, upto, *part.values, limit, lease_seconds, batch.id],
    )
    rows = await cursor.fetchall()
    rows.sort()
    return [Claimed(batch, ends_at, *row) for row in rows]


async def settle(
    connection: AsyncConnection, *, batch_id: int, provider: str, results: Results
) -> None:
    """Write results and count them. Doing it again changes nothing."""
    columns = [array_literal(column) for column in results.columns()]
    await connection.execute(_about(_SETTLE, batch_id), [*columns, provider, batch_id, batch_id])


@lru_cache(maxsize=1024)
def _about(statement: LiteralString, batch_id: int, part: LiteralString = "") -> sql.Composed:
    table = sql.Identifier(f"messaging_delivery_{batch_id}")
    return sql.SQL(statement).format(table=table, part=sql.SQL(part), told=sql.SQL(_TOLD))
