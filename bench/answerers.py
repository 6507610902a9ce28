"""Many phones in one process: raw HTTP/1.1 over kept-alive connections, one answer at a time each.

Run as ``python -m bench.answerers`` with a JSON order on standard input; it prints one JSON result.
The order has ``paths`` to be answered in turn for some ``seconds``, or ``requests``, whole ones,
each to be sent once: what gateways send.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from uuid import uuid4

import uvloop

_HEAD_END = b"\r\n\r\n"
# A door that has not answered by then never will: such answers count as broken.
_PATIENCE = 15.0


@dataclass
class Tally:
    """What all connections saw together; ``took`` in seconds, one for each acknowledged answer."""

    paths: list[str]
    until: float
    requests: list[str] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    broken: int = 0
    took: list[float] = field(default_factory=list)

    def next(self) -> bytes:
        """The next request; nothing once all are sent."""
        self.sent += 1
        if self.requests:
            return "".join(self.requests[self.sent - 1 : self.sent]).encode()
        path = self.paths[(self.sent - 1) % len(self.paths)]
        body = f"key={uuid4()}&scope=me&answer=1"
        return (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            "accept-encoding: gzip\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}"
        ).encode()


class Phone(asyncio.Protocol):
    """One connection that answers, waits for the acknowledgement, and answers again."""

    def __init__(self, tally: Tally, done: "asyncio.Future[None]") -> None:
        self._tally = tally
        self._done = done
        self._received = b""
        self._expected = 0
        self._started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._answer()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        if not self._done.done():
            self._tally.broken += 1
            self._done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._expected:
            head, found, _ = self._received.partition(_HEAD_END)
            if not found:
                return
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            self._expected = len(head) + len(_HEAD_END) + length
        if len(self._received) >= self._expected:
            self._acknowledged(self._received[9:10] == b"2")

    def _acknowledged(self, received: bool) -> None:
        now = time.perf_counter()
        if received:
            self._tally.took.append(now - self._started)
        else:
            self._tally.refused += 1
        self._received, self._expected = b"", 0
        if now < self._tally.until:
            self._answer()
        else:
            self._end()

    def _end(self) -> None:
        self._done.set_result(None)
        self._transport.close()

    def _answer(self) -> None:
        request = self._tally.next()
        if not request:
            self._end()
            return
        self._started = time.perf_counter()
        self._transport.write(request)


async def answer(order: dict[str, object]) -> dict[str, object]:
    """Answer for as long as the order says; how many were acknowledged and how soon."""
    seconds = float(str(order["seconds"]))
    paths, requests = order.get("paths", []), order.get("requests", [])
    assert isinstance(paths, list)
    assert isinstance(requests, list)
    tally = Tally(paths=paths, until=time.perf_counter() + seconds, requests=requests)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    waiting, port = [], int(str(order["port"]))
    for _ in range(int(str(order["connections"]))):
        done: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(partial(Phone, tally, done), "127.0.0.1", port)
        waiting.append(done)
    _, silent = await asyncio.wait(waiting, timeout=seconds + _PATIENCE)
    tally.broken += len(silent)
    lasted = time.perf_counter() - began
    return _result(tally, lasted)


def _result(tally: Tally, lasted: float) -> dict[str, object]:
    took = sorted(tally.took) or [0.0]
    return {
        "acknowledged": len(tally.took),
        "refused": tally.refused,
        "broken": tally.broken,
        "seconds": lasted,
        "rate": len(tally.took) / lasted,
        "p50_ms": 1000 * took[len(took) // 2],
        "p99_ms": 1000 * took[int(len(took) * 0.99)],
    }


if __name__ == "__main__":
    json.dump(uvloop.run(answer(json.load(sys.stdin))), sys.stdout)
