"""Answers by text: what a gateway, a mail robot or a messenger's hook hands over, as it came.

What the text means and whom it speaks for is found out later, by the drain: the
gateway only needs to know that the message is safe with us.
"""

import codecs
import hashlib
import hmac
import json
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote_to_bytes
from uuid import UUID, uuid4, uuid5

import orjson
from django.conf import settings

from safeconduct.ground.kernel import clock
from safeconduct.wires.intake import rules
from safeconduct.wires.intake.engine.commit import copy_line
from safeconduct.wires.intake.engine.http import (
    Request,
    Response,
    TooLargeError,
    TooSlowError,
    document,
)
from safeconduct.wires.intake.engine.ledger import Ledger, NotKeptError
from safeconduct.wires.intake.terms import MAX_SENDER, MAX_TEXT, Door

_NAMESPACE: Final = UUID("6f3a1c52-2c0e-5a0f-9d0a-5a7e0c0d1c7e")
_REFUSED: Final = Response(404)
# Kannel sends a body back to the phone as a reply: an empty one is not sent
# where the service says ``omit-empty`` (Kannel user guide, "SMS-service").
_TAKEN: Final = Response(200)
_RETRY: Final = Response(503)


# What gateways say a text is written in, by Python's names. Others of its codecs read escapes
# or halves of letters that nothing can keep.
_CHARSETS: Final = frozenset({
    "ascii", "utf-8", "utf-16", "utf-16-be", "utf-16-le", "koi8-r", "koi8-u",
    *(f"iso8859-{part}" for part in range(1, 17)), *(f"cp125{page}" for page in range(9)),
})  # fmt: skip
# UCS-2 is what the norms of telephony call it (3GPP TS 23.038), high byte first.
_ALIASES: Final = {"ucs-2": "utf-16-be", "ucs2": "utf-16-be"}
_CHANNELS: Final = {"sms": Door.SMS, "email": Door.MAIL}


