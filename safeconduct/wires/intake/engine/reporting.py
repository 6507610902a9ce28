""" "I am here" and "I need help": kept before they are understood, like answers.

Anybody may send them, so nothing in them is believed here and nothing is looked up: sealed
at once, durable before it says yes, and given a reference that follows from the sender's key.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

import orjson
from django.conf import settings

from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.inhand import Held, InHand, TooMuchInHandError
from safeconduct.ground.kernel.networks import caller_of, network_of
from safeconduct.ground.kernel.tokens import LinkRefusedError
from safeconduct.wires.intake import rules
from safeconduct.wires.intake.engine.commit import report_line
from safeconduct.wires.intake.engine.crowd import Crowd
from safeconduct.wires.intake.engine.http import (
    BODY_SECONDS,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    TooSlowError,
    deliver,
    document,
    of_asgi,
    page,
)
from safeconduct.wires.intake.engine.ledger import Ledger, NotKeptError
from safeconduct.wires.intake.engine.multipart import FormReader, NotAFormError, Part
from safeconduct.wires.intake.engine.pace import Pace
from safeconduct.wires.intake.engine.reported import Report, read_report, reference_of
from safeconduct.wires.intake.rules import UnreadableError
from safeconduct.wires.intake.terms import (
    MAX_BY_RECORD_A_MINUTE,
    MAX_PHOTO,
    MAX_PHOTOS,
    MAX_REPORT,
    MAX_SENDINGS_A_MINUTE,
    REPORT_LINK,
    Kind,
)
from safeconduct.wires.intake.web.pages import Pages
from safeconduct.wires.intake.web.texts import WRITTEN

type Readable = Callable[[Response, Request], Response]

PATHS: Final = {"/here": Kind.HERE, "/help": Kind.HELP}
# Bytes of reports being read or waiting for their commit; beyond, phones are told to come again.
_MOST_IN_HAND: Final = 256 * 1024 * 1024
# Of one network an eighth of that: some fifteen whole reports with all their photos.
_OF_A_NETWORK: Final = _MOST_IN_HAND // 8
# Four photos over the slowest of lines take six minutes.
_WHOLE_BODY_SECONDS: Final = 600.0
# A form without files; two thousand characters of any script, escaped, fit several times.
_LONGEST_PLAIN: Final = 128 * 1024
_TEXT_BYTES: Final = 16 * 1024
_RETRY_SECONDS: Final = b"20"
# What a registered party's link to its record is signed for (picture.registry).
_RECORD_LINK: Final = "registration"
PROBLEMS: Final = {"report_unreadable": 400, "report_hurried": 429, "report_not_kept": 503}


class ReportProblemError(Exception):
    """Something the sender is told kindly; ``kind`` names the page."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class ReportDoor:
    """``/here`` and ``/help``."""

    def __init__(self, *, ledger: Ledger, pages: Pages, readable: Readable) -> None:
        self._readable = readable
        self._ledger = ledger
        self._pages = pages
        chosen = settings.INTAKE
        self._crowd = Crowd(int(chosen["REPORTS_A_MINUTE"]), doors=int(chosen["DOORS"]))
        self._sendings = Pace(MAX_SENDINGS_A_MINUTE)
        self._by_record = Pace(MAX_BY_RECORD_A_MINUTE)
        self._in_hand = InHand(_MOST_IN_HAND, of_a_network=_OF_A_NETWORK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = of_asgi(scope, receive)
        response = await self._respond(request, receive)
        await deliver(self._readable(response, request), request, send)

    async def _respond(self, request: Request, receive: Receive) -> Response:
        if request.path.rstrip("/") not in PATHS:
            return Response(404)
        if request.method == "OPTIONS":
            return _permitted()
        if request.method != "POST":
            return _moved(request)
        caller = _caller(request)
        try:
            with self._in_hand.holding(network_of(caller)) as held:
                return await self._receive(request, caller, receive, held)
        except ReportProblemError as problem:
            return self._problem(request, problem.kind)

    async def _receive(
        self, request: Request, caller: str, receive: Receive, held: Held
    ) -> Response:
        now = clock.now()
        verdict = self._crowd.judge(caller, now.timestamp())
        parts = await _parts(request, receive, held)
        kind = PATHS[request.path.rstrip("/")]
        said = read_report(kind, parts, language=_language(request), received_at=now)
        registered = self._is_registered(said, now)
        if verdict.refused and not registered:
            raise ReportProblemError("report_hurried")
        if not self._sendings.allows(said.key.int, now.timestamp()):
            raise ReportProblemError("report_hurried")
        line = self._line(said, caller, now, crowded=verdict.crowded, registered=registered)
        try:
            await self._ledger.keep(line)
        except NotKeptError:
            raise ReportProblemError("report_not_kept") from None
        return self._thanks(request, said, f"{now.hour:02}:{now.minute:02}")

    def _line(
        self, said: Report, caller: str, now: datetime, *, crowded: bool, registered: bool
    ) -> bytes:
        # Sealing takes microseconds of words, and of two megabytes of photos still few.
        sealed = said.sealed()
        photos = b"" if crowded else said.sealed_photos()
        weighed = self._crowd.weigh(caller, len(sealed), len(photos), now.timestamp())
        if weighed.refused and not registered:
            raise ReportProblemError("report_hurried")
        return report_line(
            received_at=now,
            key=said.key.hex,
            kind=said.kind,
            crowded=crowded,
            sealed=sealed,
            photos=b"" if weighed.crowded else photos,
        )

    def _is_registered(self, said: Report, now: datetime) -> bool:
        """Whether it comes with the link of a registered party: those are never kept waiting.

        As long as it is no more than a party has to say; anybody can register.
        """
        try:
            link = tokens.read(str(said.fields.get("record", "")), purpose=_RECORD_LINK)
        except LinkRefusedError:
            return False
        return not link.expired(now) and self._by_record.allows(link.subject_id, now.timestamp())

    def _thanks(self, request: Request, said: Report, time: str) -> Response:
        reference = reference_of(said.key)
        follow = follow_address(said)
        if _wants_json(request):
            told = {"reference": reference, "follow": follow, "cut": said.cut}
            return document(orjson.dumps(told), 202)
        made = self._pages.report(
            said.language,
            helps=said.asks_for_help,
            reference=reference,
            follow=follow,
            time=time,
            photos_cut="photo" in said.cut,
        )
        return page(made)

    def _problem(self, request: Request, kind: str) -> Response:
        status = PROBLEMS[kind]
        if _wants_json(request):
            told = document(orjson.dumps({"kept": False, "reason": kind}), status)
        else:
            told = page(self._pages.problem(kind, _language(request), 0), status)
        if status == 400:
            return told
        return told._replace(headers=(*told.headers, (b"retry-after", _RETRY_SECONDS)))


def follow_address(said: Report) -> str:
    """The page of a report: it follows from the key, for us alone."""
    return f"{settings.PUBLIC_URL}/me/request/{tokens.veiled(said.key, purpose=REPORT_LINK)}/"


async def _pieces(receive: Receive, most: int, held: Held) -> AsyncIterator[bytes]:
    """The body as it comes, each piece counted in hand; ends at ``most`` bytes."""
    read, more = 0, True
    while more and read < most:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                message = await receive()
        except TimeoutError as late:
            raise TooSlowError from late
        if message["type"] == "http.disconnect":
            raise TooSlowError
        piece: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        read += len(piece)
        held.more(len(piece))
        yield piece


async def _parts(request: Request, receive: Receive, held: Held) -> list[Part]:
    try:
        async with asyncio.timeout(_WHOLE_BODY_SECONDS):
            return await _read(request, receive, held)
    except TooMuchInHandError:
        raise ReportProblemError("report_not_kept") from None
    except (NotAFormError, TimeoutError, TooSlowError, UnreadableError):
        raise ReportProblemError("report_unreadable") from None


async def _read(request: Request, receive: Receive, held: Held) -> list[Part]:
    kind = request.header(b"content-type")
    if kind.startswith(b"multipart/form-data"):
        reader = FormReader(
            kind, text_limit=_TEXT_BYTES, file_limit=MAX_PHOTO, most_files=MAX_PHOTOS
        )
        async for piece in _pieces(receive, MAX_REPORT, held):
            reader.feed(piece)
        return reader.parts
    pieces = [piece async for piece in _pieces(receive, _LONGEST_PLAIN, held)]
    return _plain(b"".join(pieces))


def _plain(body: bytes) -> list[Part]:
    parts = []
    for name, values in rules.form_fields(body).items():
        part = Part(name, is_file=False, limit=_TEXT_BYTES)
        part.take(values[0].encode())
        parts.append(part)
    return parts


def _caller(request: Request) -> str:
    forwarded = request.header(b"x-forwarded-for")
    return caller_of(request.sender, forwarded, settings.INTAKE["PROXIES"])


def _wants_json(request: Request) -> bool:
    return b"application/json" in request.header(b"accept")


def _language(request: Request) -> str:
    chosen = request.query.get("l", "") if request.raw_query else ""
    if chosen in WRITTEN:
        return chosen
    return rules.best_language(request.header(b"accept-language").decode("latin-1"), WRITTEN, "en")


def _moved(request: Request) -> Response:
    """The forms are pages of ours, under the other name."""
    where = f"{settings.PUBLIC_URL}{request.path.rstrip('/')}/".encode()
    return Response(303, b"", ((b"location", where), (b"cache-control", b"no-store")))


def _permitted() -> Response:
    return Response(
        204,
        b"",
        (
            (b"access-control-allow-methods", b"POST"),
            (b"access-control-allow-headers", b"accept, content-type"),
            (b"access-control-max-age", b"86400"),
        ),
    )
