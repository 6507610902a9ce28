"""A telephone without a network: asks the door directly, as an ASGI server would."""

import asyncio
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

import html5lib

from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.wires.intake.engine.door import Door
from safeconduct.wires.intake.engine.ledger import NotKeptError
from safeconduct.wires.intake.engine.ports import MINISTRY, Ports, PostLine
from safeconduct.wires.intake.engine.posts import Posts
from safeconduct.wires.intake.terms import ANSWER_LINK

ANKARA = PostLine({"az": "Ankaradakı səfirlik", "en": "Embassy in Ankara"}, "+999120000002")
BAKU = PostLine({"az": "Nazirlik", "en": "The Ministry"}, "+999120000001")


class Memory:
    """A ledger that keeps lines in a list, or refuses them."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.refuses = False
        self.is_away = False
        self.works = True
        self.waiting = 0
        self.journalled_bytes = self.journal_files = 0
        self.kept = self.journalled = self.turned_away = 0
        self.door = "a-door"
        self.oldest_since: datetime | None = None

    async def keep(self, line: bytes) -> None:
        if self.refuses:
            raise NotKeptError
        self.lines.append(line)

    @property
    def fields(self) -> list[list[str]]:
        return [line.decode().rstrip("\n").split("\t") for line in self.lines]


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    wire: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.wire) if packed else self.wire).decode()

    @property
    def key(self) -> str:
        found = re.search(r'name="key" value="([^"]+)"', self.text)
        assert found, "the page has no key"
        return found[1]

    def check_page(self) -> "Reply":
        """What holds for every page of the door."""
        html5lib.HTMLParser(strict=True).parse(self.text)
        assert self.text.count("<h1") == 1
        assert re.search(r'<html lang="\w\w" dir="(ltr|rtl)">', self.text)
        assert not re.search(r"<script(?! type=\"module\" src)|<style|\son\w+=|\sstyle=", self.text)
        assert "unsafe" not in self.headers["content-security-policy"]
        assert self.headers["cache-control"] == "no-store"
        assert self.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in self.headers["x-robots-tag"]
        assert "set-cookie" not in self.headers
        assert "{" not in re.sub(r"<.*?>", "", self.text), "a gap was not filled"
        return self


class Visitor:
    """Holds one answer link."""

    def __init__(self, door: Door, *, language: str = "az", post_id: int = 2, asked_id: int = 7):
        self.door = door
        link = Link(asked_id, date(2037, 1, 1), language, post_id)
        self.path = f"/s/{mint(link, purpose=ANSWER_LINK)}"

    def get(self, path: str = "", **options: str) -> Reply:
        return self.ask("GET", path or self.path, **options)

    def answer(self, **fields: str | list[str]) -> Reply:
        form = urlencode(fields, doseq=True).encode()
        return self.ask("POST", self.path, form, kind="application/x-www-form-urlencoded")

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        kind: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        named = {"content-type": kind} | dict(headers or {})
        return asyncio.run(self.spoken(method, path, body, named))

    async def spoken(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request and its reply, beside whatever else the loop does."""
        return await _spoken(self.door, scope_of(method, path, headers or {}), body)


def scope_of(method: str, path: str, headers: Mapping[str, str]) -> dict:
    """A request as an ASGI server announces it."""
    path, _, query = path.partition("?")
    named = {"host": "answers.test"} | dict(headers)
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in named.items() if v],
        "client": ("127.0.0.1", 40000),
    }


def door(ledger: Memory, folder, reports: Memory | None = None, **ports) -> Door:
    """A door over a ledger in memory that knows two posts."""

    async def posts() -> dict[int, PostLine]:
        return {MINISTRY: BAKU, 2: ANKARA}

    given = Ports(posts=posts, **ports)
    known = Posts(given.posts, folder)
    asyncio.run(known.refresh())
    return Door(ports=given, ledger=ledger, posts=known, reports=reports or Memory())


async def _spoken(app: Door, scope: dict, body: bytes) -> Reply:
    sent: list[dict] = []
    halves = [body[: len(body) // 2], body[len(body) // 2 :]]

    async def receive() -> dict:
        return {"type": "http.request", "body": halves.pop(0), "more_body": bool(halves)}

    async def send(message: dict) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], headers, b"".join(part["body"] for part in parts))
