"""Delivery receipts kept and folded a second, beside a bare door and a bare update.

Kannel's way: a request for every message. The real door keeps them, a real sender process
folds them meanwhile. The limit is the same requests to a bare door, while bare SQL takes what
that has kept and moves as many deliveries.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from threading import Event, Thread
from typing import Final
from urllib.parse import quote

from django.db import connection, transaction

from bench import BenchOptions, entry
from bench.intake import BARE, OURS, bare_table, serving, storm
from bench.sending import batch_of, forget, sender
from safeconduct.wires.messaging.engine.folding import FOLD_SIZE
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.terms import Channel, State

_RECEIPTS: Final = 30_000
_PATIENCE_SECONDS: Final = 60.0
_NOBODY: Final[dict[str, object]] = {
    "nobody": {"kind": "http_json", "channel": "sms", "url": "http://127.0.0.1:9/", "in_flight": 1}
}
_HANDED: Final = f"UPDATE {{table}} SET state = {State.HANDED:d}, handed_at = now()"
_LEFT: Final = f"SELECT count(*) FROM {{table}} WHERE state <> {State.DELIVERED:d}"
# As many deliveries as were taken, in the order of their ids: the table holds nothing else.
_BARE: Final = f"""
    WITH taken AS (
        DELETE FROM bench_bare_answer WHERE id IN (
            SELECT id FROM bench_bare_answer ORDER BY id LIMIT {FOLD_SIZE} FOR UPDATE SKIP LOCKED)
        RETURNING received_at
    ), next AS (
        SELECT id FROM {{table}} WHERE id > %s ORDER BY id LIMIT (SELECT count(*) FROM taken)
    ), moved AS (
        UPDATE {{table}} AS d SET state = {State.DELIVERED:d}, settled_at = now(),
            failure = '', leased_until = NULL
        FROM next WHERE d.batch_id = {{batch}} AND d.id = next.id RETURNING d.id
    )
    SELECT count(*), max(id) FROM moved
"""


def run(options: BenchOptions) -> dict[str, object]:  # noqa: ARG001 -- a row's signature
    """Receipts/s from the first request until the last is folded; ``lost`` are not folded."""
    limit, _, _ = _measured(BARE)
    rate, lost, seen = _measured(OURS)
    return entry(
        rate,
        "receipts/s",
        limit=limit,
        lost=lost,
        p99_ms=round(float(seen["p99_ms"]), 1),
        kept=round(float(seen["rate"])),
    )


def _measured(target: str) -> tuple[float, int, dict[str, float]]:
    batch_id = batch_of(_RECEIPTS, channel=Channel.SMS)
    table = f"messaging_delivery_{batch_id}"
    over = Event()
    folding = Thread(target=_bare_folding, args=[table, batch_id, over])
    try:
        _sql(_HANDED.format(table=table))
        requests = [_request(batch_id, row[0]) for row in _sql(f"SELECT id FROM {table}")]
        with bare_table(), serving(target, 1) as port, _folder(target):
            if target is BARE:
                folding.start()
            seen = storm(port, _PATIENCE_SECONDS, requests=requests)
            began = time.perf_counter()
            left = _until(lambda: int(_sql(_LEFT.format(table=table))[0][0]))
            late = time.perf_counter() - began
            over.set()
            if target is BARE:
                folding.join()
    finally:
        over.set()
        forget(batch_id)
    folded = _RECEIPTS - left
    return folded / (seen["seconds"] + late), seen["acknowledged"] - folded, seen


def _folder(target: str) -> "nullcontext[None]":
    # A sender with nothing to send keeps house: it folds.
    return sender(_NOBODY) if target is OURS else nullcontext()  # type: ignore[return-value]  # both are contexts of nothing


def _bare_folding(table: str, batch_id: int, over: Event) -> None:
    last = 0
    while not over.is_set():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BARE.format(table=table, batch=batch_id), [last])
            count, highest = cursor.fetchone()
        last = highest or last
        if count < FOLD_SIZE:
            over.wait(0.1)
    connection.close()


def _request(batch_id: int, delivery_id: int) -> str:
    said = f"provider=bench&status=1&id={quote(reference(batch_id, delivery_id))}"
    return f"GET /receipts/kannel?{said} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


def _until(left: Callable[[], int]) -> int:
    """How many are left once that is none, or once patience has ended."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (number := left()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return number


def _sql(statement: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
