"""The house's own texts by hazard and level, and what surrounds an alert's words in a message."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

from django.conf import settings

from safeconduct.ground.kernel.languages import COMPLETE, fallbacks
from safeconduct.ground.kernel.tokens import LENGTH
from safeconduct.readiness.advice.terms import Level
from safeconduct.response.alerts.rules import GRAVE
from safeconduct.response.alerts.terms import MOST_SEGMENTS, CapScope, Words
from safeconduct.wires.messaging.actions import TextDraft
from safeconduct.wires.messaging.rules import Segments, marked, segments
from safeconduct.wires.messaging.terms import CODE_LENGTH, CODE_PLACE, LINK_PLACE, Channel

_FOLDER: Final = Path(__file__).resolve().parent.parent
_ANSWER_PATH: Final = "/s/"
_SHORTEST_PLACE: Final = 10
# Letters of a push message: what a locked telephone shows when the message is opened up.
_LONGEST_PUSH: Final = 240
# Letters that are no accent upon another one.
_NO_ACCENT: Final = str.maketrans("əƏıøØłŁđĐ’", "eEioOlLdD'")


@dataclass(frozen=True, slots=True)
class ScopeRule:
    scope: CapScope
    reason: str


@cache
def _texts(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / "texts" / f"{language}.toml").read_text("utf-8"))


@cache
def scope_rules() -> dict[str, ScopeRule]:
    """The ministry's table by country code, and ``default``."""
    table = tomllib.loads((_FOLDER / "scopes.toml").read_text("utf-8"))
    rows = {"default": table["default"], **table.get("countries", {})}
    return {code: ScopeRule(CapScope(row["scope"]), row["reason"]) for code, row in rows.items()}


def event_name(hazard: str, language: str) -> str:
    return str(_hazard(hazard, language)["event"])


def level_event(level: int, language: str) -> str:
    """What an alert made from a level of our advice is called."""
    reader = next(code for code in fallbacks(language) if code in COMPLETE)
    return str(_texts(reader)["level"]["event"]).format(level=level)


def asking(sms: str, language: str, *, asks: bool) -> str:
    """An SMS with the question behind it where it asks, and a place for its code."""
    ask = _texts(language if language in COMPLETE else "en")["ask"]["sms"]
    return with_code(f"{sms} {ask}" if asks else sms)


def incident_names(hazard: str, event: str, place: dict[str, str]) -> dict[str, str]:
    """What happens and where, by language: how officers of each tell incidents apart."""
    names = {}
    for language in COMPLETE:
        what = event_name(hazard, language) if hazard != "other" else _typed(event, language)
        where = place.get(language) or place.get("en", "")
        names[language] = f"{what}: {where}" if where else what
    return names


def event_in(hazard: str, event: str, language: str) -> str:
    """An alert's event in the reader's language; what an officer typed stays as it was typed."""
    if event != event_name(hazard, "en"):
        return _typed(event, language)
    return event_name(hazard, next(code for code in fallbacks(language) if code in COMPLETE))


def _typed(event: str, language: str) -> str:
    """A name an officer typed stays; that of a level is ours and said in every language."""
    levels = {level_event(level, "en"): level for level in Level.values}
    return level_event(levels[event], language) if event in levels else event


def _hazard(hazard: str, language: str) -> dict[str, str]:
    known: dict[str, dict[str, str]] = _texts(language)["hazard"]
    return known.get(hazard, known["other"])


def starting_words(
    hazard: str,
    severity: str,
    place: dict[str, str],
    *,
    asks: bool,
    neutral: bool,
    exercise: bool = False,
) -> dict[str, Words]:
    """What a draft starts from in every language we are complete in.

    ``neutral`` leaves out of the SMS whose ministry writes: a text that names
    neither it nor a nationality gives nobody away. An ``exercise`` leaves room for its mark.
    """
    texts = {
        # The mark of an exercise takes the room of the ministry's name.
        language: _words(language, hazard, severity, place, asks=asks, neutral=neutral or exercise)
        for language in COMPLETE
    }
    return {
        language: replace(words, sms=_short_sms(words.sms, where, language, exercise=exercise))
        for language, (words, where) in texts.items()
    }


