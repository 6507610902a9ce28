"""Answers by link: the page, and what is tapped on it.

No cookie and no CSRF token: the capability is in the path, nothing is sent along by
itself, and whoever can make a browser post here could as well post themselves.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Final

import orjson
import psycopg
from django.db import Error as DatabaseError

from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.tokens import Link, LinkRefusedError
from safeconduct.wires.intake import rules
from safeconduct.wires.intake.engine.commit import copy_line
from safeconduct.wires.intake.engine.http import (
    Request,
    Response,
    TooLargeError,
    TooSlowError,
    document,
    page,
)
from safeconduct.wires.intake.engine.ledger import Ledger, NotKeptError
from safeconduct.wires.intake.engine.pace import Pace
from safeconduct.wires.intake.engine.ports import MINISTRY, Ports
from safeconduct.wires.intake.rules import Submission, UnreadableError
from safeconduct.wires.intake.terms import (
    ANSWER_LINK,
    EXERCISE_LINK,
    MAX_ANSWERS_A_MINUTE,
    MAX_LISTED,
    MEMBER_LINK,
)
from safeconduct.wires.intake.web.pages import PROBLEMS, Pages, TickBox
from safeconduct.wires.intake.web.texts import WRITTEN, written_for

log = logging.getLogger(__name__)

# Seconds a page waits for names; then it goes out without them.
_NAMES_SECONDS: Final = 0.3
# Pages asking for names at once; the others go out without.
_NAMES_AT_ONCE: Final = 16
# What telephones take for part of a link: a full stop, a quotation mark, a mark of direction.
_AROUND: Final = re.compile(r"[^0-9A-Za-z].*", re.DOTALL)


class ProblemError(Exception):
    """Something the reader is told kindly; ``kind`` names the page."""

    def __init__(self, kind: str, link: Link | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.link = link


class LinkDoor:
    """Everything under ``/s/``."""

    def __init__(self, *, ports: Ports, ledger: Ledger, pages: Pages) -> None:
        self._people_of = ports.people_of
        self._ledger = ledger
        self._pages = pages
        self._pace = Pace(MAX_ANSWERS_A_MINUTE)
        self._asking = 0
        self._read = tokens.reader(ANSWER_LINK)
        self._read_exercise = tokens.reader(EXERCISE_LINK)

    async def __call__(self, request: Request, token: str) -> Response:
        handle = self._receive if request.method == "POST" else self._ask
        try:
            return await handle(request, self._link(request, token))
        except ProblemError as problem:
            return self.problem(request, problem.kind, problem.link)

    def problem(self, request: Request, kind: str, link: Link | None = None) -> Response:
        """The page that says what went wrong, in the link's language or the browser's."""
        status = PROBLEMS[kind]
        if _is_json(request):
            return document(orjson.dumps({"received": False, "reason": kind}), status)
        language = _language(request, link)
        post_id = link.post_id if link else MINISTRY
        told = self._pages.problem(kind, language, post_id, exercise=request.is_exercise)
        return page(told, status)

    def _link(self, request: Request, token: str) -> Link:
        if len(token) != tokens.LENGTH:
            token = _AROUND.sub("", token)
        try:
            link = self._read(token)
        except LinkRefusedError:
            link = self._exercise(token)
            request.is_exercise = True
        if link.expired(clock.now()):
            raise ProblemError("expired", link)
        return link

    def _exercise(self, token: str) -> Link:
        try:
            return self._read_exercise(token)
        except LinkRefusedError:
            raise ProblemError("forged") from None

    async def _ask(self, request: Request, link: Link) -> Response:
        if request.method not in {"GET", "HEAD"}:
            raise ProblemError("unreadable", link)
        people = [] if request.method == "HEAD" else await self._people(link)
        language = _language(request, link)
        return page(
            self._pages.question(language, link.post_id, people, exercise=request.is_exercise)
        )

    async def _people(self, link: Link) -> list[TickBox]:
        if self._ledger.is_away or self._asking >= _NAMES_AT_ONCE:
            return []
        asking = asyncio.ensure_future(self._people_of(link.subject_id))
        self._asking += 1
        asking.add_done_callback(self._asked)
        await asyncio.wait({asking}, timeout=_NAMES_SECONDS)
        # Told to stop but not waited for: a frozen server would keep that page, too.
        if not asking.done():
            asking.cancel()
            return []
        try:
            return _tick_boxes(link, asking.result())
        except (DatabaseError, psycopg.Error, OSError) as cause:
            log.info("A page goes out without names (%s).", type(cause).__name__)
            return []

    def _asked(self, asking: "asyncio.Future[Sequence[tuple[int, str]]]") -> None:
        self._asking -= 1
        if not asking.cancelled():
            asking.exception()

    async def _receive(self, request: Request, link: Link) -> Response:
        now = clock.now()
        try:
            said = rules.submission(_fields(request, await request.body()), received_at=now)
            others = [_member(token, link) for token in said.others]
        except TooLargeError:
            raise ProblemError("too_large", link) from None
        except (UnreadableError, TooSlowError):
            raise ProblemError("unreadable", link) from None
        if not self._pace.allows(link.subject_id, now.timestamp()):
            raise ProblemError("hurried", link)
        line = copy_line(
            received_at=now,
            stated_at=said.stated_at,
            channel=said.via,
            key=said.key,
            asked_id=link.subject_id,
            answer=said.answer,
            scope=said.scope,
            others=others,
        )
        try:
            await self._ledger.keep(line)
        except NotKeptError:
            raise ProblemError("not_kept", link) from None
        return self._thanks(request, link, said, f"{now.hour:02}:{now.minute:02}")

    def _thanks(self, request: Request, link: Link, said: Submission, time: str) -> Response:
        if _is_json(request):
            return document(orjson.dumps({"received": True, "answer": said.answer, "at": time}))
        return page(
            self._pages.thanks(
                _language(request, link),
                link.post_id,
                answer=said.answer,
                scope=said.scope,
                others=said.others,
                time=time,
                exercise=request.is_exercise,
            )
        )


def _tick_boxes(link: Link, people: Sequence[tuple[int, str]]) -> list[TickBox]:
    seal = tokens.minter(MEMBER_LINK)
    boxes = [
        TickBox(
            value=seal(Link(asked_id, link.expires_on, link.language, link.post_id)),
            name=name,
            is_reader=asked_id == link.subject_id,
        )
        for asked_id, name in people[:MAX_LISTED]
    ]
    return sorted(boxes, key=lambda box: not box.is_reader)


def _member(token: str, link: Link) -> int:
    try:
        member = tokens.read(token, purpose=MEMBER_LINK)
    except LinkRefusedError:
        raise ProblemError("unreadable", link) from None
    return member.subject_id


def _is_json(request: Request) -> bool:
    return request.header(b"content-type").startswith(b"application/json")


def _fields(request: Request, body: bytes) -> dict[str, list[str]]:
    if not _is_json(request):
        return rules.form_fields(body)
    try:
        return rules.json_fields(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise UnreadableError from None


def _language(request: Request, link: Link | None) -> str:
    chosen = request.query.get("l", "") if request.raw_query else ""
    if chosen in WRITTEN:
        return chosen
    if link is not None:
        return written_for(link.language)
    return rules.best_language(request.header(b"accept-language").decode("latin-1"), WRITTEN, "en")
