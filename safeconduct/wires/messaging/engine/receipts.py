"""The door for delivery receipts: raw ASGI, durable before it says yes.

``GET …/receipts/kannel?id=REFERENCE&status=1`` is what Kannel calls; ``POST …/receipts/json`` takes
``{"reference", "status"}`` or a list of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from psycopg import AsyncConnection

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.references import ReferenceRefusedError, read_reference
from safeconduct.wires.messaging.terms import State

type Message = MutableMapping[str, Any]
type Send = Callable[[Message], Awaitable[None]]
type Receive = Callable[[], Awaitable[Message]]
type Row = tuple[datetime, str, int, int, int, str]
type End = tuple[State, str]

_LONGEST_BODY: Final = 1_000_000
_LONGEST_QUEUE: Final = 100_000
_PATIENCE_SECONDS: Final = 3.0
# Kannel 1.4 User's Guide, "Delivery reports": 8 is "the centre has it", which proves nothing.
_KANNEL: Final[dict[str, End]] = {
    "1": (State.DELIVERED, ""),
    "2": (State.GAVE_UP, "not delivered"),
    "16": (State.REFUSED_BY_PROVIDER, "refused by the message centre"),
}
_JSON: Final[dict[str, End]] = {
    "delivered": (State.DELIVERED, ""),
    "failed": (State.GAVE_UP, "not delivered"),
    "rejected": (State.REFUSED_BY_PROVIDER, "refused by the message centre"),
    "invalid_number": (State.INVALID_ADDRESS, "no such address"),
    "blocked": (State.BLOCKED_BY_OPERATOR, "blocked by the operator"),
}
_COPY: Final = """
COPY messaging_receipt (received_at, provider, batch_id, delivery_id, state, failure) FROM STDIN
"""


class _Writer:
    """Group commit: one COPY for all that came while the last one ran."""

    def __init__(self) -> None:
        self._wire = Wire("receipts")
        self._waiting: list[tuple[list[Row], asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, rows: list[Row]) -> None:
        """Return when the rows are durable.

        :raises TimeoutError: if the database takes too long. They may be written later
            still; a receipt told twice changes nothing.
        """
        if len(self._waiting) > _LONGEST_QUEUE:
            raise TimeoutError
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_all())
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.shield(done)

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            rows = [row for some, _ in group for row in some]

            async def copied(connection: AsyncConnection, rows: list[Row] = rows) -> None:
                async with connection.cursor().copy(_COPY) as copy:
                    for row in rows:
                        await copy.write_row(row)

            await self._wire.insist(copied)
            for _, done in group:
                if not done.done():
                    done.set_result(None)


_writers: dict[asyncio.AbstractEventLoop, _Writer] = {}


async def receipts_door(scope: Message, receive: Receive, send: Send) -> None:
    """ASGI application for every path that ends in ``/kannel`` or ``/json``.

    202 when durable, 400 for what is not ours, 503 when the database is away.
    """
    if scope["type"] != "http":
        return
    query = parse_qs(scope["query_string"].decode("latin-1"))
    provider = query.get("provider", [""])[0][:30]
    try:
        if scope["path"].endswith("/kannel"):
            rows = _from_kannel(query, provider)
        elif scope["path"].endswith("/json") and scope["method"] == "POST":
            rows = _from_json(await _body(receive), provider)
        else:
            await _reply(send, 404)
            return
        await _writer().write(rows)
    except (ReferenceRefusedError, ValueError):
        await _reply(send, 400)
    except TimeoutError:
        await _reply(send, 503)
    else:
        await _reply(send, 202)


def _writer() -> _Writer:
    return _writers.setdefault(asyncio.get_running_loop(), _Writer())


def _from_kannel(query: dict[str, list[str]], provider: str) -> list[Row]:
    end = _KANNEL.get(query.get("status", [""])[0])
    return [_row(query.get("id", [""])[0], end, provider)] if end else []


def _from_json(body: bytes, provider: str) -> list[Row]:
    said = orjson.loads(body)
    rows = []
    for item in said if isinstance(said, list) else [said]:
        if not isinstance(item, dict):
            raise ReferenceRefusedError("A receipt is an object.")
        if end := _JSON.get(str(item.get("status"))):
            rows.append(_row(str(item.get("reference")), end, provider))
    return rows


def _row(reference: str, end: End, provider: str) -> Row:
    batch_id, delivery_id = read_reference(reference)
    return clock.now(), provider, batch_id, delivery_id, int(end[0]), end[1]


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > _LONGEST_BODY:
            raise ValueError("Too long.")
        if not message.get("more_body"):
            return body


async def _reply(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
