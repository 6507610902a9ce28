"""What comes back by mail: reports about messages that could not be delivered (RFC 3464).

Every mail leaves with a return address of its own, our reference in it (VERP); its seal
keeps anybody from inventing reports. This listener takes mail to such addresses and nothing
else, and says yes only to what is in the database.
"""

import asyncio
import email
import email.policy
import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope
from psycopg import AsyncConnection

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.references import ReferenceRefusedError, read_reference
from safeconduct.wires.messaging.terms import State

LONGEST_REPORT: Final = 200_000
_PATIENCE_SECONDS: Final = 10.0
_KEEP: Final = """
INSERT INTO messaging_receipt (received_at, provider, batch_id, delivery_id, state, failure)
VALUES (%s, 'bounce', %s, %s, %s, %s)
"""
# "smtp; 550 5.1.1 No such mailbox": the status behind the reply's code.
_SAID: Final = re.compile(r"\s*smtp\s*;\s*[45]\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b", re.IGNORECASE)

# "Bad sender's address" (RFC 3463, 3.2): says nothing of the reader's.
_OF_THE_SENDER: Final = frozenset({"5.1.7", "5.1.8"})

type End = tuple[State, str]


def return_address(reference: str, address: str) -> str:
    """``bounces@host`` with a reference in it: ``bounces+12.345.seal@host``."""
    local, _, host = address.rpartition("@")
    return f"{local}+{reference}@{host}"


def reference_in(address: str) -> tuple[int, int]:
    """The batch and delivery of a return address.

    :raises ReferenceRefusedError: if it is none of ours.
    """
    local = address.rpartition("@")[0]
    # Some servers change the case of what stands before the at sign; the seal has none.
    return read_reference(local.partition("+")[2].lower())


def verdict(content: bytes) -> End | None:
    """What a report says became of the message; None for what proves nothing.

    A delay, a relayed message and an absence note are no end; nor is a mail that is no
    report at all, whatever it says.
    """
    report = email.message_from_bytes(content, policy=email.policy.default)
    for fields in _recipients(report):
        action = str(fields.get("Action", "")).strip().lower()
        if action == "delivered":
            return State.DELIVERED, ""
        if action == "failed":
            return end_of(_status(fields))
    return None


def _status(fields: Message) -> str:
    """The enhanced status of a failure, from the last server's own words where need be.

    Exim writes 5.0.0, "other or undefined" (RFC 3463, 3.1), into every report, and what
    the other server said beside it (RFC 3464, 2.3.6).
    """
    status = str(fields.get("Status", "")).strip().partition(" ")[0]
    said = _SAID.match(str(fields.get("Diagnostic-Code", "")))
    return said[1] if said and status.endswith(".0.0") else status


def end_of(status: str) -> End:
    """The named end of a final failure, by its enhanced status (RFC 3463, 3)."""
    failure = f"bounced {status}"[:100] if status[:2] in {"4.", "5."} else "bounced"
    if status in _OF_THE_SENDER:
        return State.GAVE_UP, failure
    if status.startswith("5.1.") or status == "5.2.1":
        return State.INVALID_ADDRESS, failure
    if status.startswith("5.7."):
        return State.BLOCKED_BY_OPERATOR, failure
    return State.GAVE_UP, failure


def _recipients(report: Message) -> Iterator[Message]:
    """The blocks of fields about recipients: all but the first, which is about the message."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            if isinstance(blocks, list):
                yield from (block for block in blocks[1:] if isinstance(block, Message))


class BounceDoor:
    """Handler of aiosmtpd. A stranger's mail is refused before its text is sent."""

    def __init__(self) -> None:
        self._wire = Wire("bounces")

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd calls it so
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        try:
            reference_in(address)
        except ReferenceRefusedError:
            return "550 5.1.1 Only reports about our own messages are taken here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Taken"

    async def handle_DATA(  # noqa: N802 -- as above
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        end = verdict(content)
        if end is None:
            return "250 2.0.0 Read; it says nothing final"
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                for address in envelope.rcpt_tos:
                    await self._keep(reference_in(str(address)), end)
        except TimeoutError:
            return "451 4.3.0 The database is away; come again"
        return "250 2.0.0 Kept"

    async def _keep(self, reference: tuple[int, int], end: End) -> None:
        async def kept(connection: AsyncConnection) -> None:
            await connection.execute(_KEEP, [clock.now(), *reference, int(end[0]), end[1]])

        await self._wire.insist(kept)

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Take reports at a port until the server is closed."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: SMTP(
                self,
                hostname="localhost",
                ident="safeconduct",
                data_size_limit=LONGEST_REPORT,
                enable_SMTPUTF8=True,
                loop=loop,
            ),
            host,
            port,
        )

    async def close(self) -> None:
        await self._wire.close()
