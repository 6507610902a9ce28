"""The pages of the door: rendered once for each language and post, filled in for each reader."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.template.loader import get_template

from safeconduct.ground.kernel import languages
from safeconduct.wires.intake.engine.packed import Filled, Page
from safeconduct.wires.intake.engine.ports import PostLine
from safeconduct.wires.intake.engine.posts import Posts
from safeconduct.wires.intake.terms import Answer, Scope
from safeconduct.wires.intake.web.texts import WRITTEN, texts

_STATIC: Final = Path(__file__).parent.parent / "static" / "intake"
# Pages kept ready: one for each language, post and outcome that occurs.
_READY: Final = 2000
# Private-use characters stand where something of the reader's own goes in.
_KEY, _WHO, _TIME, _COUNT, _FOLLOW = (chr(0xE000 + n).encode() for n in range(5))
_SAID: Final = {
    Answer.SAFE: "safe",
    Answer.NEEDS_HELP: "needs_help",
    Answer.NOT_THERE: "not_there",
}
_MEANT: Final = {Scope.ME: "me", Scope.ALL_OF_US: "all", Scope.LISTED: "listed"}
_MINT: Final = str(uuid4())[:24].encode()
_COUNTER: Final = itertools.count(1)
_SEALED: Final = '<input type="hidden" name="others" value="{}">'
PROBLEMS: Final = {
    "forged": 404,
    "expired": 410,
    "unreadable": 400,
    "too_large": 413,
    "hurried": 429,
    "not_kept": 503,
}


@dataclass(frozen=True, slots=True)
class TickBox:
    """Somebody a page may answer for; ``value`` is their sealed id."""

    value: str
    name: str
    is_reader: bool


class Pages:
    """Every page in every written language."""

    def __init__(self, posts: Posts, *, warnings_at: str = "") -> None:
        self._posts = posts
        self._warnings_at = warnings_at
        self._ready: dict[tuple[object, ...], Page] = {}
        self.style = (_STATIC / "answer.css").read_bytes()
        self.script = (_STATIC / "answer.js").read_bytes()
        self._version = sha256(self.style + self.script).hexdigest()[:8]

    def question(
        self, language: str, post_id: int, people: Sequence[TickBox], *, exercise: bool = False
    ) -> Filled:
        """The question, with a key of its own: a page rendered twice is two chances to answer."""
        # One name is no choice.
        who = _by_name(language, people) if len(people) > 1 else _unnamed(language)
        made = self._page("question", language, post_id, exercise=exercise)
        return made.filled({_KEY: _minted(), _WHO: who})

    def thanks(
        self,
        language: str,
        post_id: int,
        *,
        answer: Answer,
        scope: Scope,
        others: Sequence[str],
        time: str,
        exercise: bool = False,
    ) -> Filled:
        """What was recorded, and how to say otherwise."""
        own = {
            _KEY: _minted(),
            _WHO: "".join(map(_SEALED.format, map(escape, others))).encode(),
            _TIME: time.encode(),
            _COUNT: b"%d" % len(others),
        }
        made = self._page("thanks", language, post_id, answer, scope, exercise=exercise)
        return made.filled(own)

    def report(
        self,
        language: str,
        *,
        helps: bool,
        reference: str,
        follow: str,
        time: str,
        photos_cut: bool,
    ) -> Filled:
        """That a report is kept, the reference it bears and the page that tells what becomes of it.

        ``_KEY`` stands for the reference here.
        """
        kind = "help" if helps else "safe"
        own = {_KEY: reference.encode(), _FOLLOW: follow.encode(), _TIME: time.encode()}
        return self._page("report", language, 0, kind, photos_cut, exercise=False).filled(own)

    def problem(self, kind: str, language: str, post_id: int, *, exercise: bool = False) -> Filled:
        """Why it did not work and what to do instead."""
        return self._page("problem", language, post_id, kind, exercise=exercise).filled({})

    def _page(self, name: str, language: str, post_id: int, *about: object, exercise: bool) -> Page:
        key = (name, language, post_id, self._posts.version, exercise, *about)
        if (ready := self._ready.get(key)) is None:
            if len(self._ready) >= _READY:
                self._ready.clear()
            context = self._context(language, post_id, about)
            context["exercise"] = exercise or settings.MODE == "exercise"
            made = _rendered(name, context)
            ready = self._ready[key] = Page(made, (_KEY, _WHO, _TIME, _COUNT, _FOLLOW))
        return ready

    def _context(self, language: str, post_id: int, about: tuple[object, ...]) -> dict[str, object]:
        t = texts(language)
        return {
            "t": t,
            "lang": language,
            "dir": languages.direction(language),
            "version": self._version,
            "gateway": settings.INTAKE["GATEWAY_NUMBER"],
            "digits": [(answer.value, t[_SAID[answer]]) for answer in Answer],
            "languages": [(code, texts(code)["switch"]) for code in WRITTEN if code != language],
            "key": _KEY.decode(),
            "people": _WHO.decode(),
            "follow": _FOLLOW.decode(),
            "warnings_at": self._warnings_at,
            "source_at": f"{settings.PUBLIC_URL}{settings.LINK_PATHS['registration']}code/",
            **_whom(t, self._posts.line(post_id), language),
            **_outcome(t, about),
        }


def _whom(t: dict[str, str], line: PostLine | None, language: str) -> dict[str, object]:
    """Whose page it is and whom to call: the post's, or the ministry's."""
    name = (line.name(language) if line else "") or t["ministry"]
    return {
        "post": name,
        "from_post": t["from_post"].format(post=name),
        "call": t["call"].format(post=name),
        "number": line.emergency_number if line else "",
    }


def _outcome(t: dict[str, str], about: tuple[object, ...]) -> dict[str, object]:
    """What a page about an answer, a report or a problem says."""
    match about:
        case (Answer() as answer, Scope() as scope):
            return _answered(t, answer, scope)
        case (str(kind), bool(photos_cut)):
            at = t["received_at"].format(time=_TIME.decode())
            return {"kind": kind, "photos_cut": photos_cut, "received_at": at}
        case (str(kind),):
            words = "unreadable" if kind == "too_large" else kind
            return {
                "heading": t[words],
                "how": t[f"{words}_how"],
                "again": kind not in {"forged", "expired"} and not kind.startswith("report_"),
            }
    return {}


def _answered(t: dict[str, str], answer: Answer, scope: Scope) -> dict[str, object]:
    meant = _MEANT[scope]
    return {
        "answer": _SAID[answer],
        "said": t[_SAID[answer]],
        "scope": meant,
        "meant": t[meant].format(count=_COUNT.decode()),
        "received_at": t["received_at"].format(time=_TIME.decode()),
    }


def _by_name(language: str, people: Sequence[TickBox]) -> bytes:
    return _rendered("who", {"t": texts(language), "people": people})


@cache
def _unnamed(language: str) -> bytes:
    return _by_name(language, ())


def _rendered(name: str, context: dict[str, object]) -> bytes:
    return get_template(f"intake/{name}.html").render(context).encode()


def _minted() -> bytes:
    # Unique is enough, since a key counts only together with a link: a random beginning for
    # this process and a count take a twentieth of the time of ``uuid4``.
    return b"%s%012x" % (_MINT, next(_COUNTER))
