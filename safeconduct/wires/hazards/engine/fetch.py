"""Fetching from addresses, with an end to waiting and to size."""

import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import IO
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_noop as _

from safeconduct.wires.hazards.engine import cap, cap_area
from safeconduct.wires.hazards.engine.exchange import Exchange, is_open
from safeconduct.wires.hazards.engine.reading import Note, Reading, UnreadableError
from safeconduct.wires.hazards.engine.sniff import TOO_LARGE, read_bytes
from safeconduct.wires.hazards.terms import LARGEST_PAYLOAD, Outcome

TIMEOUT_SECONDS = 15.0
# Full messages fetched for one reading of an index; the rest keeps what the index says.
MOST_LINKS = 40
# And for no longer than this: other feeds wait for their turn.
LINKS_SECONDS = 60.0
# One exchange may take so long in all, from the first connection to the last byte.
ANSWER_SECONDS = 60.0
_PIECE = 64 * 1024
_AGENT = "Safeconduct (hazard feeds)"
_UNCHANGED, _ONWARD = 304, 3
# A link of an index: those behind it wait.
_LINK_SECONDS = 15.0
_REFUSED = _("The server answered %(code)s.")
_ASTRAY = Note(_("The link leads to no server that we may ask."))
_NOT_ONE = Note(_("What stands there is not one message."))
_NOWHERE = _("The server sends us on in circles, or nowhere (%(code)s).")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; ``payload`` None means nothing new since the last time."""

    payload: bytes | None
    etag: str = ""
    modified: str = ""


class _WithCare(urllib.request.HTTPRedirectHandler):
    """Follows where a server sends us as far as one of its links might lead."""

    def redirect_request(  # noqa: PLR0917 -- the library's
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not may_follow(newurl, urlsplit(req.full_url).hostname or ""):
            raise UnreadableError(_("The address leads where we do not follow."))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    address: str,
    *,
    etag: str = "",
    modified: str = "",
    timeout: float = TIMEOUT_SECONDS,
    own: str | None = None,
    within: float | None = None,
) -> Answer:
    """Read an http or https address.

    ``own`` is the host that may stand in our own network: of a stranger's link the one that
    named it, else the address's. ``timeout`` is for each step, ``within`` for all of them. Seconds.

    :raises UnreadableError: if it cannot be reached, is too large, is another kind, or
        sends us into our own network.
    """
    request = _request(address, etag, modified)
    host = _host(address) if own is None else own
    exchange = Exchange(own=host, seconds=ANSWER_SECONDS if within is None else within)
    try:
        with exchange:
            payload, told = _answer(exchange, request, timeout)
    except urllib.error.HTTPError as error:
        if error.code == _UNCHANGED:
            return Answer(None, etag, modified)
        is_onward = error.code // 100 == _ONWARD
        raise UnreadableError(_NOWHERE if is_onward else _REFUSED, code=error.code) from None
    except (OSError, http.client.HTTPException, ssl.SSLError, ValueError) as error:
        raise _failure(TimeoutError() if exchange.is_over else error) from None
    if len(payload) > LARGEST_PAYLOAD:
        raise UnreadableError(TOO_LARGE.text, **TOO_LARGE.values)
    return Answer(payload, told.get("ETag", ""), told.get("Last-Modified", ""))


def _failure(error: Exception) -> UnreadableError:
    """What became of an exchange, in words for who looks after feeds."""
    # The library wraps what happened while it connected.
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return UnreadableError(_("The server did not answer in time."))
    if isinstance(cause, http.client.IncompleteRead):
        return UnreadableError(_("The answer of the server broke off before its end."))
    if isinstance(cause, socket.gaierror):
        return UnreadableError(_("There is no server of this name, or the network is away."))
    return UnreadableError(
        _("The address cannot be reached (%(kind)s)."), kind=type(cause).__name__
    )


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _request(address: str, etag: str, modified: str) -> urllib.request.Request:
    try:
        is_known = urlsplit(address).scheme in ("http", "https") and bool(_host(address))
    except ValueError:
        is_known = False
    if not is_known:
        raise UnreadableError(_("Only addresses that start with http are read."))
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip"}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    return urllib.request.Request(address, headers=headers)  # noqa: S310 -- checked above


def _answer(
    exchange: Exchange, request: urllib.request.Request, timeout: float
) -> tuple[bytes, http.client.HTTPMessage]:
    with exchange.opener(_WithCare()).open(request, timeout=timeout) as response:
        payload = _body(response)
    # A connection that was shut looks like an answer that ended.
    if exchange.is_over:
        raise TimeoutError
    return payload, response.headers


def _body(response: http.client.HTTPResponse) -> bytes:
    """An answer in whole, or just more of it than is ever read."""
    pieces, size = [], 0
    while size <= LARGEST_PAYLOAD and (piece := response.read1(_PIECE)):
        pieces.append(piece)
        size += len(piece)
    if size <= LARGEST_PAYLOAD and response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def complete(
    readings: list[Reading], *, address: str, resolver: cap_area.Resolver = cap.unresolved
) -> list[Reading]:
    """Entries that only link to a message, replaced by that message where it can be had.

    ``address`` is where the list itself stands: links may be written beside it.
    """
    host = _host(address)
    left, until = MOST_LINKS, time.monotonic() + LINKS_SECONDS
    found = []
    for reading in (_linked(one, address) for one in readings):
        link = str(reading.facts.get("link") or "")
        over = left <= 0 or time.monotonic() > until
        if not link or over:
            found.append(reading)
            continue
        if not may_follow(link, host):
            found.append(_lacking(reading, _ASTRAY))
            continue
        left -= 1
        found.append(_full(reading, link, host, resolver))
    return found


def _linked(reading: Reading, address: str) -> Reading:
    """With its link in full, as the message it leads to will name it, fetched now or later."""
    if not (told := reading.facts.get("link")):
        return reading
    try:
        link = urljoin(address, str(told))[:500]
    except ValueError:
        link = ""
    return replace(reading, facts={**reading.facts, "link": link})


def _full(reading: Reading, link: str, host: str, resolver: cap_area.Resolver) -> Reading:
    try:
        payload = fetch(link, own=host, within=_LINK_SECONDS).payload
    except UnreadableError as error:
        return _lacking(reading, error.note)
    whole = read_bytes(payload or b"", resolver)
    if len(whole) != 1:
        return _lacking(reading, _NOT_ONE)
    if whole[0].outcome is Outcome.REFUSED:
        return _lacking(reading, whole[0].reason or _NOT_ONE)
    return replace(whole[0], facts={**whole[0].facts, "link": link})


def _lacking(reading: Reading, why: Note) -> Reading:
    """The line of the index as it is, with the reason why it stands alone."""
    return replace(reading, repairs=(*reading.repairs, why))


def may_follow(link: str, host: str) -> bool:
    """A stranger's link may lead to its own server or into the open, never into our network."""
    try:
        target = urlsplit(link).hostname or ""
        if urlsplit(link).scheme not in ("http", "https"):
            return False
        if target == host:
            return True
        found = socket.getaddrinfo(target, None, proto=socket.IPPROTO_TCP)
    except (OSError, ValueError):
        return False
    return all(map(is_open, found))
