"""Carries bytes from one address to another, for hosts that see nothing but a bridge.

``python -m bench.forward HERE PORT THERE PORT``; ends with its parent.
"""

import asyncio
import sys
from contextlib import suppress

import uvloop

from safeconduct.cli.family import die_with_parent


async def _serve(here: str, port: int, there: str, to_port: int) -> None:
    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(there, to_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))

    server = await asyncio.start_server(carried, here, port, backlog=1024)
    async with server:
        await server.serve_forever()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    die_with_parent()
    here, port, there, to_port = sys.argv[1:]
    uvloop.run(_serve(here, int(port), there, int(to_port)))
