"""Connections that come back: PostgreSQL may restart under a sender, which waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self

import psycopg
from django.db import connection as django_connection
from psycopg import AsyncConnection

_LONGEST_WAIT = 2.0
# What says where PostgreSQL is, how the line is sealed, and when it counts as cut.
_PASSED_ON: Final = (
    *("dbname", "user", "password", "host", "port"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey"),
    *("keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"),
)
# A batch is empty when its statements are first planned: without this a plan that scans
# the whole table would be kept while the batch grows to a million.
_BY_INDEX: Final = "SET plan_cache_mode = force_custom_plan; SET enable_seqscan = off"
log = logging.getLogger(__name__)


class Wire:
    """One connection in autocommit, made when first used and made again when it broke."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connection(self) -> AsyncConnection:
        """The connection, for as long as it takes to get one."""
        wait = 0.05
        while self._connection is None or self._connection.closed:
            try:
                self._connection = await self._made()
            except psycopg.OperationalError:
                log.warning("No database for %s; asking again.", self._name)
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
        return self._connection

    async def _made(self) -> AsyncConnection:
        made = await AsyncConnection.connect(
            **parameters(), autocommit=True, application_name=f"safeconduct {self._name}"
        )
        try:
            await made.execute(_BY_INDEX)
        except BaseException:
            # Refused, or cut off: nobody else knows of it.
            await made.close()
            raise
        return made

    async def insist[T](self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do it, and if the connection breaks do it again: only for what may be repeated."""
        while True:
            connection = await self.connection()
            try:
                return await work(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError) as broken:
                log.warning("%s lost the database: %s.", self._name, type(broken).__name__)
                await self.close()
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def parameters() -> dict[str, Any]:
    """Django's own connection settings, for a connection without Django."""
    known = django_connection.get_connection_params()
    return {name: known[name] for name in _PASSED_ON if known.get(name)}
