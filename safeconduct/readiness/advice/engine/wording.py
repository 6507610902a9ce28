"""The renderings of a level text: page, SMS, call script and press line, from one object."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date

from safeconduct.ground.kernel.languages import COMPLETE, fallbacks
from safeconduct.readiness.advice.terms import MOST_SEGMENTS, Level, Words
from safeconduct.wires.messaging.rules import Segments, segments

_FOLDER: Final = Path(__file__).resolve().parent.parent / "texts"
_PLACE: Final = re.compile(r"\{(\w+)\}")


@cache
def _texts(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))


@cache
def _written() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.glob("*.toml"))


def _best(language: str) -> str:
    return next(code for code in fallbacks(language) if code in _written())


@dataclass(frozen=True, slots=True)
class LevelName:
    """What a level is called and what it means, and the language that is said in."""

    level: int
    name: str
    means: str
    language: str


def level_name(level: int, language: str) -> LevelName:
    best = _best(language)
    said = _texts(best)["level"][str(level)]
    return LevelName(level, said["name"], said["means"], best)


def level_names(language: str) -> list[LevelName]:
    """All four, the lowest first."""
    return [level_name(level, language) for level in Level.values]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What renderings say besides the officer's words."""

    place: str
    level: int
    on: date
    url: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything that is ever said of a level in one language, made from one object."""

    language: str
    level: LevelName
    words: Words
    place: str
    sms: str
    # Says nothing of whose advice it is.
    neutral_sms: str
    call: str
    press: str

    @property
    def cut(self) -> Segments:
        return segments(self.sms)

    @property
    def too_many(self) -> bool:
        return self.cut.count > MOST_SEGMENTS


def rendering(words: Words, around: Surroundings, language: str) -> Rendering:
    """Page words, SMS, call script and press line in one language.

    The frame of languages we are not complete in comes from the next best one.
    """
    frame = language if language in COMPLETE else _complete(language)
    said, named = _texts(frame)["render"], level_name(around.level, language)
    filled = {
        "place": around.place,
        "level": str(around.level),
        "ordinal": _texts(frame).get("ordinal", {}).get(str(around.level), ""),
        "name": named.name,
        "headline": _closed(words.headline),
        "why": words.why.strip(),
        "short": _closed(words.short),
        "steps": "\n".join(f"{number}. {step}" for number, step in enumerate(words.steps, 1)),
        "on": format_date(around.on, "long", locale=frame),
        "url": around.url,
        "phone": around.phone,
    }
    call = said["call" if around.phone else "call_without_phone"]
    return Rendering(
        language=language,
        level=named,
        words=words,
        place=around.place,
        sms=_fill(said["sms"], filled),
        neutral_sms=_fill(said["sms_neutral"], filled),
        call=_fill(call, filled).strip(),
        press=_fill(said["press"], filled),
    )


def tells(words: Words, language: str, tone: str) -> list[str]:
    """Phrases of a tone (``leave`` or ``calm``) that stand in the words."""
    if language not in COMPLETE:
        return []
    # An instruction says what to do now; why and headline may speak of the past.
    text = f"{words.headline}\n{words.do}\n{words.short}".casefold()
    return [phrase for phrase in _texts(language)["telling"][tone] if phrase.casefold() in text]


def _complete(language: str) -> str:
    return next(code for code in fallbacks(language) if code in COMPLETE)


def _closed(text: str) -> str:
    """The text as a sentence: an officer seldom ends a headline with a full stop."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def _fill(frame: str, filled: dict[str, str]) -> str:
    # In one pass and not by str.format: an officer's braces are text.
    return _PLACE.sub(lambda found: filled.get(found[1], found[0]), frame)
