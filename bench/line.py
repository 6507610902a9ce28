"""The line to PostgreSQL, in our hands: it can be cut, frozen and mended."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Forwards a loopback port to the server behind a ``postgresql://`` URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        mine = f"127.0.0.1:{self._listener.getsockname()[1]}"
        login, at, _ = parts.netloc.rpartition("@")
        self.url = parts._replace(netloc=f"{login}{at}{mine}").geturl()
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Connections break, and new ones break at once: a server that is down."""
        self._is_cut = True
        self._hang_up()

    def freeze(self) -> None:
        """Connections stay and nothing passes: a server, or a network, that hangs."""
        self._flows.clear()

    def mend(self) -> None:
        self._is_cut = False
        # What hung is gone for good: a frozen server's clients have been told no.
        if not self._flows.is_set():
            self._hang_up()
        self._flows.set()

    def close(self) -> None:
        self._flows.set()
        self._listener.close()
        self._hang_up()

    def _hang_up(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._is_cut:
                    raise ConnectionRefusedError
                far = socket.create_connection(self._server)
            except OSError:
                # The server is down in truth: whoever calls hears it, and may call again.
                near.close()
                continue
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
