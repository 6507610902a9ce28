"""What senders tell each other, and what officers tell them, through the database.

Each notes its providers' health every second. From what all have noted it learns how many
share a limit; officers may have taken a provider out of service, or entered names for it.
"""

import asyncio
import os
import socket
from collections import defaultdict
from secrets import token_hex
from typing import Any, Final

from psycopg import AsyncConnection

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.line import Line
from safeconduct.wires.messaging.terms import Registration

_NOTE: Final = """
INSERT INTO messaging_providerhealth (
    provider, sender, channel, seen_at, last_ok_at, last_failed_at, failure, handed, failed,
    latency_ms, share, is_open, link_at, link_ok
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (provider, sender) DO UPDATE SET
    seen_at = excluded.seen_at, last_ok_at = excluded.last_ok_at,
    last_failed_at = excluded.last_failed_at, failure = excluded.failure,
    handed = excluded.handed, failed = excluded.failed, latency_ms = excluded.latency_ms,
    share = excluded.share, is_open = excluded.is_open, link_at = excluded.link_at,
    link_ok = excluded.link_ok
"""
# Of who noted nothing for five seconds we need not leave anything over.
_READ: Final = """
SELECT 'senders', provider, count(*)::text, ''
FROM messaging_providerhealth WHERE sender <> %s AND seen_at > now() - interval '5 seconds'
GROUP BY provider
UNION ALL SELECT 'out', provider, '', '' FROM messaging_providerout
UNION ALL SELECT 'name', provider || '/' || country, sender, state::text
FROM messaging_senderidentity
"""


class Book:
    """The pages of this process: how its providers do, and what it must know of them."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._wire = Wire("health")
        self._sender = f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(2)}"

    async def read(self) -> None:
        """Learn what a message must not leave without knowing."""
        await self._wire.insist(self._read)

    async def keep(self, *, every_seconds: float) -> None:
        """Note and read, for ever."""
        while True:
            await self._wire.insist(self._note)
            await self._wire.insist(self._read)
            await asyncio.sleep(every_seconds)

    async def close(self) -> None:
        await self._wire.close()

    async def _note(self, connection: AsyncConnection) -> None:
        for line in self._lines:
            await connection.execute(_NOTE, self._row(line))

    async def _read(self, connection: AsyncConnection) -> None:
        cursor = await connection.execute(_READ, [self._sender])
        found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for kind, *rest in await cursor.fetchall():
            found[kind].append((rest[0], rest[1], rest[2]))
        others = {provider: int(number) for provider, number, _ in found["senders"]}
        out = {provider for provider, _, _ in found["out"]}
        names = _names(found["name"])
        for line in self._lines:
            name = line.provider.name
            line.limits.divide(1 + others.get(name, 0))
            line.out_of_service = name in out
            line.identities = names.get(name, {})

    def _row(self, line: Line) -> list[Any]:
        handed, failed = line.last_minute()
        return [
            line.provider.name,
            self._sender,
            int(line.provider.channel),
            clock.now(),
            line.last_ok_at,
            line.last_failed_at,
            line.failure[:100],
            handed,
            failed,
            round(line.latency * 1000),
            line.course.share,
            line.gate.is_open,
            line.link.at,
            line.link.ok,
        ]


def _names(rows: list[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    """For each provider and country the name to send under."""
    known: dict[tuple[str, str], list[tuple[str, Registration]]] = defaultdict(list)
    for place, sender, state in rows:
        provider, _, country = place.rpartition("/")
        known[provider, country].append((sender, Registration(int(state))))
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for (provider, country), offered in known.items():
        if chosen := rules.name_to_send_under(offered):
            names[provider][country] = chosen
    return names