class SmsDoor:
    """``/in/kannel``, ``/in/sms`` and ``/in/message``, for gateways that know the secret."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._secret = inbound_secret().encode()

    async def kannel(self, request: Request) -> Response:
        """A GET by Kannel's smsbox: ``…/in/kannel/SECRET?from=%q&text=%a&id=%I&smsc=%i&time=%T``.

        The secret may also be the parameter ``secret``. ``charset=%C`` says how the
        text is written; without it UTF-8.
        """
        fields = _kannel_fields(request.raw_query)
        in_path = request.path.removeprefix("/in/kannel").strip("/")
        if request.method != "GET" or not self._knows(in_path or fields.get("secret", "")):
            return _REFUSED
        sender, provider_id = fields.get("from", ""), fields.get("id", "")
        if not _is_sender(sender):
            return Response(400)
        return await self._keep(
            sender=sender,
            text=fields.get("text", ""),
            provider_id=provider_id,
            mark=f"{fields.get('smsc', '')} {provider_id}",
            sent=fields.get("time", ""),
        )

    async def message(self, request: Request) -> Response:
        """A JSON POST with ``channel``, ``id``, ``sender``, ``text`` and ``time``.

        ``channel`` is sms, email or the name of anything else; without one it is sms.
        ``from`` is another name for ``sender``; ``time`` is in Unix seconds and optional.
        Of mail ``authenticated`` must be true, or a person reads it: a From proves nothing.
        The secret is the header ``X-Safeconduct-Secret`` or a bearer token.
        """
        given = request.header(b"x-safeconduct-secret") or request.header(
            b"authorization"
        ).removeprefix(b"Bearer ")
        if request.method != "POST" or not self._knows(given.decode("latin-1")):
            return _REFUSED
        try:
            fields = _document(await request.body())
        except TooLargeError:
            return Response(413)
        except (TooSlowError, ValueError, RecursionError):
            return Response(400)
        if not isinstance(fields, dict):
            return Response(400)
        sender = str(fields.get("sender") or fields.get("from") or "")
        if not _is_sender(sender):
            return Response(400)
        channel = str(fields.get("channel") or "sms").lower()
        provider_id = str(fields.get("id") or "")
        response = await self._keep(
            sender=sender,
            text=str(fields.get("text") or ""),
            provider_id=provider_id,
            # Each channel counts its own ids.
            mark=provider_id if channel == "sms" else f"{channel} {provider_id}",
            sent=str(fields.get("time") or ""),
            door=_CHANNELS.get(channel, Door.OTHER),
            authenticated=fields.get("authenticated") is True,
        )
        return document(b'{"received":true}') if response is _TAKEN else response

    def _knows(self, given: str) -> bool:
        return bool(self._secret) and hmac.compare_digest(given.encode(), self._secret)

    async def _keep(
        self,
        *,
        sender: str,
        text: str,
        provider_id: str,
        mark: str,
        sent: str,
        door: Door = Door.SMS,
        authenticated: bool = False,
    ) -> Response:
        now = clock.now()
        sender, text, provider_id, mark = map(_whole, (sender, text, provider_id, mark))
        is_mail = door is Door.MAIL or "@" in sender
        line = copy_line(
            received_at=now,
            stated_at=rules.believable(_moment(sent), now),
            channel=Door.UNPROVEN if is_mail and not authenticated else door,
            # A gateway that heard no answer sends again with the same id: one answer. The
            # text counts too: some count ids from one again, and a call for help must not
            # pass for the "safe" of last week.
            key=str(uuid5(_NAMESPACE, f"{sender} {mark} {text}") if provider_id else uuid4()),
            sender=_mail(sender) if "@" in sender else _number(sender),
            text=text[:MAX_TEXT],
            provider_id=provider_id[:100],
        )
        try:
            await self._ledger.keep(line)
        except NotKeptError:
            return _RETRY
        return _TAKEN


def inbound_secret() -> str:
    """What a gateway must know to hand in texts; empty if none may.

    In production an operator chooses it; elsewhere it is made from the installation's key.
    """
    chosen: str = settings.INTAKE["SMS_SECRET"]
    if chosen or settings.MODE == "production":
        return chosen
    return hmac.new(settings.SECRET_KEY.encode(), b"sms webhook", hashlib.sha256).hexdigest()[:32]


def _document(body: bytes) -> object:
    """:raises ValueError: or RecursionError if it is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # A hook that cuts a text in the middle of an emoji escapes half of it. That is no
        # reason to send a call for help back for ever.
        return json.loads(body)


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


def _kannel_fields(query: bytes) -> dict[str, str]:
    pairs = (pair.partition(b"=") for pair in query.split(b"&"))
    raw = {name.decode("latin-1"): unquote_to_bytes(v.replace(b"+", b" ")) for name, _, v in pairs}
    charset = raw.pop("charset", b"utf-8").decode("latin-1") or "utf-8"
    fields = {name: value.decode(errors="replace") for name, value in raw.items()}
    fields["text"] = _decoded(raw.get("text", b""), charset)
    return fields


def _decoded(text: bytes, charset: str) -> str:
    for attempt in (charset, "utf-8"):
        try:
            codec = codecs.lookup(_ALIASES.get(attempt.lower(), attempt)).name
            if codec in _CHARSETS:
                return text.decode(codec)
        except (LookupError, ValueError):
            # ValueError also where the name of a charset holds what no name can.
            continue
    # Every byte is a letter there: somebody reads it, garbled or not.
    return text.decode("latin-1")


def _is_sender(text: str) -> bool:
    """A text of nobody can be laid at nobody's door, and what is longer is no address."""
    return bool(text.strip()) and len(text) <= MAX_SENDER


def _mail(sender: str) -> str:
    """The bare address of ``Leyla <leyla@example.com>``, its domain in small letters."""
    local, _, domain = parseaddr(sender)[1].rpartition("@")
    return f"{local}@{domain.lower()}" if local else sender.strip()


def _number(sender: str) -> str:
    # An unescaped plus of a number arrives as a space; 00 is the same prefix dialled.
    digits = sender.strip().replace(" ", "").replace("-", "")
    if digits.startswith("00"):
        return f"+{digits[2:]}"[:40]
    return (f"+{digits}" if sender.startswith(" ") else digits)[:40]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None
