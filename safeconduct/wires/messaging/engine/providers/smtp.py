"""E-mail by SMTP: few connections kept open, one message to one recipient at a time."""

import asyncio
import ssl
from base64 import encodebytes
from collections.abc import Mapping
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Any

import aiosmtplib

from safeconduct.wires.messaging.engine.bounces import return_address
from safeconduct.wires.messaging.engine.providers.base import (
    Answer,
    House,
    Parcel,
    Provider,
    later,
    unreachable,
)
from safeconduct.wires.messaging.terms import State

_DEFAULT_CONNECTIONS = 20


class Smtp(Provider):
    """Options: ``host``, ``port``, ``from``, as needed ``from_name``, ``username``, ``password``.

    ``bounces`` is the address reports come back to, each with our reference in it.
    ``tls`` is ``none``, ``starttls`` or ``tls``. ``in_flight`` is the number of connections.
    """

    kind = "smtp"

    def __init__(self, name: str, options: Mapping[str, Any], house: House) -> None:
        super().__init__(name, options, house)
        self.in_flight = self.in_flight or _DEFAULT_CONNECTIONS
        self._port = int(options.get("port", 25))
        self._sender = str(options.get("from", "alerts@localhost"))
        self._from = formataddr((str(options.get("from_name", "")), self._sender), "utf-8")
        self._domain = self._sender.rpartition("@")[2]
        self._login = (options.get("username"), options.get("password"))
        self._tls = str(options.get("tls", "none"))
        self._bounces = str(options.get("bounces", ""))
        self._reports = bool(options.get("success_reports", False))
        self._idle: list[aiosmtplib.SMTP] = []

    def _host_of(self, options: Mapping[str, Any]) -> str:
        return str(options["host"])

    async def close(self) -> None:
        while self._idle:
            await _hang_up(self._idle.pop())

    async def probe(self) -> bool | None:
        """Whether the server greets us and answers NOOP."""
        try:
            client = self._idle.pop() if self._idle else await self._connected()
            await client.noop()
        except (aiosmtplib.SMTPException, OSError):
            return False
        self._idle.append(client)
        return True

    async def _hand_over(self, parcel: Parcel) -> Answer:
        if not parcel.address.isascii():
            return Answer(State.INVALID_ADDRESS, failure="address needs SMTPUTF8")
        try:
            client = self._idle.pop() if self._idle else await self._connected()
        except (aiosmtplib.SMTPException, OSError) as refusal:
            return unreachable(f"no connection: {type(refusal).__name__}")
        return await self._offer(client, parcel)

    async def _offer(self, client: aiosmtplib.SMTP, parcel: Parcel) -> Answer:
        try:
            _, said = await client.sendmail(
                self._return_to(parcel),
                [parcel.address],
                self._letter(parcel),
                mail_options=self._mail_options(client, parcel),
                rcpt_options=self._rcpt_options(client),
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return self._refused(client, refused.recipients[0].code, refused.recipients[0].message)
        except aiosmtplib.SMTPResponseException as refused:
            return self._refused(client, refused.code, refused.message)
        except (aiosmtplib.SMTPException, OSError) as broken:
            client.close()
            # Lost after the text was sent but before its receipt: it may have been taken.
            return later(f"connection broke: {type(broken).__name__}", maybe_twice=True)
        self._idle.append(client)
        return Answer(State.HANDED, ref=said[:100])

    def _return_to(self, parcel: Parcel) -> str:
        """Where a report about this very mail comes back to."""
        if not self._bounces:
            return self._sender
        return return_address(parcel.reference, self._bounces)

    def _mail_options(self, client: aiosmtplib.SMTP, parcel: Parcel) -> list[str]:
        # RFC 3461, 4.3 and 4.4: the head of our mail is enough, and our name for it.
        if not (self._bounces and client.supports_extension("dsn")):
            return []
        return ["RET=HDRS", f"ENVID={parcel.reference}"]

    def _rcpt_options(self, client: aiosmtplib.SMTP) -> list[str]:
        if not (self._bounces and client.supports_extension("dsn")):
            return []
        return ["NOTIFY=SUCCESS,FAILURE" if self._reports else "NOTIFY=FAILURE"]

    def _refused(self, client: aiosmtplib.SMTP, code: int, said: str) -> Answer:
        if client.is_connected and code != 421:
            self._idle.append(client)
        else:
            client.close()
        # The text of an answer may quote the address; the codes do not (RFC 3463).
        status = said.split(maxsplit=1)[0] if said[:2] in {"4.", "5."} else ""
        failure = f"smtp {code} {status}".strip()
        if code in {530, 535}:
            return unreachable(failure)
        if code < 500:
            return later(failure)
        if status.startswith("5.1.") or (not status and code in {550, 551, 553}):
            return Answer(State.INVALID_ADDRESS, failure=failure)
        return Answer(State.REFUSED_BY_PROVIDER, failure=failure)

    async def _connected(self) -> aiosmtplib.SMTP:
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self._port,
            timeout=self.timeout,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=ssl.create_default_context() if self._tls != "none" else None,
            local_hostname=self._domain or "localhost",
        )
        await client.connect()
        username, password = self._login
        if username:
            await client.login(str(username), str(password or ""))
        return client

    def _letter(self, parcel: Parcel) -> bytes:
        """The message as RFC 5322 bytes; base64 carries any script through any server."""
        now = datetime.now(UTC).replace(microsecond=0)
        head = (
            f"From: {self._from}\r\n"
            f"To: {parcel.address}\r\n"
            f"Subject: {_subject(parcel.subject)}\r\n"
            f"Date: {_date(now)}\r\n"
            f"Message-ID: <{parcel.reference}@{self._domain}>\r\n"
            f"List-Id: <alerts.{self._domain}>\r\n"
            # RFC 3834, 5: so that nobody's holiday notice answers a warning.
            "Auto-Submitted: auto-generated\r\n"
            f"Content-Language: {parcel.language}\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
        )
        body = encodebytes(parcel.body.replace("\n", "\r\n").encode())
        return head.encode("ascii") + body.replace(b"\n", b"\r\n")


@lru_cache(maxsize=256)
def _subject(text: str) -> str:
    one_line = " ".join(text.split())
    return Header(one_line, "utf-8", header_name="Subject").encode(linesep="\r\n")


@lru_cache(maxsize=4)
def _date(now: datetime) -> str:
    return format_datetime(now)


async def _hang_up(client: aiosmtplib.SMTP) -> None:
    try:
        async with asyncio.timeout(1):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()
