"""Requests in and responses out of a raw ASGI app: as little as the door needs."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from safeconduct.wires.intake.engine.packed import Filled
from safeconduct.wires.intake.terms import MAX_BODY

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]
type Headers = tuple[tuple[bytes, bytes], ...]

# Seconds an answer may take to arrive, and each piece of a report: networks die slowly.
BODY_SECONDS: Final = 20.0
# Bytes below which compressing costs more than it saves.
_WORTH_COMPRESSING: Final = 600

# Everything at this door is somebody's own: nothing is kept, indexed, framed or referred to.
_GUARDED: Final[Headers] = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=63072000"),
)
_PAGE: Final[Headers] = (
    *_GUARDED,
    (b"content-type", b"text/html; charset=utf-8"),
    (b"vary", b"accept-language, accept-encoding"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        b" form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
)
_PACKED: Final = (b"content-encoding", b"gzip")
_JSON: Final[Headers] = (*_GUARDED, (b"content-type", b"application/json"))
_PLAIN: Final[Headers] = (*_GUARDED, (b"content-type", b"text/plain; charset=utf-8"))


class TooLargeError(Exception):
    """The body is longer than any answer."""


class TooSlowError(Exception):
    """The body did not arrive, or its sender has gone."""


class Response(NamedTuple):
    status: int
    body: bytes | Filled = b""
    headers: Headers = _PLAIN


def page(body: Filled, status: int = 200) -> Response:
    """A page for a person."""
    return Response(status, body, _PAGE)


def document(body: bytes, status: int = 200) -> Response:
    """JSON for a script."""
    return Response(status, body, _JSON)


def asset(body: bytes, kind: bytes) -> Response:
    """A style or script, the same for everybody; its address changes when it does."""
    return Response(
        200,
        body,
        (
            (b"content-type", kind),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"x-content-type-options", b"nosniff"),
            (b"vary", b"accept-encoding"),
        ),
    )


class Request:
    """One request; its body is read only when asked for.

    ``header`` gives a header's value by its name in lower case, empty if it was not sent.
    ``read`` brings the whole body; both know the server's way of speaking (``of_asgi`` here,
    ``engine.rsgi`` beside).
    """

    def __init__(
        self,
        *,
        method: str,
        path: str,
        raw_query: bytes,
        sender: str,
        header: Callable[[bytes], bytes],
        read: Callable[[], Awaitable[bytes]],
    ) -> None:
        self.method = method
        self.path = path
        self.raw_query = raw_query
        # Of whoever holds the line: where a proxy stands before us, that one's.
        self.sender = sender
        self.header = header
        self._read = read
        # Whether the link it came by belongs to an exercise; known once that is read.
        self.is_exercise = False

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's last value by name, as UTF-8."""
        return dict(parse_qsl(self.raw_query.decode("latin-1"), keep_blank_values=True))

    async def body(self) -> bytes:
        """All of the body.

        :raises TooLargeError: beyond ``MAX_BODY`` bytes.
        :raises TooSlowError: if it does not come.
        """
        body = await self._read()
        if len(body) > MAX_BODY:
            raise TooLargeError
        return body


def of_asgi(scope: Scope, receive: Receive) -> Request:
    """A request as an ASGI server hands it over."""
    # Of a header sent twice the last counts; none that matters here may be.
    headers: dict[bytes, bytes] = dict(scope["headers"])

    def header(name: bytes) -> bytes:
        return headers.get(name, b"")

    async def read() -> bytes:
        return await _received(receive, header(b"content-length"))

    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        raw_query=scope.get("query_string", b""),
        sender=client[0] if client else "",
        header=header,
        read=read,
    )


async def _received(receive: Receive, announced: bytes) -> bytes:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise TooSlowError
    body: bytes = message.get("body", b"")
    more = message.get("more_body", False) and announced != b"%d" % len(body)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more and len(body) <= MAX_BODY:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise TooSlowError
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError as late:
        raise TooSlowError from late
    return body


async def deliver(response: Response, request: Request, send: Send) -> None:
    """Send a response, compressed where it is worth it; a HEAD's without its body."""
    body, headers = encoded(response, request)
    headers = (*headers, (b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})


def encoded(response: Response, request: Request) -> tuple[bytes, Headers]:
    """The body as it goes over the wire, and its headers but for the length."""
    body = response.body
    if b"gzip" not in request.header(b"accept-encoding"):
        return (body.plain() if isinstance(body, Filled) else body), response.headers
    if isinstance(body, Filled):
        return body.gzipped(), (*response.headers, _PACKED)
    if len(body) > _WORTH_COMPRESSING:
        return gzip.compress(body, mtime=0), (*response.headers, _PACKED)
    return body, response.headers
