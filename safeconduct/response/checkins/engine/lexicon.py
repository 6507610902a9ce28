"""The words people answer with, read from this capability's files: one for each language."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final

from safeconduct.ground.kernel.names import latin_key

FOLDER: Final = Path(__file__).resolve().parent.parent / "words"
LANGUAGES: Final = ("az", "en", "ru", "fa", "ar", "es", "fr", "tr")
_SIGNS: Final = "signs"

_PART: Final = re.compile(r"\[([^][()]*)\]|\(([^][()]*)\)|([^][()]+)")
# Written inside words and not heard: apostrophes, joiners, direction marks, tatweel.
_INAUDIBLE: Final = re.compile("['’ʼʻ`´ʹʺ\u00ad\u200b-\u200f\u2060\ufeff\u0640]")
_WORD: Final = re.compile(r"[^\W_]+")
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
# Persian and Arabic keyboards write one letter with several codes.
_ONE_LETTER: Final = str.maketrans("يىئكةؤأإآٱ", "یییکهواااا")
# Spellings of one sound in Latin letters, the longest first: whoever has no ş types sh or s.
_SOUNDS: Final = (
    ("shch", "s"), ("sch", "s"), ("tch", "c"), ("sh", "s"), ("ch", "c"), ("kh", "h"),
    ("gh", "g"), ("zh", "j"), ("x", "h"), ("w", "v"), ("q", "g"),
)  # fmt: skip
_DOUBLED: Final = re.compile(r"([a-z])\1+")


class Kind(StrEnum):
    """What a phrase says. Urging says nothing beside "safe" and nothing new beside "help"."""

    SAFE = "safe"
    HELP = "help"
    NOT_THERE = "not_there"
    STOP = "stop"
    START = "start"
    FILLER = "filler"
    URGE = "urge"


_LISTS: Final = ("worry", "no", "other")


class LexiconError(Exception):
    """A word list that would make a machine guess."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages together: people mix them in one message."""

    phrases: Mapping[tuple[str, ...], Kind]
    longest: int
    # Of each word, the kinds of the phrases and the names of the lists it stands in.
    charges: Mapping[str, frozenset[str]]
    # Beginnings of words that make a message read like a call for help.
    alarming: tuple[str, ...]
    harmless_signs: frozenset[str]
    help_signs: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Every list, checked.

    :raises LexiconError: for a list that says two things with one phrase.
    """
    documents = [_document(language) for language in LANGUAGES]
    return lexicon_of(documents, _document(_SIGNS))


def lexicon_of(documents: Iterable[Mapping[str, Any]], signs: Mapping[str, Any]) -> Lexicon:
    """The lists of such documents put together; raises as :func:`lexicon` does."""
    phrases: dict[tuple[str, ...], Kind] = {}
    charges: dict[str, set[str]] = defaultdict(set)
    alarming: set[str] = set()
    for document in documents:
        _read(document, phrases, charges, alarming)
    for phrase, kind in phrases.items():
        for word in phrase:
            charges[word].add(kind)
    _refuse_guessing(phrases, charges)
    return Lexicon(
        phrases=phrases | _joined(phrases, charges),
        longest=max(map(len, phrases), default=0),
        charges={word: frozenset(kinds) for word, kinds in charges.items()},
        alarming=tuple(sorted(alarming)),
        harmless_signs=frozenset("".join(signs["harmless"])),
        help_signs=frozenset("".join(signs["help"])),
    )


def expanded(pattern: str) -> Iterator[str]:
    """Every phrase that a pattern stands for.

    :raises LexiconError: for brackets that do not close, or stand in one another.
    """
    parts = [found.groups() for found in _PART.finditer(pattern)]
    if "".join(found[0] for found in _PART.finditer(pattern)) != pattern:
        raise LexiconError(f"The brackets of {pattern!r} do not fit together.")
    choices = []
    for optional, needed, plain in parts:
        if plain is not None:
            choices.append([plain])
        else:
            given = optional if optional is not None else needed
            choices.append([*given.split("|"), *([""] if optional is not None else [])])
    return (" ".join(phrase) for phrase in product(*choices))


def words_of(text: str) -> list[str]:
    """The words and numbers of a text as they are compared: no case, no accents, one script.

    Cyrillic becomes Latin, so that a message typed in either meets one list. A number
    stays one, in ASCII digits.
    """
    plain = _INAUDIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("ё", "е")
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Me")
    bare = "".join(
        letter if unicodedata.category(letter) not in ("Mn", "Mc") or letter == "\u0307" else ""
        for letter in plain
    )
    return [_compared(word) for word in _WORD.findall(bare)]


def _compared(word: str) -> str:
    if word.isdecimal():
        return "".join(str(unicodedata.decimal(digit)) for digit in word)
    if _ARABIC.search(word):
        return word.translate(_ONE_LETTER)
    latin = latin_key(word).replace(" ", "")
    for written, sound in _SOUNDS:
        latin = latin.replace(written, sound)
    return _DOUBLED.sub(r"\1", latin)


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def _read(
    document: Mapping[str, Any],
    phrases: dict[tuple[str, ...], Kind],
    charges: dict[str, set[str]],
    alarming: set[str],
) -> None:
    if unknown := document.keys() - {*Kind, *_LISTS}:
        raise LexiconError(f"Nobody reads the lists {sorted(unknown)}.")
    for kind in Kind:
        for pattern in document.get(kind, ()):
            _add(phrases, pattern, kind)
    for name in _LISTS:
        for word in document.get(name, ()):
            _note(charges, alarming, name, word)


def _add(phrases: dict[tuple[str, ...], Kind], pattern: str, kind: Kind) -> None:
    for written in expanded(pattern):
        phrase = tuple(words_of(written))
        if not phrase:
            raise LexiconError(f"{pattern!r} stands for nothing.")
        if phrases.setdefault(phrase, kind) is not kind:
            said = phrases[phrase]
            raise LexiconError(f"{' '.join(phrase)!r} is to mean both {said} and {kind}.")


def _note(charges: dict[str, set[str]], alarming: set[str], name: str, word: str) -> None:
    found = words_of(word.removesuffix("*"))
    if len(found) != 1:
        raise LexiconError(f"{word!r} in the list {name} is not one word.")
    charges[found[0]].add(name)
    if name == "worry" and word.endswith("*"):
        alarming.add(found[0])


def _refuse_guessing(
    phrases: Mapping[tuple[str, ...], Kind], charges: Mapping[str, set[str]]
) -> None:
    for phrase, kind in phrases.items():
        if kind in {Kind.SAFE, Kind.FILLER} and any("no" in charges[word] for word in phrase):
            raise LexiconError(f"{' '.join(phrase)!r} denies something: it cannot be {kind}.")


def _joined(
    phrases: Mapping[tuple[str, ...], Kind], charges: Mapping[str, set[str]]
) -> dict[tuple[str, ...], Kind]:
    """The same phrases typed without spaces, where that makes no other word."""
    found: dict[str, set[Kind]] = defaultdict(set)
    for phrase, kind in phrases.items():
        if len(phrase) > 1:
            found["".join(phrase)].add(kind)
    return {
        (word,): next(iter(kinds))
        for word, kinds in found.items()
        if len(kinds) == 1 and word not in charges and len(word) > _SHORT
    }


# Letters below which words run together too easily become others.
_SHORT: Final = 5
