"""Group commit: one ``COPY`` for all that is waiting."""

import asyncio
import os
import socket
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import sql

# What answers are copied into.
ANSWERS: Final = (
    "intake_rawanswer (received_at, stated_at, channel, key, asked_id, answer, scope, others,"
    " sender, text, provider_id)"
)
# What reports are copied into.
REPORTS: Final = "intake_rawreport (received_at, key, kind, crowded, sealed, photos)"
_MARK: Final = """
    INSERT INTO intake_replaymark (journal, until) VALUES (%s, %s)
    ON CONFLICT (journal) DO UPDATE SET until = excluded.until
"""
# Doors that are no more leave their rows behind: each start of a door makes a new one.
_PULSE: Final = """
    WITH gone AS (
        DELETE FROM intake_pulse WHERE seen_at < %(now)s - interval '1 day' AND door <> %(door)s
    )
    INSERT INTO intake_pulse (door, seen_at, journalled_bytes)
    VALUES (%(door)s, %(now)s, %(journalled)s)
    ON CONFLICT (door) DO UPDATE
    SET seen_at = excluded.seen_at, journalled_bytes = excluded.journalled_bytes
"""
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


# The fault of a line, not of the surroundings: it would be refused again, and with it all
# that came after. A table or a right that is missing is no fault of a line; that waits.
REFUSALS: Final = (psycopg.DataError, psycopg.IntegrityError)


class AwayError(Exception):
    """PostgreSQL did not say yes in time. What was sent may have been committed all the same."""


def copy_line(
    *,
    received_at: datetime,
    stated_at: datetime,
    channel: int,
    key: str,
    asked_id: int | None = None,
    answer: int | None = None,
    scope: int = 0,
    others: Sequence[int] = (),
    sender: str = "",
    text: str = "",
    provider_id: str = "",
) -> bytes:
    """One answer as a line of ``COPY``'s text format (PostgreSQL 18, COPY, "Text Format").

    Made at the door, so that journal and database are given the same bytes.
    """
    listed = f"[{','.join(map(str, others))}]" if others else "\\N"
    asked = "\\N" if asked_id is None else asked_id
    said = "\\N" if answer is None else answer
    words = "\t\t"
    if sender or text or provider_id:
        words = "\t".join(part.translate(_ESCAPES) for part in (sender, text, provider_id))
    received = received_at.isoformat()
    stated = received if stated_at is received_at else stated_at.isoformat()
    return (
        f"{received}\t{stated}\t{channel}\t{key}\t{asked}\t{said}\t{scope}\t{listed}\t{words}\n"
    ).encode(errors="replace")  # half a letter must not cost the whole answer


def report_line(
    *, received_at: datetime, key: str, kind: int, crowded: bool, sealed: bytes, photos: bytes
) -> bytes:
    """One report as a line of ``COPY``'s text format; bytes go as hexadecimal digits."""
    seen = b"\\\\x" + photos.hex().encode() if photos else b"\\N"
    head = f"{received_at.isoformat()}\t{key}\t{kind}\t{'t' if crowded else 'f'}\t"
    return b"%s\\\\x%s\t%s\n" % (head.encode(), sealed.hex().encode(), seen)


