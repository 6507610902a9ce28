"""What a text message says, where every word of it is known; else it is for a person.

Nothing is guessed. A message counts if its words are covered completely by phrases that
say one and the same thing, with nothing between them but politeness. A negation, a second
person, a question mark, a weeping face or an unknown word leaves something uncovered, and
so the whole message to a person.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from safeconduct.response.checkins.engine.lexicon import Kind, Lexicon, lexicon, words_of
from safeconduct.response.checkins.terms import Wish
from safeconduct.wires.intake.terms import Answer

_ANSWERS: Final[Mapping[Kind, Answer]] = {
    Kind.SAFE: Answer.SAFE,
    Kind.HELP: Answer.NEEDS_HELP,
    Kind.NOT_THERE: Answer.NOT_THERE,
}
_WISHES: Final[Mapping[Kind, Wish]] = {Kind.STOP: Wish.STOP, Kind.START: Wish.START}
_SAYING: Final = frozenset({Kind.SAFE, Kind.HELP, Kind.NOT_THERE})
_BY_DIGIT: Final = {str(answer.value): kind for kind, answer in _ANSWERS.items()}
# Longer messages tell something; no list covers them.
_MOST_WORDS: Final = 16
# Letters a word must have before one slip of the finger is forgiven, and before two are.
_ONE_SLIP, _TWO_SLIPS = 5, 10
# A question asks us, a per cent sign counts a battery, a plus agrees with we know not what.
_DOUBTFUL: Final = re.compile(r"[?؟⸮;%°+=$€£№]|\({2,}|[:=]['-]?[(/\\]")
_QUOTED: Final = re.compile(r"^\s*>.*$", re.MULTILINE)
_ALARM_NUMBERS: Final = frozenset({"112", "911", "101", "102", "103", "999", "155", "110"})


class Reading(NamedTuple):
    """What a message says with certainty, and whether a person should see it before others."""

    answer: Answer | None = None
    wish: Wish | None = None
    calls: bool = False


def understood(text: str) -> Reading:
    """What a message says; ``answer`` and ``wish`` only where nothing in it says otherwise."""
    known = lexicon()
    said = own_words(text)
    for sign in known.help_signs:
        said = said.replace(sign, " sos ")
    words = [_meant(word, known) for word in words_of(said)]
    meant = None if _is_doubtful(said, known) else _one_meaning(words, known)
    answer = _ANSWERS.get(meant) if meant else None
    calls = answer is Answer.NEEDS_HELP or (answer is None and _reads_like_a_call(words, known))
    return Reading(answer, _WISHES.get(meant) if meant else None, calls)


def own_words(text: str) -> str:
    """The text without the quoted message that mail programs put beneath an answer."""
    return _QUOTED.sub("", text).partition("\n-- \n")[0]


def _one_meaning(words: Sequence[str], known: Lexicon) -> Kind | None:
    """The one kind that every way of covering the words comes to."""
    if not words or len(words) > _MOST_WORDS or sum(map(str.isdecimal, words)) > 1:
        return None
    covers = _covers(words, known)
    meanings = {cover - {Kind.FILLER} for cover in covers}
    if len(meanings) != 1:
        return None
    (said,) = meanings
    if said == {Kind.HELP, Kind.URGE}:
        return Kind.HELP
    return next(iter(said)) if len(said) == 1 and Kind.URGE not in said else None


def _covers(words: Sequence[str], known: Lexicon) -> set[frozenset[Kind]]:
    """The sets of kinds in which phrases can follow one another from first word to last."""
    at: list[set[frozenset[Kind]]] = [{frozenset()}, *(set() for _ in words)]
    for begin, sets in enumerate(at[:-1]):
        for end in range(begin + 1, min(begin + known.longest, len(words)) + 1):
            kind = _kind_of(tuple(words[begin:end]), known)
            if sets and kind is not None:
                at[end] |= {said | {kind} for said in sets}
    return at[-1]


def _kind_of(phrase: tuple[str, ...], known: Lexicon) -> Kind | None:
    if len(phrase) == 1 and phrase[0] in _BY_DIGIT:
        return _BY_DIGIT[phrase[0]]
    return known.phrases.get(phrase)


def _is_doubtful(text: str, known: Lexicon) -> bool:
    """Whether a sign beside the words may say something about them."""
    return bool(_DOUBTFUL.search(text)) or any(
        unicodedata.category(sign) == "So"
        and sign not in known.harmless_signs
        # Digits in circles and the like are digits.
        and unicodedata.digit(sign, None) is None
        for sign in text
    )


def _reads_like_a_call(words: Iterable[str], known: Lexicon) -> bool:
    """Generous: a person looks at it sooner, that is all."""
    safe = denied = False
    for word in words:
        charges = known.charges.get(word, frozenset())
        if word == "2" or word in _ALARM_NUMBERS or "worry" in charges:
            return True
        if known.phrases.get((word,)) is Kind.HELP or word.startswith(known.alarming):
            return True
        safe = safe or Kind.SAFE in charges
        denied = denied or "no" in charges
    return safe and denied


def _meant(word: str, known: Lexicon) -> str:
    """The word of ours that was meant, if it is one with a slip of the finger in it."""
    if word in known.charges or (word,) in known.phrases or word.isdecimal():
        return word
    # "Heeelp": three of a letter are a cry; words_of leaves those of other scripts.
    short = re.sub(r"(.)\1{2,}", r"\1", word)
    return short if short in known.charges else _nearest(short)


@lru_cache(maxsize=4096)
def _nearest(word: str) -> str:
    """Our nearest word, unless one that says something else is as near; else the word itself."""
    if len(word) < _ONE_SLIP or not word.isalpha():
        return word
    known = lexicon()
    allowed = 2 if len(word) >= _TWO_SLIPS else 1
    letters = _letters(word)
    near = [
        (distance, ours)
        for ours, theirs in _vocabulary()
        if abs(len(ours) - len(word)) <= allowed
        # A slip adds a letter, takes one away or both: a glance spares most comparisons.
        and (letters ^ theirs).bit_count() <= 2 * allowed
        and (distance := slips(word, ours)) <= allowed
    ]
    least, found = min(near, default=(0, ""))
    if len(found) < _ONE_SLIP or found[0] != word[0] or _denies(word, found):
        return word
    others = {ours for distance, ours in near if distance <= least}
    if any(known.charges[ours] != known.charges[found] for ours in others):
        return word
    return found if known.charges[found] <= _FORGIVEN else word


def _denies(word: str, ours: str) -> bool:
    """Turkish and Azerbaijani deny a verb by an m within it: gerekiyor, gerekmiyor."""
    return word.count("m") > ours.count("m")


@cache
def _vocabulary() -> tuple[tuple[str, int], ...]:
    return tuple((ours, _letters(ours)) for ours in lexicon().charges)


def _letters(word: str) -> int:
    """Which letters a word has, as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << ord(letter) % 61
    return bits


# A slip is forgiven in what people say; an order to stop must be spelled.
_FORGIVEN: Final = frozenset({*_SAYING, Kind.FILLER, Kind.URGE, "worry"})


def slips(one: str, other: str) -> int:
    """How many letters were missed, added, changed or swapped with their neighbour (Damerau)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before = before, row
        row = [at]
        for place, wanted in enumerate(other, 1):
            cost = letter != wanted
            best = min(before[place] + 1, row[-1] + 1, before[place - 1] + cost)
            swapped = at > 1 < place and letter == other[place - 2] and one[at - 2] == wanted
            row.append(min(best, older[place - 2] + 1) if swapped else best)
    return row[-1]
