"""Names in any script: found however they were spelled, sorted as their reader expects.

Two foldings. ``latin_key`` writes the letters of a text in plain Latin: it serves places, whose
other spellings are on file. ``search_key`` goes on to the sounds, so that Əliyev, Aliyev,
Алиев and علييف meet although no table lists them: it serves people.
"""

import re
import unicodedata
from collections import Counter
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from safeconduct.ground.kernel.letters import LATIN, MARKS

_BREAK: Final = re.compile(r"[\W_]+")
# Written inside words and not heard: apostrophes, joiners, soft hyphen, Arabic tatweel.
_INAUDIBLE: Final = re.compile("['’ʼʻ`´ʹʺ\u00ad\u200b-\u200f\u2060\ufeff\u0640]")

# Waw is a consonant at the head of a word, after alif, and before alif, yeh or heh.
_WAW_CONSONANT: Final = re.compile(r"\bو|(?<=[اآ])و|و(?=[اآيیىه])")

# Longest first: spellings of one sound in Latin letters, as Azerbaijani, English, Turkish,
# German and the transliterations of Russian write it.
_SOUNDS: Final = (
    ("shch", "s"), ("sch", "s"), ("tch", "c"), ("dzh", "c"), ("dj", "c"), ("dsch", "c"),
    ("zh", "c"), ("sh", "s"), ("ch", "c"), ("kh", "g"), ("gh", "g"), ("ph", "v"), ("th", "t"),
    ("ck", "g"),
)  # fmt: skip
_SOUND_OF: Final = dict(_SOUNDS)
_DIGRAPHS: Final = re.compile("|".join(sorted(_SOUND_OF, key=len, reverse=True)))
# Azerbaijani h is г or х in Russian, q is к or г, x is kh: one class for all that is said
# at the back of the mouth. Arabic has no v and Russian endings are heard as f.
_CLASSES: Final = str.maketrans("kqhxjfw", "ggggcvv")
_VOWELS: Final = re.compile("[aeiouy]+")
_RUNS: Final = re.compile(r"(.)\1+")

# No letter before it is of another script.
_LAST_LATIN: Final = "\u02af"
_SCRIPTS: Final = (
    ("Latn", 0x0041, 0x024F), ("Latn", 0x1E00, 0x1EFF), ("Latn", 0x0250, 0x02AF),
    ("Grek", 0x0370, 0x03FF), ("Grek", 0x1F00, 0x1FFF),
    ("Cyrl", 0x0400, 0x052F), ("Armn", 0x0530, 0x058F), ("Hebr", 0x0590, 0x05FF),
    ("Arab", 0x0600, 0x06FF), ("Arab", 0x0750, 0x077F), ("Arab", 0xFB50, 0xFDFF),
    ("Arab", 0xFE70, 0xFEFC), ("Deva", 0x0900, 0x097F), ("Thai", 0x0E00, 0x0E7F),
    ("Geor", 0x10A0, 0x10FF), ("Geor", 0x1C90, 0x1CBF), ("Jpan", 0x3040, 0x30FF),
    ("Hani", 0x3400, 0x9FFF), ("Kore", 0xAC00, 0xD7AF),
)  # fmt: skip

_AZ: Final = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz"
_RU: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_EN: Final = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS: Final = {
    "az": _AZ,
    "tr": "abcçdefgğhıijklmnoöpqrsştuüvwxyz",
    "ru": _RU + _EN,
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя" + _EN,
}
_DOTTED: Final = frozenset({"az", "tr"})


@lru_cache(maxsize=100_000)
def latin_key(text: str) -> str:
    """The text in plain small Latin letters, words parted by one space.

    Letters of scripts we hold no map for stay as they are.
    """
    if text.isascii():
        return _BREAK.sub(" ", _INAUDIBLE.sub("", text.lower())).strip()
    lowered = small(_bare(unicodedata.normalize("NFKC", text)), "en")
    latin = _WAW_CONSONANT.sub("v", lowered).translate(LATIN)
    if not latin.isascii():
        latin = _bare(unicodedata.normalize("NFKD", latin)).translate(LATIN)
        latin = unicodedata.normalize("NFC", latin)
    return _BREAK.sub(" ", latin).strip()


