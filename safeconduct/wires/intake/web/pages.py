"""The pages of the door: rendered once for each language and post, filled in for each reader."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.template.loader import get_template

from safeconduct.ground.kernel import languages
from safeconduct.wires.intake.engine.ports import PostLine
from safeconduct.wires.intake.terms import Answer, Scope
from safeconduct.wires.intake.web.texts import WRITTEN, texts

_STATIC: Final = Path(__file__).parent.parent / "static" / "intake"
# Pages kept ready: one for each language, post and outcome that occurs.
_READY: Final = 2000
# Private-use characters stand where something of the reader's own goes in.
_KEY, _WHO, _TIME, _COUNT = (chr(0xE000 + n).encode() for n in range(4))
_SAID: Final = {
    Answer.SAFE: "safe",
    Answer.NEEDS_HELP: "needs_help",
    Answer.NOT_THERE: "not_there",
}
_MEANT: Final = {Scope.ME: "me", Scope.ALL_OF_US: "all", Scope.LISTED: "listed"}
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

    def __init__(self) -> None:
        self._ready: dict[tuple[object, ...], bytes] = {}
        self.style = (_STATIC / "answer.css").read_bytes()
        self.script = (_STATIC / "answer.js").read_bytes()
        self._version = sha256(self.style + self.script).hexdigest()[:8]

    def question(self, language: str, post: PostLine | None, people: Sequence[TickBox]) -> bytes:
        """The question, with a key of its own: a page rendered twice is two chances to answer."""
        ready = self._made("question", language, post)
        return ready.replace(_KEY, _minted()).replace(_WHO, self._who(language, people))

    def thanks(
        self,
        language: str,
        post: PostLine | None,
        *,
        answer: Answer,
        scope: Scope,
        others: Sequence[str],
        time: str,
    ) -> bytes:
        """What was recorded, and how to say otherwise."""
        ready = self._made("thanks", language, post, answer, scope)
        sealed = "".join(
            f'<input type="hidden" name="others" value="{escape(other)}">' for other in others
        )
        return (
            ready.replace(_KEY, _minted())
            .replace(_WHO, sealed.encode())
            .replace(_TIME, time.encode())
            .replace(_COUNT, b"%d" % len(others))
        )

    def problem(self, kind: str, language: str, post: PostLine | None = None) -> bytes:
        """Why it did not work and what to do instead."""
        return self._made("problem", language, post, kind)

    def _who(self, language: str, people: Sequence[TickBox]) -> bytes:
        if len(people) < 2:
            return self._kept(
                ("who", language),
                lambda: _rendered("who", {"t": texts(language)}),
            )
        return _rendered("who", {"t": texts(language), "people": people})

    def _made(self, name: str, language: str, post: PostLine | None, *about: object) -> bytes:
        line = (post.name(language), post.emergency_number) if post else ("", "")
        return self._kept(
            (name, language, line, *about),
            lambda: _rendered(name, self._context(language, line, about)),
        )

    def _kept(self, key: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
        if (ready := self._ready.get(key)) is None:
            if len(self._ready) >= _READY:
                self._ready.clear()
            ready = self._ready[key] = make()
        return ready

    def _context(
        self, language: str, line: tuple[str, str], about: tuple[object, ...]
    ) -> dict[str, object]:
        t = texts(language)
        name = line[0] or t["ministry"]
        return {
            "t": t,
            "lang": language,
            "dir": languages.direction(language),
            "version": self._version,
            "post": name,
            "from_post": t["from_post"].format(post=name),
            "call": t["call"].format(post=name),
            "number": line[1],
            "gateway": settings.INTAKE["GATEWAY_NUMBER"],
            "digits": [(answer.value, t[_SAID[answer]]) for answer in Answer],
            "languages": [(code, texts(code)["switch"]) for code in WRITTEN if code != language],
            "key": _KEY.decode(),
            "people": _WHO.decode(),
            **_outcome(t, about),
        }


def _outcome(t: dict[str, str], about: tuple[object, ...]) -> dict[str, object]:
    match about:
        case (Answer() as answer, Scope() as scope):
            meant = _MEANT[scope]
            return {
                "answer": _SAID[answer],
                "said": t[_SAID[answer]],
                "scope": meant,
                "meant": t[meant].format(count=_COUNT.decode()),
                "received_at": t["received_at"].format(time=_TIME.decode()),
            }
        case (str(kind),):
            words = "unreadable" if kind == "too_large" else kind
            return {
                "heading": t[words],
                "how": t[f"{words}_how"],
                "again": kind not in {"forged", "expired"},
            }
    return {}


def _rendered(name: str, context: dict[str, object]) -> bytes:
    return get_template(f"intake/{name}.html").render(context).encode()


def _minted() -> bytes:
    return str(uuid4()).encode()
