"""One exchange with a server: to addresses that were looked at, and over at a given moment."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
import urllib.request
from contextlib import suppress
from functools import cache, partial
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from safeconduct.wires.hazards.engine.reading import UnreadableError


class Exchange:
    """A request, whatever it is led on to, and the answer.

    A name can stand for another address a moment after it was looked up, so each connection
    looks at the very address it goes to. ``own`` is the host that may stand in our own
    network, because an officer named it.
    """

    def __init__(self, *, own: str, seconds: float) -> None:
        proxies = urllib.request.getproxies().values()
        self._inside = {own, *(urlsplit(one).hostname or "" for one in proxies)}
        self._until = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(max(0.0, seconds), self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def opener(self, *further: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
        """What opens addresses as part of this exchange."""
        return urllib.request.build_opener(_Plain(self), _Secure(self), *further)

    def connect(
        self, place: tuple[str, int], timeout: float, source_address: None = None
    ) -> socket.socket:
        """As ``socket.create_connection``.

        :raises UnreadableError: if the name stands for an address in our own network.
        """
        host, port = place
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if host.lower() not in self._inside and not all(map(is_open, found)):
            raise UnreadableError(_("The address leads where we do not follow."))
        failure: OSError = TimeoutError()
        for one in found:
            left = self._until - time.monotonic()
            if left <= 0:
                break
            try:
                here = str(one[4][0]), port
                return socket.create_connection(here, min(timeout, left), source_address)
            except OSError as error:
                failure = error
        raise failure

    def watch(self, connected: socket.socket) -> None:
        """A server that sends a byte now and then holds nobody up for longer than our time."""
        self._sockets.append(connected)
        if self.is_over:
            self._shut()

    def _shut(self) -> None:
        for one in self._sockets:
            # Past the layer of TLS, whose other end is being waited for in another thread.
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)


def is_open(found: tuple[Any, ...]) -> bool:
    """Whether what a look-up found is an address of the open network."""
    return ipaddress.ip_address(found[4][0]).is_global


@cache
def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _PlainConnection(http.client.HTTPConnection):
    def __init__(self, host: str, *, exchange: Exchange, timeout: float) -> None:
        super().__init__(host, timeout=timeout)
        # The library's own place for it: names in certificates are checked as ever.
        self._create_connection = exchange.connect
        self._exchange = exchange

    def connect(self) -> None:
        super().connect()
        self._exchange.watch(self.sock)


class _SecureConnection(http.client.HTTPSConnection):
    def __init__(self, host: str, *, exchange: Exchange, timeout: float) -> None:
        super().__init__(host, timeout=timeout, context=_trust())
        self._create_connection = exchange.connect
        self._exchange = exchange

    def connect(self) -> None:
        super().connect()
        self._exchange.watch(self.sock)


class _Plain(urllib.request.HTTPHandler):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._made = partial(_PlainConnection, exchange=exchange)

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._made, req)


class _Secure(urllib.request.HTTPSHandler):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__(context=_trust())
        self._made = partial(_SecureConnection, exchange=exchange)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._made, req)