def _words(
    language: str, hazard: str, severity: str, place: dict[str, str], *, asks: bool, neutral: bool
) -> tuple[Words, str]:
    """The words, whose SMS still has a place for the place, and what to write there."""
    where = place.get(language) or place.get("en") or next(iter(place.values()), "")
    texts, ask = _hazard(hazard, language), _texts(language)["ask"]
    before = "" if neutral else ask["prefix"] + " "
    after = " " + ask["sms"] if asks else ""
    words = Words(
        headline=f"{texts['event']}: {where}"[:160],
        description=texts["act" if severity in GRAVE else "watch"].format(place=where),
        instruction=texts["do"],
        sms=with_code(before + texts["sms"] + after),
    )
    return words, _in_gsm(where) if language == "en" else where


def _in_gsm(place: str) -> str:
    """A place without its accents: one letter outside GSM's own halves what an SMS holds."""
    plain = normalize("NFKD", place.translate(_NO_ACCENT)).encode("ascii", "ignore").decode()
    return plain or place


def _short_sms(text: str, place: str, language: str, *, exercise: bool) -> str:
    """The text with as much of the place's name as two parts leave room for."""
    for length in range(len(place), _SHORTEST_PLACE, -1):
        some = place if length == len(place) else place[:length].rstrip() + "."
        sms = text.replace("{place}", some)
        if sms_segments(sms, language=language, exercise=exercise).count <= MOST_SEGMENTS:
            return sms
    return text.replace("{place}", place[:_SHORTEST_PLACE])


def correcting_words(headlines: dict[str, str], *, neutral: bool) -> dict[str, Words]:
    """What the correction of a stopped alert starts from, by the languages that one had."""
    return {
        language: _correction(language, headline, neutral=neutral)
        for language, headline in headlines.items()
        if language in COMPLETE
    }


def _correction(language: str, headline: str, *, neutral: bool) -> Words:
    texts, ask = _texts(language)["correction"], _texts(language)["ask"]
    sms = with_code(texts["sms"] if neutral else f"{ask['prefix']} {texts['sms']}")
    # A long place stands at the headline's end: it is what gives way.
    named = _in_gsm(headline) if language == "en" else headline
    return Words(
        headline=texts["headline"].format(headline=headline)[:160],
        description=texts["description"].format(headline=headline),
        instruction=texts["instruction"],
        sms=_short_sms(sms.replace("{headline}", "{place}"), named, language, exercise=False),
    )


def cancelled(language: str) -> str:
    """The sentence a cancelled alert is published with."""
    known = language if language in COMPLETE else "en"
    return str(_texts(known)["ask"]["cancelled"])


def message_texts(words: dict[str, Words], *, asks: bool) -> list[TextDraft]:
    """Every text a batch needs: SMS, mail and push in each language that is written."""
    drafts = []
    for language, word in sorted(words.items()):
        mail = _mail(language, word, asks=asks)
        drafts += [
            TextDraft(language, Channel.SMS, with_code(word.sms)),
            TextDraft(language, Channel.EMAIL, mail, subject=word.headline),
            TextDraft(language, Channel.PUSH, _push(word), subject=word.headline),
        ]
    return drafts


def with_code(sms: str) -> str:
    """The text with a place for the code by which its reader can check it."""
    return sms.strip() if CODE_PLACE in sms else f"{sms.strip()} #{CODE_PLACE}"


def _push(word: Words) -> str:
    """What to do, in the few lines a telephone shows of it; link and buttons stand apart."""
    said = " ".join((word.instruction.strip() or word.description).split())
    return with_code(said if len(said) <= _LONGEST_PUSH else said[: _LONGEST_PUSH - 1] + "…")


def _mail(language: str, word: Words, *, asks: bool) -> str:
    ask = _texts(language if language in COMPLETE else "en")["ask"]
    # Everybody is told at first contact where we have them from; telling them again harms nobody.
    notice = ask["notice"].format(register=f"{settings.PUBLIC_URL}/me/link/")
    verify = ask["verify"].format(code=CODE_PLACE, verify=f"{settings.PUBLIC_URL}/v/{CODE_PLACE}")
    parts = [word.headline, word.description, word.instruction]
    parts += [ask["email"] if asks else ask["plain"], verify, "--" + notice]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def sms_segments(sms: str, *, language: str = "en", exercise: bool = False) -> Segments:
    """The parts an SMS is cut into once link, code and, in an exercise, its mark stand in it."""
    link = settings.ANSWER_URL.rstrip("/") + _ANSWER_PATH + "0" * LENGTH
    text = with_code(sms).replace(LINK_PLACE, link).replace(CODE_PLACE, "X" * CODE_LENGTH)
    return segments(marked(text, language) if exercise else text)
