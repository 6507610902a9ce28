"""A real SMTP server that delivers to nobody: for the demo, the tests and the measurements."""

import argparse
import asyncio
import email
import email.policy
import sys
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import orjson
import uvloop
from aiosmtpd.smtp import SMTP, Envelope

type Listener = Callable[[Envelope], None]


class Mailroom:
    """Takes every message; ``listener`` is called with each envelope and must be quick."""

    def __init__(self, listener: Listener | None = None) -> None:
        self.listener = listener
        self.taken = 0

    async def handle_DATA(  # noqa: N802 -- aiosmtpd calls it so
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        self.taken += 1
        if self.listener is not None:
            self.listener(envelope)
        return f"250 2.0.0 Taken as {self.taken}"

    async def listen(self, port: int = 0) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: SMTP(self, hostname="localhost", ident="safeconduct", loop=loop),
            "127.0.0.1",
            port,
            backlog=512,
        )


def letter(envelope: Envelope) -> EmailMessage:
    """The message inside an envelope, decoded by the standard library's newer policy."""
    content = envelope.original_content or b""
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101 -- the policy says so
    return parsed


def main() -> None:
    """``python -m …local_mail``: prints its port, then writes each message as a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write messages here, one JSON object a line")
    uvloop.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    out = options.out.open("ab", buffering=0) if options.out else None

    def heard(envelope: Envelope) -> None:
        assert out is not None  # noqa: S101 -- only listens with a file
        said = letter(envelope)
        text = said.get_content().replace("\r\n", "\n")
        line = {"to": envelope.rcpt_tos, "subject": said["subject"], "text": text}
        out.write(orjson.dumps(line) + b"\n")

    server = await Mailroom(heard if out is not None else None).listen(options.port)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    with suppress(asyncio.CancelledError):
        await server.serve_forever()


if __name__ == "__main__":
    main()
