"""The demo's mail server: real SMTP in a process of its own, with readers behind it.

Run as ``python -m safeconduct.cli.demo.mailboxes PORT``. Mail is read and forgotten.
"""

import asyncio
import sys
from email import message_from_bytes, policy

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session

from safeconduct.cli.demo.phones import Phones
from safeconduct.cli.family import die_with_parent


class Mailboxes:
    """Accepts whatever arrives and has its reader read it."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's hook
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        body = message.get_body(("plain",))
        text = str(body.get_content()) if body else ""
        for address in envelope.rcpt_tos:
            self._phones.read(address, text)
        return "250 taken"


async def serve(port: int) -> None:
    # Whoever reads mail taps the link; nobody here answers by text message.
    async with Phones(sms_url="", sms_secret="") as phones:
        mailboxes = Mailboxes(phones)
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(mailboxes, enable_SMTPUTF8=True), "127.0.0.1", port
        )
        await server.serve_forever()


if __name__ == "__main__":
    die_with_parent()
    uvloop.run(serve(int(sys.argv[1])))
