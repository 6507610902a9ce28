"""A stand-in for the door's two addresses for reports, which can fail in every way a line does."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference_of(key: str) -> str:
    """What the door calls a report: the first eight letters of the key's digest, by Crockford."""
    number = int.from_bytes(hashlib.sha256(UUID(key).bytes).digest()[:5])
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass
class Report:
    path: str
    fields: dict[str, str]
    photos: list[bytes]


@dataclass
class ReportsDoor:
    """``ways`` says how the next requests end, one each; afterwards all go well.

    "refuse": hung up on before a word; "half": in the middle of it; "swallow": kept, but the
    answer is lost; "busy": 503; "hotel": somebody's log-in page; "proxy": somebody's 403; "ok".
    """

    origin: str = ""
    url: str = ""
    ways: list[str] = field(default_factory=list)
    kept: list[Report] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def next_way(self) -> str:
        with self.lock:
            return self.ways.pop(0) if self.ways else "ok"


def _handler(door: ReportsDoor) -> type[BaseHTTPRequestHandler]:  # noqa: C901 -- a class within
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            way = door.next_way()
            length = int(self.headers["Content-Length"])
            self.close_connection = True
            if way == "refuse":
                return
            body = self.rfile.read(length // 2 if way == "half" else length)
            match way:
                case "half":
                    return
                case "busy":
                    self._answer(503, b"", "text/plain")
                case "proxy":
                    self._answer(403, b"<h1>Forbidden</h1>", "text/html")
                case "hotel":
                    self._answer(200, b"<h1>Log in</h1>", "text/html")
                case _:
                    self._keep(body, answers=way == "ok")

        def _keep(self, body: bytes, *, answers: bool) -> None:
            report = _read(self.path, self.headers["Content-Type"], body)
            with door.lock:
                door.kept.append(report)
            if answers:
                self._thank(report)

        def _thank(self, report: Report) -> None:
            key = report.fields["key"]
            if "application/json" not in self.headers.get("Accept", ""):
                said = f"<h1>{reference_of(key)}</h1>"
                page = f"<!doctype html><title>OK</title><main data-door>{said}</main>"
                self._answer(200, page.encode(), "text/html")
                return
            follow = f"{door.origin}/me/request/{key}/"
            said = {"reference": reference_of(key), "follow": follow}
            self._answer(202, json.dumps(said).encode(), "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", door.origin)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _read(path: str, kind: str, body: bytes) -> Report:
    if kind.startswith("application/x-www-form-urlencoded"):
        return Report(path, dict(parse_qsl(body.decode())), [])
    parsed = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    report = Report(path, {}, [])
    for part in parsed.iter_parts():
        content = part.get_payload(decode=True)
        if part.get_filename():
            report.photos.append(content)
        elif part.get_filename() is None:
            name = part.get_param("name", header="content-disposition")
            report.fields[str(name)] = content.decode()
    return report


@contextmanager
def reports_door(origin: str) -> Iterator[ReportsDoor]:
    door = ReportsDoor(origin)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(door))
    door.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
