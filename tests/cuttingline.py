"""A line between a phone and the pages that is cut in every way a line is: a small proxy."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class Line:
    """``ways`` says how the next posts end, one each; afterwards all go well.

    "refuse": never sent; "swallow": received and done, but the answer is lost; "busy": 503
    from somebody before the house; "ok".
    """

    origin: str
    url: str = ""
    ways: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    # What reached the pages, also where nobody heard the answer.
    posted: int = 0

    def next_way(self) -> str:
        with self.lock:
            return self.ways.pop(0) if self.ways else "ok"


def _handler(line: Line) -> type[BaseHTTPRequestHandler]:  # noqa: C901 -- a class within
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            way = line.next_way()
            self.close_connection = True
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if way == "refuse":
                return
            if way == "busy":
                self.send_response(503)
                self.end_headers()
                return
            with line.lock:
                line.posted += 1
            self._pass_on(body, answers=way == "ok")

        def _pass_on(self, body: bytes, *, answers: bool = True) -> None:
            self.close_connection = True
            house = http.client.HTTPConnection(urlsplit(line.origin).netloc, timeout=30)
            # The name it was asked for by: the house compares it with where the page is from.
            headers = {n: v for n, v in self.headers.items() if n.lower() not in _HOP}
            house.request(self.command, self.path, body=body or None, headers=headers)
            response = house.getresponse()
            content = response.read()
            house.close()
            if not answers:
                return
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _HOP | {"content-length", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


@contextmanager
def cutting_line(origin: str) -> Iterator[Line]:
    line = Line(origin)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(line))
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
