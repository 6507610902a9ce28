"""A provider in trouble: it answers after a while, or with a status that is no yes.

``python -m bench.slow --out FILE`` prints its port and speaks our JSON form. It writes a line
about each message it takes: all, but none where it answers 503, which means "not now".
"""

import argparse
import asyncio
from pathlib import Path
from typing import Final

import orjson
import uvloop

from safeconduct.wires.messaging.engine.local_gateway import Gateway, Received

_NOT_NOW: Final = 503
_NO: Final = b"HTTP/1.1 %d In Trouble\r\nContent-Length: 0\r\n\r\n"


class Troubled(Gateway):
    """Says ``status`` instead of yes; what is sent with it is taken unless that is 503."""

    def __init__(self, out: Path, *, delay_seconds: float, status: int) -> None:
        super().__init__(delay_seconds=delay_seconds, listener=self._hear)
        self._out = out.open("ab", buffering=0)
        self._status = status

    def take(self, target: bytes, body: bytes) -> bytes:
        if self._status == _NOT_NOW:
            return _NO % self._status
        yes = super().take(target, body)
        return yes if self._status < 300 else _NO % self._status

    def _hear(self, received: Received) -> None:
        line = {"to": received.to, "reference": received.reference}
        self._out.write(orjson.dumps(line) + b"\n")


async def _serve(options: argparse.Namespace) -> None:
    delay = options.delay_ms / 1000
    server = await Troubled(options.out, delay_seconds=delay, status=options.status).listen()
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--status", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True)
    uvloop.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
