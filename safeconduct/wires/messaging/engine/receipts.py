"""The door for delivery receipts: raw ASGI, durable before it says yes.

``GET …/receipts/kannel?id=REFERENCE&status=1`` is what Kannel calls; ``POST …/receipts/json`` takes
``{"reference", "status"}`` or a list of them. Whatever keeps them is given by the composer: the
same ledger that keeps answers, with its journal for the time in which PostgreSQL is away.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Container, Iterable, MutableMapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.inhand import Held, InHand, TooMuchInHandError
from safeconduct.ground.kernel.networks import caller_of, network_of
from safeconduct.wires.messaging.engine.references import ReferenceRefusedError, read_reference
from safeconduct.wires.messaging.terms import State

type Message = MutableMapping[str, Any]
type Send = Callable[[Message], Awaitable[None]]
type Receive = Callable[[], Awaitable[Message]]
# Takes lines of COPY's text format; whether they are durable now.
type Keep = Callable[[bytes], Awaitable[bool]]
type Network = Container[IPv4Address | IPv6Address]

# What the lines of receipts are copied into.
INTO: Final = "messaging_receipt (received_at, provider, batch_id, delivery_id, state, failure)"
_LONGEST_BODY: Final = 1_000_000
# Seconds a report may take to arrive, and bytes of all that are arriving: anybody can begin one.
_BODY_SECONDS: Final = 20.0
_MOST_IN_HAND: Final = 64_000_000
# Of one network a quarter: sixteen whole lists at once are more than any provider sends.
_OF_A_NETWORK: Final = _MOST_IN_HAND // 4
# Lines kept as one: a hundred bytes each, they stay below a journal's longest record.
_LINES_AT_ONCE: Final = 400
# Kannel 1.4 User's Guide, "Delivery reports": 8 is "the centre has it", which proves nothing.
_KANNEL: Final = {"1": "delivered", "2": "failed", "16": "rejected"}
_JSON: Final[dict[str, tuple[State, str]]] = {
    "delivered": (State.DELIVERED, ""),
    "failed": (State.GAVE_UP, "not delivered"),
    "rejected": (State.REFUSED_BY_PROVIDER, "refused by the message centre"),
    "invalid_number": (State.INVALID_ADDRESS, "no such address"),
    "blocked": (State.BLOCKED_BY_OPERATOR, "blocked by the operator"),
}
_HEADERS: Final = [(b"content-type", b"text/plain"), (b"content-length", b"0")]


class _Report(NamedTuple):
    reference: str
    status: str


class UnreadableError(Exception):
    """Nothing in it is a receipt."""


class ReceiptsDoor:
    """ASGI application for every path that ends in ``/kannel`` or ``/json``.

    202 when durable, 400 where nothing is ours, 503 when it could not be kept: come again.
    ``proxies`` are believed when they say whose request they hand on.
    """

    def __init__(self, keep: Keep, *, proxies: Iterable[Network] = ()) -> None:
        self._keep = keep
        self._proxies = tuple(proxies)
        self._in_hand = InHand(_MOST_IN_HAND, of_a_network=_OF_A_NETWORK)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            status = await self._respond(scope, receive)
            await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
            await send({"type": "http.response.body", "body": b""})

    async def _respond(self, scope: Message, receive: Receive) -> int:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        provider = _name(query.get("provider", ""))
        try:
            if scope["path"].endswith("/kannel"):
                reports = _from_kannel(query)
            elif scope["path"].endswith("/json") and scope["method"] == "POST":
                reports = _from_json(await self._body(scope, receive))
            else:
                return 404
            lines = _lines(reports, provider)
        except UnreadableError:
            return 400
        except (TooMuchInHandError, TimeoutError):
            # Of a slow one, too: many providers take a 400 for our last word.
            return 503
        for some in itertools.batched(lines, _LINES_AT_ONCE, strict=False):
            if not await self._keep(b"".join(some)):
                return 503
        return 202

    async def _body(self, scope: Message, receive: Receive) -> bytes:
        with self._in_hand.holding(network_of(self._caller(scope))) as held:
            async with asyncio.timeout(_BODY_SECONDS):
                return await _whole(receive, held)

    def _caller(self, scope: Message) -> str:
        client = scope.get("client")
        forwarded = dict(scope.get("headers", ())).get(b"x-forwarded-for", b"")
        return caller_of(client[0] if client else "", forwarded, self._proxies)


async def _whole(receive: Receive, held: Held) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        piece = bytes(message.get("body", b""))
        held.more(len(piece))
        pieces.append(piece)
        if held.size > _LONGEST_BODY or message["type"] == "http.disconnect":
            raise UnreadableError
        if not message.get("more_body"):
            return b"".join(pieces)


def _from_kannel(query: dict[str, str]) -> list[_Report]:
    status = _KANNEL.get(query.get("status", ""), "")
    return [_Report(query.get("id", ""), status)]


def _from_json(body: bytes) -> list[_Report]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnreadableError from None
    listed = said if isinstance(said, list) else [said]
    if not all(isinstance(item, dict) for item in listed):
        raise UnreadableError
    return [_Report(str(item.get("reference")), str(item.get("status"))) for item in listed]


def _lines(reports: Iterable[_Report], provider: str) -> list[bytes]:
    """What the reports say of messages of ours, each thing said once.

    A reference that is not ours spoils none of the others: a provider that is told
    "no" would send them all again for ever.

    :raises UnreadableError: if there is none of ours.
    """
    now = clock.now().isoformat()
    lines: dict[tuple[str, str], bytes] = {}
    ours = False
    for report in reports:
        try:
            batch_id, delivery_id = read_reference(report.reference)
        except ReferenceRefusedError:
            continue
        ours = True
        # What is not an end, such as "buffered", is nothing to us.
        if end := _JSON.get(report.status):
            state, failure = end
            line = f"{now}\t{provider}\t{batch_id}\t{delivery_id}\t{state:d}\t{failure}\n"
            lines[report] = line.encode()
    if not ours:
        raise UnreadableError
    return list(lines.values())


def _name(provider: str) -> str:
    """What we call a provider in its receipts' address; anything else would not be ours."""
    ours = provider.isascii() and provider.replace("-", "").replace("_", "").isalnum()
    return provider[:30] if ours else ""
