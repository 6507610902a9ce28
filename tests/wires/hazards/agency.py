"""An agency on this machine: a real server whose pages a test writes and rewrites."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson


class Agency:
    """``pages`` by path: bytes, an object sent as JSON, or the number of a refusal."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.pages: dict[str, object] = {}
        self.moved: dict[str, str] = {}
        self.asked: list[str] = []

    def __setitem__(self, path: str, page: object) -> None:
        self.pages[path] = page

    def times(self, path: str) -> int:
        return self.asked.count(path)


@contextmanager
def agency() -> Iterator[Agency]:
    """An agency that answers until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path
            told.asked.append(path)
            page = told.pages.get(path, 404)
            code = 302 if path in told.moved else page if isinstance(page, int) else 200
            self.send_response(code)
            if path in told.moved:
                self.send_header("Location", told.moved[path])
            self.end_headers()
            if code == 200:
                self.wfile.write(page if isinstance(page, bytes) else orjson.dumps(page))

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Agency(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
