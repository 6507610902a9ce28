"""What a sender notes of its providers, for the board to turn grey by."""

import asyncio
import os
import socket
from typing import Final

from psycopg import AsyncConnection

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.line import Line

_NOTE: Final = """
INSERT INTO messaging_providerhealth (
    provider, sender, channel, seen_at, last_ok_at, last_failed_at, failure, handed, failed,
    latency_ms
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (provider, sender) DO UPDATE SET
    seen_at = excluded.seen_at, last_ok_at = excluded.last_ok_at,
    last_failed_at = excluded.last_failed_at, failure = excluded.failure,
    handed = excluded.handed, failed = excluded.failed, latency_ms = excluded.latency_ms
"""


async def note_forever(lines: list[Line], *, every_seconds: float) -> None:
    """Write one row a provider, at the given interval."""
    wire, sender = Wire("health"), f"{socket.gethostname()[:60]}:{os.getpid()}"

    async def noted(connection: AsyncConnection) -> None:
        for line in lines:
            await connection.execute(_NOTE, _row(line, sender))

    try:
        while True:
            await wire.insist(noted)
            await asyncio.sleep(every_seconds)
    finally:
        await wire.close()


def _row(line: Line, sender: str) -> list[object]:
    now = clock.now()
    handed, failed = line.last_minute(now)
    return [
        line.provider.name,
        sender,
        int(line.provider.channel),
        now,
        line.last_ok_at,
        line.last_failed_at,
        line.failure[:100],
        handed,
        failed,
        round(line.latency * 1000),
    ]
