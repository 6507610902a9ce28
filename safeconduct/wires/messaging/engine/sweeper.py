"""What time does to deliveries: leases end, batches expire or are stopped, and all is over.

Runs beside every sender; an advisory lock lets one of them do it at a time. Each step is
one transaction of limited size, so a sweep never holds rows for long.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from safeconduct.ground.kernel import facts
from safeconduct.wires.messaging.events import BatchFinished
from safeconduct.wires.messaging.models import Batch
from safeconduct.wires.messaging.terms import WORK_SIGNAL, State

CHUNK: Final = 20_000
# Deltas of a batch are squashed once there are as many as this.
_MANY_DELTAS: Final = 64
# Longer than anybody takes to put messages into a batch.
_FILLING_LASTS: Final = timedelta(hours=1)
# Forgotten when a sender has not spoken for it for so long.
_HEALTH_KEPT: Final = "10 minutes"

# The sender of these died or was cut off: whether they left, nobody can say. Leases are
# given and ended by the database's clock alone.
_RESCUE: Final = """
UPDATE messaging_delivery
SET state = 0, maybe_twice = true, leased_until = NULL, due_at = clock_timestamp()
WHERE (batch_id, id) IN (
    SELECT batch_id, id FROM messaging_delivery WHERE state = 1 AND leased_until < clock_timestamp()
    ORDER BY leased_until LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING batch_id
"""
_END: Final = """
WITH picked AS (
    SELECT id FROM messaging_delivery WHERE batch_id = %s AND state = 0
    LIMIT %s FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE messaging_delivery AS d SET state = %s, settled_at = %s
    FROM picked WHERE d.batch_id = %s AND d.id = picked.id
    RETURNING d.channel, d.country, d.covers
), counted AS (
    INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
    SELECT %s, channel, side.state, country, side.sign * count(*), side.sign * sum(covers)
    FROM ended, (VALUES (0, -1), (%s, 1)) AS side (state, sign)
    GROUP BY channel, side.state, side.sign, country
)
SELECT count(*) FROM ended
"""
_SQUASH: Final = """
WITH taken AS (
    DELETE FROM messaging_batchtally WHERE id IN (
        SELECT id FROM messaging_batchtally WHERE batch_id = %s FOR UPDATE SKIP LOCKED
    )
    RETURNING channel, state, country, messages, people
)
INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages, people)
SELECT %s, channel, state, country, sum(messages), sum(people) FROM taken
GROUP BY channel, state, country HAVING sum(messages) <> 0 OR sum(people) <> 0
"""
_CROWDED: Final = """
SELECT batch_id FROM messaging_batchtally GROUP BY batch_id HAVING count(*) >= %s ORDER BY batch_id
"""
_OPEN_ROW: Final = """
SELECT EXISTS (SELECT 1 FROM messaging_delivery WHERE batch_id = %s AND state = 0)
    OR EXISTS (SELECT 1 FROM messaging_delivery WHERE batch_id = %s AND state = 1)
"""


def sweep(now: datetime) -> int:
    """Do everything that is due; returns how many deliveries changed, or 0 if another sweeps."""
    with transaction.atomic():
        if not _mine():
            return 0
        changed = _rescue()
        _reopen_batches(now)
        changed += _end_batches(now)
        _finish_batches(now)
        _squash_tallies()
        _run(
            "DELETE FROM messaging_providerhealth WHERE seen_at < %s - %s::interval",
            now,
            _HEALTH_KEPT,
        )
    return changed


def _mine() -> bool:
    rows = _run("SELECT pg_try_advisory_xact_lock(hashtext('messaging sweep'))")
    return bool(rows[0][0])


def _rescue() -> int:
    rows = _run(_RESCUE, CHUNK)
    for batch_id in sorted({row[0] for row in rows}):
        _run("SELECT pg_notify(%s, %s)", WORK_SIGNAL, str(batch_id))
    return len(rows)


def _end_batches(now: datetime) -> int:
    ended = 0
    for batch in Batch.objects.filter(finished_at=None).order_by("id"):
        state = _end_of(batch, now)
        if state is not None and ended < CHUNK:
            ended += _run(
                _END, batch.pk, CHUNK - ended, int(state), now, batch.pk, batch.pk, int(state)
            )[0][0]
    return ended


def _end_of(batch: Batch, now: datetime) -> State | None:
    if batch.stopped_at is not None:
        return State.STOPPED
    return State.EXPIRED if now >= batch.not_after else None


def _reopen_batches(now: datetime) -> None:
    """Go on with batches that got messages while they were being finished.

    Whoever finishes one cannot see what is being put into it, and does not wait for it: a
    lock on the batch would also keep whoever stops it waiting, for as long as it is filled.
    """
    for batch in Batch.objects.filter(finished_at__gt=now - _FILLING_LASTS).order_by("id"):
        if _run(_OPEN_ROW, batch.pk, batch.pk)[0][0]:
            Batch.objects.filter(pk=batch.pk).update(finished_at=None)
            _run("SELECT pg_notify(%s, %s)", WORK_SIGNAL, str(batch.pk))


def _finish_batches(now: datetime) -> None:
    """Close batches that are filled, or past their time, and have nothing left to send."""
    for batch in Batch.objects.filter(finished_at=None).order_by("id"):
        filled = batch.filled_at is not None or now >= batch.not_after
        if filled and not _run(_OPEN_ROW, batch.pk, batch.pk)[0][0]:
            Batch.objects.filter(pk=batch.pk).update(finished_at=now)
            facts.announce(BatchFinished(batch_id=batch.pk))


def _squash_tallies() -> None:
    for (batch_id,) in _run(_CROWDED, _MANY_DELTAS):
        _run(_SQUASH, batch_id, batch_id)


def _run(statement: str, *values: int | str | datetime) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
