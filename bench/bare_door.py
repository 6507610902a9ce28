"""The raw limit of an answering door: ASGI and one COPY for all that wait, nothing else.

No capability, no page, no time-out, no journal: what this server, this database and this
many connections can do at most. Served beside the real door by the same command line.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import psycopg

type _Message = MutableMapping[str, Any]

GROUP_SECONDS = 0.004
CONNECTIONS = 2
_LINE = (
    "2026-01-01 00:00:00+00\t2026-01-01 00:00:00+00\t1"
    "\t{:08x}-0000-4000-8000-{:012x}\t1\t1\t0\t\\N\t\t\t\n"
)
_COPY = (
    "COPY bench_bare_answer (received_at, stated_at, channel, key, asked_id, answer, scope,"
    " others, sender, text, provider_id) FROM STDIN"
)


# A report's line is as long as ours: that many bytes sealed, in hexadecimal digits.
_REPORT: Final = (
    "2026-01-01 00:00:00+00\t{:08x}-0000-4000-8000-{:012x}\t2\tf\t\\\\x" + "ab" * 420 + "\t\\N\n"
)
_COPY_REPORTS: Final = (
    "COPY bench_bare_report (received_at, key, kind, crowded, sealed, photos) FROM STDIN"
)


class Bare:
    def __init__(self, line: str = _LINE, copy: str = _COPY) -> None:
        self._line = line
        self._copy = copy
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._something = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._count = 0

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        await receive()
        self._count += 1
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self._line.format(os.getpid(), self._count), kept))
        self._something.set()
        await kept
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async def _live(
        self,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        await receive()
        self._tasks = [asyncio.create_task(self._commit_forever()) for _ in range(CONNECTIONS)]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._tasks:
            task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _commit_forever(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            os.environ["DATABASE_URL"], autocommit=True, options="-c synchronous_commit=on"
        )
        async with connection:
            while True:
                await self._something.wait()
                await asyncio.sleep(GROUP_SECONDS)
                group, self._waiting = self._waiting, []
                self._something.clear()
                if group:
                    await _commit(connection, self._copy, group)


async def _commit(
    connection: psycopg.AsyncConnection,
    statement: str,
    group: list[tuple[str, "asyncio.Future[None]"]],
) -> None:
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        await copy.write("".join(line for line, _ in group))
    for _, kept in group:
        kept.set_result(None)


application = Bare()
reports = Bare(_REPORT, _COPY_REPORTS)