def search_key(text: str) -> str:
    """The sounds of a name, word by word: its first vowel as ``a``, then consonants by class.

    The same name in Azerbaijani, English, Russian, Arabic or Persian spelling gives one key
    where plain rules allow; different names may share one too, so whoever searches ranks
    what he finds by ``latin_key``.
    """
    return " ".join(filter(None, map(_sound_word, latin_key(text).split())))


def twin_key(given: str, family: str, birth_on: date | None) -> int:
    """Signed 64 bits, equal where names sound alike in any order on one birth date.

    Without a birth date only the names speak, which for common names says little:
    treat such a key as a hint for a human, never as a count.
    """
    return twin_of(search_key(f"{given} {family}"), birth_on)


def twin_of(key: str, birth_on: date | None) -> int:
    """The twin key of somebody whose whole name has this ``search_key``: for bulk work."""
    words = sorted(key.split())
    born = birth_on.isoformat() if birth_on else ""
    digest = blake2b(" ".join([*words, born]).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def sort_key(text: str, language: str) -> str:
    """A key whose code points compare as the alphabet of ``language`` does.

    Words before longer words, digits before letters, letters foreign to the alphabet
    where their plain Latin spelling puts them.
    """
    words = _BREAK.split(_INAUDIBLE.sub("", small(text, language)))
    return " ".join(_ordered_word(word, language) for word in words if word)


def script_of(text: str) -> str:
    """The ISO 15924 code of the script most letters are in; ``Zyyy`` where there are none."""
    if text and max(text) <= _LAST_LATIN:
        return "Latn" if any(map(str.isalpha, text)) else "Zyyy"
    counted = Counter(_script_of_letter(letter) for letter in text if letter.isalpha())
    return min(counted, key=lambda script: (-counted[script], script)) if counted else "Zyyy"


def small(text: str, language: str) -> str:
    """Lower case as the language has it: I is ı and İ is i in Azerbaijani and Turkish."""
    composed = unicodedata.normalize("NFC", text)
    if language in _DOTTED:
        composed = composed.replace("I", "ı")
    return composed.replace("İ", "i").casefold().replace("i̇", "i")


def _bare(text: str) -> str:
    return MARKS.sub("", _INAUDIBLE.sub("", text))


@lru_cache(maxsize=200_000)
def _sound_word(latin: str) -> str:
    sounds = _DIGRAPHS.sub(lambda found: _SOUND_OF[found[0]], latin)
    # A last h is spelled or not (Abdullah, Abdulla); Arabic and Persian end women's names on it.
    sounds = (sounds[:-1] if len(sounds) > 1 and sounds.endswith("h") else sounds).translate(
        _CLASSES
    )
    # Doubled letters are spelled or not (Məmmədov, Mamedov); Leyla keeps both of hers.
    sounds = _RUNS.sub(r"\1", sounds)
    head = "a" if _VOWELS.match(sounds) else ""
    return head + _VOWELS.sub("", sounds)


@lru_cache(maxsize=16)
def _ordering(language: str) -> dict[int, str]:
    """Small letters to characters from ``A`` on, so that code point order is alphabet order."""
    alphabet = _ALPHABETS.get(language, _EN)
    return {ord(letter): chr(0x41 + place) for place, letter in enumerate(alphabet)}


@lru_cache(maxsize=100_000)
def _ordered_word(word: str, language: str) -> str:
    table = _ordering(language)
    if not any(ord(letter) not in table and not letter.isdigit() for letter in word):
        return word.translate(table)
    return "".join(table.get(ord(letter)) or latin_key(letter).translate(table) for letter in word)


@lru_cache(maxsize=10_000)
def _script_of_letter(letter: str) -> str:
    point = ord(letter)
    for script, first, last in _SCRIPTS:
        if first <= point <= last:
            return script
    return "Zzzz"