class Store:
    """One connection to PostgreSQL, opened when needed and dropped at the first doubt.

    ``into`` names the table and columns that lines are copied into: a constant, never input.
    """

    def __init__(self, *, timeout: float, conninfo: str = "", into: str = ANSWERS) -> None:
        self._copy_into = sql.SQL("COPY {} FROM STDIN").format(sql.SQL(into))
        self._timeout = timeout
        self._conninfo = conninfo or conninfo_of_settings()
        self._connection: psycopg.AsyncConnection | None = None
        self._connecting = asyncio.Lock()
        # Work that was given up and has not noticed yet, and with it its connection.
        self._given_up: set[asyncio.Task[Any]] = set()

    async def copy(self, lines: Sequence[bytes]) -> None:
        """Commit the lines; once this returns they are durable.

        :raises AwayError: if the outcome is not known to be a commit.
        :raises psycopg.Error: one of ``REFUSALS`` if a line is not one PostgreSQL takes;
            none is committed.
        """
        await self._in_time(self._copy(b"".join(lines)))

    async def replay(self, lines: Sequence[bytes], *, journal: UUID, until: int) -> None:
        """Commit journalled lines with the mark that they were; raises like :meth:`copy`."""
        await self._in_time(self._replay(b"".join(lines), journal, until))

    async def replayed_until(self, journal: UUID) -> int:
        """The offset up to which a journal's records are committed."""
        row = await self._in_time(
            self._fetch("SELECT until FROM intake_replaymark WHERE journal = %s", journal)
        )
        return row[0] if row else 0

    async def forget(self, journal: UUID) -> None:
        """Drop the mark of a journal that is no more."""
        await self._in_time(
            self._fetch("DELETE FROM intake_replaymark WHERE journal = %s RETURNING 1", journal)
        )

    async def pulse(self, *, door: UUID, now: datetime, journalled: int) -> None:
        """Say that this door is alive. Also how a door finds out that PostgreSQL is back."""
        said = {"door": door, "now": now, "journalled": journalled}
        await self._in_time(self._execute(_PULSE, said))

    async def greet(self) -> None:
        """Find out whether PostgreSQL answers."""
        await self._in_time(self._fetch("SELECT 1"))

    async def close(self) -> None:
        """Let go of everything; what was given up is awaited, which takes its line to be dead."""
        await self._drop()
        if self._given_up:
            await asyncio.wait(set(self._given_up), timeout=self._timeout)

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _copy(self, block: bytes) -> None:
        connection = await self._connected()
        async with connection.cursor() as cursor, cursor.copy(self._copy_into) as copy:
            await copy.write(block)

    async def _replay(self, block: bytes, journal: UUID, until: int) -> None:
        connection = await self._connected()
        async with connection.transaction(), connection.cursor() as cursor:
            async with cursor.copy(self._copy_into) as copy:
                await copy.write(block)
            await cursor.execute(_MARK, (journal, until))

    async def _fetch(self, statement: str, *values: object) -> tuple[int, ...] | None:
        connection = await self._connected()
        cursor = await connection.execute(statement, values)
        return await cursor.fetchone()

    async def _execute(self, statement: str, values: Mapping[str, object]) -> None:
        connection = await self._connected()
        await connection.execute(statement, values)

    async def _connected(self) -> psycopg.AsyncConnection:
        # One at a time: of two made beside each other nobody would know the first.
        async with self._connecting:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, prepare_threshold=None
                )
            return self._connection

    async def _in_time[T](self, work: Coroutine[object, object, T]) -> T:
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=self._timeout)
        except asyncio.CancelledError:
            self._hang_up(task)
            raise
        if not task.done():
            self._hang_up(task)
            raise AwayError("PostgreSQL did not answer in time.")
        try:
            return task.result()
        except REFUSALS:
            raise
        except (psycopg.Error, OSError) as cause:
            await self._drop()
            raise AwayError(type(cause).__name__) from cause

    def _hang_up[T](self, task: "asyncio.Task[T]") -> None:
        # Cancelling would make psycopg ask the server to stop and wait for its consent, and
        # this server is not answering. With the line dead the task ends by itself.
        connection, self._connection = self._connection, None
        self._given_up.add(task)
        if connection is None:
            task.add_done_callback(_swallowed)
            task.add_done_callback(self._given_up.discard)
            task.cancel()
            return
        # Finished first: whoever waits for the task finds nothing open.
        task.add_done_callback(lambda _: connection.pgconn.finish())
        task.add_done_callback(_swallowed)
        task.add_done_callback(self._given_up.discard)
        with suppress(OSError, psycopg.Error), _line_of(connection) as line:
            # Where the other side has gone already, this fails, and the copy must be closed too.
            line.shutdown(socket.SHUT_RDWR)


def conninfo_of_settings() -> str:
    """How Django's own connection is reached, for connections that are not Django's."""
    database: dict[str, Any] = settings.DATABASES["default"]
    return psycopg.conninfo.make_conninfo(
        **database.get("OPTIONS", {}),
        dbname=database["NAME"],
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        application_name="safeconduct intake",
        connect_timeout=2,
        # An installation may have turned this off for speed; an acknowledgement needs it.
        options="-c synchronous_commit=on -c statement_timeout=10s -c timezone=UTC",
    )


def _line_of(connection: psycopg.AsyncConnection) -> socket.socket:
    """A copy of a connection's own line, which may be shut behind the driver's back."""
    copy = os.dup(connection.fileno())
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _swallowed[T](task: "asyncio.Future[T]") -> None:
    # Its failure is known already; asking for it keeps asyncio from reporting it as unseen.
    if not task.cancelled():
        task.exception()
