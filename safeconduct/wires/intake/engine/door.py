"""The door: a raw ASGI app that says "received" only of what is durable.

Django renders the pages once and is asked nothing afterwards: no middleware, no view
and no session stands between a telephone and the ledger.
"""

import asyncio
import logging
from pathlib import Path
from typing import Final

from django.conf import settings

from safeconduct.wires.intake.engine import watch
from safeconduct.wires.intake.engine.commit import ANSWERS, REPORTS, Store
from safeconduct.wires.intake.engine.http import (
    App,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    asset,
    deliver,
    of_asgi,
)
from safeconduct.wires.intake.engine.journal import Journal
from safeconduct.wires.intake.engine.ledger import COMMITTERS, Ledger
from safeconduct.wires.intake.engine.links import LinkDoor
from safeconduct.wires.intake.engine.ports import Ports, PostLine
from safeconduct.wires.intake.engine.posts import Posts
from safeconduct.wires.intake.engine.reporting import PATHS, ReportDoor
from safeconduct.wires.intake.engine.sms import SmsDoor
from safeconduct.wires.intake.web.pages import Pages

__all__ = ["Door", "Ports", "PostLine", "build"]

log = logging.getLogger(__name__)

_ROBOTS: Final = Response(200, b"User-agent: *\nDisallow: /\n")
_NOTHING: Final = Response(204)
# Bytes of reports in one COPY: their photos are long.
_GROUP_BYTES: Final = 16 * 1024 * 1024


class Door:
    """Everything people and gateways answer through."""

    def __init__(self, *, ports: Ports, ledger: Ledger, posts: Posts, reports: Ledger) -> None:
        pages = Pages(posts, warnings_at=ports.warnings_at)
        self.ledger = ledger
        self.posts = posts
        told = ReportDoor(ledger=reports, pages=pages, readable=_readable_by_pages)
        self._routes: tuple[tuple[str, App], ...] = (
            *ports.routes.items(),
            *((path, told) for path in PATHS),
        )
        self._ledgers = {"answers": ledger, "reports": reports, **ports.ledgers}
        self._links = LinkDoor(ports=ports, ledger=ledger, pages=pages)
        self._sms = SmsDoor(ledger)
        self._fixed = {
            "/a.css": asset(pages.style, b"text/css; charset=utf-8"),
            "/a.js": asset(pages.script, b"text/javascript; charset=utf-8"),
            "/robots.txt": _ROBOTS,
            "/favicon.ico": _NOTHING,
        }
        self._refreshing: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        if app := self.beside(scope["path"]):
            await app(scope, receive, send)
            return
        request = of_asgi(scope, receive)
        await deliver(await self.respond(request), request, send)

    async def start(self) -> None:
        for ledger in self._ledgers.values():
            await ledger.start()
        self._refreshing = asyncio.create_task(self.posts.refresh_forever())

    async def stop(self) -> None:
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
        for ledger in self._ledgers.values():
            await ledger.stop()

    def beside(self, path: str) -> App | None:
        """The other ASGI app that answers under a path, if one does."""
        for prefix, app in self._routes:
            if path.startswith(prefix):
                return app
        return None

    async def respond(self, request: Request) -> Response:
        """What is answered to a request that is no other app's."""
        path = request.path
        if path.startswith("/s/"):
            return _readable_by_pages(await self._links(request, path[3:]), request)
        if path in {"/in/message", "/in/sms"}:
            return await self._sms.message(request)
        if path == "/in/kannel" or path.startswith("/in/kannel/"):
            return await self._sms.kannel(request)
        return self._told(request) or self._links.problem(request, "forged")

    def _told(self, request: Request) -> Response | None:
        if request.path == "/health":
            return watch.health(request, self._ledgers)
        if request.path == "/metrics":
            return watch.metrics(request, self._ledgers)
        return self._fixed.get(request.path)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _readable_by_pages(response: Response, request: Request) -> Response:
    """Let the worker of our own pages, which may have another name, see what became of an answer.

    It sends what any form could send; only reading the outcome needs our leave (Fetch, 3.2).
    """
    origin = request.header(b"origin")
    if not origin or origin != settings.PUBLIC_URL.encode():
        return response
    allowed = (b"access-control-allow-origin", origin), (b"vary", b"origin")
    return response._replace(headers=(*response.headers, *allowed))


def build(ports: Ports) -> Door:
    """The door for this installation's settings; starts and stops by ASGI's lifespan."""
    folder = settings.INTAKE["JOURNAL_DIR"]
    ledger = ledger_of(ANSWERS, journal=folder, speaks=True)
    reports = ledger_of(REPORTS, journal=folder / "reports", group_bytes=_GROUP_BYTES)
    return Door(ports=ports, ledger=ledger, posts=Posts(ports.posts, folder), reports=reports)


def ledger_of(
    into: str, *, journal: Path, speaks: bool = False, group_bytes: int | None = None
) -> Ledger:
    """A ledger by this installation's settings for the table and columns ``into`` names.

    Journals of different tables lie in different folders.
    """
    chosen = settings.INTAKE
    timeout = chosen["DATABASE_TIMEOUT_SECONDS"]
    return Ledger(
        stores=[Store(timeout=timeout, into=into) for _ in range(COMMITTERS + 1)],
        journal=Journal(journal),
        group_seconds=chosen["GROUP_SECONDS"],
        replay_seconds=chosen["REPLAY_SECONDS"],
        speaks=speaks,
        group_bytes=group_bytes,
    )
