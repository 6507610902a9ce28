"""E-mail by SMTP: few connections kept open, one message to one recipient at a time."""

import asyncio
import ssl
import time
import unicodedata
from base64 import encodebytes
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Any, Final

import aiosmtplib

from safeconduct.wires.messaging.engine.bounces import return_address
from safeconduct.wires.messaging.engine.providers.base import (
    WITHHELD,
    Answer,
    House,
    Parcel,
    Provider,
    later,
    unreachable,
)
from safeconduct.wires.messaging.terms import State

_DEFAULT_CONNECTIONS = 20
# Servers hang up on whoever says nothing, and what lies between forgets the line without a word.
_IDLE_SECONDS: Final = 30.0
# The server closes, or wants or refuses our password: nothing that this one mail could help.
# 454 is said of TLS and passwords while we connect; later it is about one recipient.
_OURS: Final = frozenset({421, 530, 535})
# "Bad sender's address", which many servers say only once they know the recipient.
_OUR_SENDER: Final = frozenset({"4.1.7", "4.1.8", "5.1.7", "5.1.8"})


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
        self._idle: list[tuple[float, aiosmtplib.SMTP]] = []
        # Once to connect, once to offer: both must end before the lease.
        self.timeout = min(house.timeout, house.lease / 4)
        self.longest_call = 2 * self.timeout

    def _host_of(self, options: Mapping[str, Any]) -> str:
        return str(options["host"])

    async def close(self) -> None:
        while self._idle:
            await _hang_up(self._idle.pop()[1])

    async def probe(self) -> bool | None:
        """Whether the server greets us and answers NOOP."""
        try:
            client = self._rested() or await self._connected()
        except (aiosmtplib.SMTPException, OSError):
            return False
        try:
            await client.noop()
        except (aiosmtplib.SMTPException, OSError):
            return False
        else:
            self._keep(client)
            return True
        finally:
            self._close_unless_kept(client)

    async def _hand_over(self, parcel: Parcel) -> Answer:
        parcel = replace(parcel, address=mailbox(parcel.address))
        client = self._rested()
        try:
            if client is None:
                async with asyncio.timeout(self.timeout):
                    client = await self._connected()
        except (aiosmtplib.SMTPException, OSError) as refusal:
            return unreachable(f"no connection: {type(refusal).__name__}")
        try:
            return await self._offer(client, parcel)
        finally:
            self._close_unless_kept(client)

    async def _offer(self, client: aiosmtplib.SMTP, parcel: Parcel) -> Answer:
        # A server that lets each of our lines wait must not keep a message beyond its lease.
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self._offered(client, parcel)
        except (aiosmtplib.SMTPException, OSError) as broken:
            # Lost after the text was sent but before its receipt: it may have been taken.
            return later(f"connection broke: {type(broken).__name__}", maybe_twice=True)
        self._keep(client)
        return answer

    async def _offered(self, client: aiosmtplib.SMTP, parcel: Parcel) -> Answer:
        if parcel.is_over():
            # While the server let us wait for its greeting.
            return WITHHELD
        options = self._mail_options(client, parcel)
        try:
            _, said = await client.sendmail(
                self._return_to(parcel),
                [parcel.address],
                self._letter(parcel),
                mail_options=options,
                rcpt_options=self._rcpt_options(client),
            )
        except aiosmtplib.SMTPNotSupported:
            return Answer(State.INVALID_ADDRESS, failure="address needs SMTPUTF8")
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refused(refused.recipients[0].code, refused.recipients[0].message)
        except aiosmtplib.SMTPSenderRefused as refused:
            return _sender_refused(refused.code, refused.message, as_utf8="SMTPUTF8" in options)
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(refused.code, refused.message)
        return Answer(State.HANDED, ref=said[:100])

    # ── connections ──────────────────────────────────────────────────────────────────

    def _rested(self) -> aiosmtplib.SMTP | None:
        """A connection that waits for the next mail, if there is one nobody has hung up."""
        while self._idle:
            since, client = self._idle.pop()
            if client.is_connected and time.monotonic() - since < _IDLE_SECONDS:
                return client
            client.close()
        return None

    def _keep(self, client: aiosmtplib.SMTP) -> None:
        if client.is_connected:
            self._idle.append((time.monotonic(), client))

    def _close_unless_kept(self, client: aiosmtplib.SMTP) -> None:
        """However a call ended, also cut off: no connection is left open that nobody has."""
        if all(kept is not client for _, kept in self._idle):
            client.close()

    def _return_to(self, parcel: Parcel) -> str:
        """Where a report about this very mail comes back to."""
        if not self._bounces:
            return self._sender
        return return_address(parcel.reference, self._bounces)

    def _mail_options(self, client: aiosmtplib.SMTP, parcel: Parcel) -> list[str]:
        # RFC 3461, 4.3 and 4.4: the head of our mail is enough, and our name for it.
        options = [] if parcel.address.isascii() else ["SMTPUTF8"]
        if self._bounces and client.supports_extension("dsn"):
            options += ["RET=HDRS", f"ENVID={parcel.reference}"]
        return options

    def _rcpt_options(self, client: aiosmtplib.SMTP) -> list[str]:
        if not (self._bounces and client.supports_extension("dsn")):
            return []
        return ["NOTIFY=SUCCESS,FAILURE" if self._reports else "NOTIFY=FAILURE"]

    async def _connected(self) -> aiosmtplib.SMTP:
        username, password = self._login
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self._port,
            timeout=self.timeout,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=ssl.create_default_context() if self._tls != "none" else None,
            local_hostname=self._domain or "localhost",
            # Within connect(), which closes what it opened if the server will not have us.
            username=str(username) if username else None,
            password=str(password or "") if username else None,
        )
        await client.connect()
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
        # More than ASCII only where the address is, and then the server takes it (RFC 6532).
        return head.encode() + body.replace(b"\n", b"\r\n")


def mailbox(address: str) -> str:
    """The address with its domain as name servers know it, which any mail server takes."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        known_as = domain.encode("idna")
        meant = known_as.decode("idna")
    except UnicodeError:
        return address
    # Python knows the rules of 2003, by which straße.de is strasse.de: somebody else's.
    # Lower case, not folded, for folding makes the same mistake.
    if meant != unicodedata.normalize("NFC", domain.lower()):
        return address
    return f"{local}@{known_as.decode()}"


def _refused(code: int, said: str) -> Answer:
    """What a refusal means (RFC 5321, 4.2.3; RFC 3463, 3)."""
    status = _status(said)
    failure = f"smtp {code} {status}".strip()
    if code in _OURS or status in _OUR_SENDER:
        return unreachable(failure)
    if code < 500:
        return later(failure)
    if status.startswith("5.1.") or (not status and code in {550, 551, 553}):
        return Answer(State.INVALID_ADDRESS, failure=failure)
    return Answer(State.REFUSED_BY_PROVIDER, failure=failure)


def _sender_refused(code: int, said: str, *, as_utf8: bool) -> Answer:
    """No to our own address says nothing of the reader's; only 552 is about this mail's size.

    Nor does it of other mails where this one, in UTF-8, asked for more than they do.
    """
    refused = _refused(code, said)
    if code < 500 or code == 552:
        return refused
    if as_utf8 and not refused.unreachable:
        return Answer(State.REFUSED_BY_PROVIDER, failure=refused.failure)
    return unreachable(f"{refused.failure} for our sender")


def _status(said: str) -> str:
    # The text of an answer may quote the address; the codes do not (RFC 3463).
    return said.split(maxsplit=1)[0][:11] if said[:2] in {"4.", "5."} else ""


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
