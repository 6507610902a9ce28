"""What providers reached over HTTP share: one session, and what its failures mean."""

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, Final

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from safeconduct.wires.messaging.engine.providers import guard
from safeconduct.wires.messaging.engine.providers.base import (
    WITHHELD,
    Answer,
    House,
    Parcel,
    Provider,
    busy,
    later,
    unreachable,
)
from safeconduct.wires.messaging.terms import State

_LONGEST_ANSWER = 20_000
_LONGEST_WAIT_SECONDS = 86_400.0
_LONGEST_CONNECT_SECONDS = 5.0
# What a wrong address, method, password or proxy in our own settings is answered with.
_OURS = frozenset({401, 403, 404, 405, 407, 410, 501})

# Whether the message that waits for a connection may leave no more.
_is_over: Final[ContextVar[Callable[[], bool] | None]] = ContextVar("is_over", default=None)


class _OverError(Exception):
    """The message's time was over before there was a connection."""


class _Connector(aiohttp.TCPConnector):
    """Asks once more, with a connection at hand and nothing sent, whether to send.

    aiohttp's own traces tell of this too, but cost every request more.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 -- aiohttp calls it so
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        is_over = _is_over.get()
        if is_over is not None and is_over():
            connection.release()
            raise _OverError
        return connection


class HttpProvider(Provider):
    """Base of providers that take one request a message and answer with a status."""

    def __init__(self, name: str, options: Mapping[str, Any], house: House) -> None:
        self.url = URL(str(options["url"]))
        probe_url = options.get("probe_url")
        self._probe_url = URL(str(probe_url)) if probe_url else None
        super().__init__(name, options, house)
        if self._probe_url is not None:
            guard.refuse_host(self._probe_url.host or "", mode=self.mode)
        self._connect_seconds = min(_LONGEST_CONNECT_SECONDS, self.timeout)
        self._session: aiohttp.ClientSession | None = None

    def _headers(self) -> Mapping[str, str]:
        """What every request carries; set once, for it costs time at each message."""
        return {}

    def _host_of(self, options: Mapping[str, Any]) -> str:  # noqa: ARG002 -- the URL has it
        return self.url.host or ""

    async def open(self) -> None:
        limit = self.in_flight or 400
        self._session = aiohttp.ClientSession(
            connector=_Connector(limit=limit, keepalive_timeout=30),
            timeout=self._patience(self._connect_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers(),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            auto_decompress=False,
            trust_env=False,
        )
        # aiohttp repeats a GET whose kept connection broke. Ours cost money and reach
        # people: whether to repeat is decided, and flagged, by us.
        self._session._retry_connection = False  # noqa: SLF001 -- it has no public switch

    def _patience(self, connect: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=self.timeout, connect=connect)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def probe(self) -> bool | None:
        """Ask ``probe_url``, if there is one: any 2xx or 3xx is a yes, if the words are right."""
        if self._probe_url is None or self._session is None:
            return None
        try:
            async with self._session.get(self._probe_url, allow_redirects=False) as response:
                content = await _said(response)
                return 200 <= response.status < 400 and self._sounds_well(content)
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _sounds_well(self, content: bytes) -> bool:  # noqa: ARG002 -- for siblings
        """Whether the page behind ``probe_url`` says that the provider is in order."""
        return True

    async def _hand_over(self, parcel: Parcel) -> Answer:
        asked = _is_over.set(parcel.is_over)
        try:
            return await self._ask(parcel)
        except _OverError:
            return WITHHELD
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return unreachable("no connection")
        except TimeoutError:
            # It may have been taken after we stopped listening.
            return later("no answer in time", maybe_twice=True)
        except aiohttp.ClientError as broken:
            return later(f"connection broke: {type(broken).__name__}", maybe_twice=True)
        finally:
            _is_over.reset(asked)

    async def _ask(self, parcel: Parcel) -> Answer:
        assert self._session is not None  # noqa: S101 -- open() comes first
        method, url, headers, body = self._request_for(parcel)
        more: dict[str, Any] = {}
        if (left := parcel.ends_at - time.monotonic()) < self._connect_seconds:
            # Whoever lets us in so late is told nothing any more.
            more["timeout"] = self._patience(max(left, 0.001))
        # A redirect could lead out of the house.
        async with self._session.request(
            method, url, data=body, headers=headers, allow_redirects=False, **more
        ) as response:
            content = await _said(response)
            status = response.status
            wait = _seconds(response.headers.get("Retry-After")) if status in {429, 503} else None
        return self._answer(status, content, wait)

    def _answer(self, status: int, content: bytes, wait: float | None) -> Answer:
        if 200 <= status < 300:
            return self._accepted(content)
        if status in _OURS and self._is_about_message(status, content):
            return self._refused(status, content)
        if status in _OURS or 300 <= status < 400:
            # Not about this message: the provider is set up wrongly.
            return unreachable(f"http {status}: set up wrongly?")
        if status == 429 or (status == 503 and wait is not None):
            return busy(f"http {status}", wait=wait)
        if status in {408, 425} or status >= 500:
            # 502 and 504 come from something in between that lost sight of the message.
            return later(f"http {status}", maybe_twice=status in {502, 504})
        return self._refused(status, content)

    @abstractmethod
    def _is_about_message(self, status: int, content: bytes) -> bool:
        """Whether such a status refuses this one message, not all that we might send.

        A wrong no keeps the whole channel shut for the sake of one number.
        """

    @abstractmethod
    def _request_for(self, parcel: Parcel) -> tuple[str, URL, Mapping[str, str], bytes | None]:
        """Method, address, headers beside ``_headers``, and body of one message's request."""

    @abstractmethod
    def _accepted(self, content: bytes) -> Answer:
        """What a 2xx answer says."""

    def _refused(self, status: int, content: bytes) -> Answer:  # noqa: ARG002 -- for siblings
        """What a 4xx answer about this very message says."""
        return Answer(State.REFUSED_BY_PROVIDER, failure=f"http {status}")


async def _said(response: aiohttp.ClientResponse) -> bytes:
    """What stands in an answer, as far as it comes: it may come in any number of pieces.

    Its status has been said by then. That holds, whatever becomes of the rest.
    """
    said = b""
    try:
        while len(said) < _LONGEST_ANSWER:
            piece = await response.content.read(_LONGEST_ANSWER - len(said))
            if not piece:
                break
            said += piece
    except (aiohttp.ClientPayloadError, TimeoutError):
        response.close()
    return said


def _seconds(header: str | None) -> float | None:
    """What a stranger asks us to wait, at most a day; None where it names no seconds."""
    if not (header and header.isascii() and header.isdigit()):
        return None
    return min(float(header), _LONGEST_WAIT_SECONDS)
