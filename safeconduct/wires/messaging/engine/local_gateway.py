"""A small HTTP gateway that delivers to nobody: for the demo, the tests and the measurements.

A real process on a real socket. It answers our JSON form and Kannel's ``sendsms``, after a
delay if asked, hands what it got to a listener and reports deliveries back.
"""

import argparse
import asyncio
import itertools
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast
from urllib.parse import parse_qs, urlsplit

import aiohttp
import orjson
import uvloop

_JSON_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)
_KANNEL_YES: Final = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: text/html\r\nContent-Length: 25\r\n\r\n"
    b"0: Accepted for delivery\n"
)
_RECEIPTS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Received:
    """A message as a telephone would have it. ``reference`` and address are for receipts."""

    to: str
    text: str
    reference: str
    receipt_url: str


type Listener = Callable[[Received], None]


class Gateway:
    """The server; ``listener`` is called with every message, in the loop, and must be quick."""

    def __init__(self, *, delay_seconds: float = 0.0, listener: Listener | None = None) -> None:
        self.delay_seconds = delay_seconds
        self.listener = listener
        self.numbers = itertools.count(1)
        self.taken = 0

    async def listen(self, port: int = 0) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: _Conversation(self), "127.0.0.1", port, backlog=2048
        )

    def take(self, target: bytes, body: bytes) -> bytes:
        """Accept one request and say so in the form it was made in."""
        self.taken += 1
        kannel = b"sendsms" in target
        if self.listener is not None:
            self.listener(_kannel_message(target) if kannel else _json_message(body))
        if kannel:
            return _KANNEL_YES
        answer = b'{"id":"%d"}' % next(self.numbers)
        return _JSON_HEAD % len(answer) + answer


class _Conversation(asyncio.Protocol):
    """HTTP/1.1 with kept connections, as little of it as our own providers speak."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, so this cannot be asserted.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + _content_length(self._buffer[:end])
            if len(self._buffer) < whole:
                return
            request, self._buffer = self._buffer[:whole], self._buffer[whole:]
            target = request[: request.find(b"\r\n")].split(b" ")[1]
            self._answer(self._gateway.take(target, request[end + 4 :]))

    def _answer(self, answer: bytes) -> None:
        if self._gateway.delay_seconds:
            asyncio.get_running_loop().call_later(self._gateway.delay_seconds, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _content_length(head: bytes) -> int:
    found = head.lower().find(b"content-length:")
    if found < 0:
        return 0
    return int(head[found + 15 :].split(b"\r\n", 1)[0])


def _json_message(body: bytes) -> Received:
    said = orjson.loads(body)
    return Received(said["to"], said["text"], said["reference"], said.get("receipt_url", ""))


def _kannel_message(target: bytes) -> Received:
    query = parse_qs(urlsplit(target.decode("ascii")).query)
    receipt_url = query.get("dlr-url", [""])[0]
    reference = parse_qs(urlsplit(receipt_url).query).get("id", [""])[0]
    return Received(query["to"][0], query["text"][0], reference, receipt_url)


class Reports:
    """Sends ``delivered`` receipts back, in lists, to the address each message named."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[str]] = {}

    def delivered(self, received: Received) -> None:
        self._waiting.setdefault(received.receipt_url, []).append(received.reference)

    async def send_forever(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                await asyncio.sleep(0.05)
                for address in list(self._waiting):
                    await self._send_some(session, address)

    async def _send_some(self, session: aiohttp.ClientSession, address: str) -> None:
        references = self._waiting.pop(address)
        now, rest = references[:_RECEIPTS_AT_ONCE], references[_RECEIPTS_AT_ONCE:]
        body = [{"reference": reference, "status": "delivered"} for reference in now]
        try:
            async with session.post(address, data=orjson.dumps(body)) as response:
                taken = response.status < 500
        except (aiohttp.ClientError, TimeoutError):
            taken = False
        if left := rest if taken else references:
            self._waiting.setdefault(address, []).extend(left)


def main() -> None:
    """``python -m …local_gateway``: prints its port, then writes each message as a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--out", type=Path, help="write messages here, one JSON object a line")
    parser.add_argument("--receipts", action="store_true", help="report every delivery back")
    uvloop.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    reports = Reports()
    # Line by line: whoever reads along, or kills us, misses nothing.
    out = options.out.open("ab", buffering=0) if options.out else None

    def heard(received: Received) -> None:
        if out is not None:
            _write_line(out, received)
        if options.receipts:
            reports.delivered(received)

    listener = heard if out is not None or options.receipts else None
    gateway = Gateway(delay_seconds=options.delay_ms / 1000, listener=listener)
    server = await gateway.listen(options.port)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(server.serve_forever(), reports.send_forever())


def _write_line(out: IO[bytes], received: Received) -> None:
    out.write(
        orjson.dumps({"to": received.to, "text": received.text, "reference": received.reference})
        + b"\n"
    )


if __name__ == "__main__":
    main()
