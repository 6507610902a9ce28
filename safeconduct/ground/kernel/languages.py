"""Languages people are written to in: order of fallback, direction, small codes."""

from collections.abc import Mapping
from typing import Final

# The position is stored in answer links and tables: append, never reorder.
CODES: Final = ("az", "en", "ru", "fa", "ar", "tr", "fr", "es", "de", "ka", "uk")
RIGHT_TO_LEFT: Final = frozenset({"fa", "ar"})
# Languages the interface is kept complete in.
COMPLETE: Final = ("az", "en", "ru")

_NEXT_BEST: Final = {
    "az": ("en", "ru"),
    "ru": ("en", "az"),
    "tr": ("az", "en"),
    "fa": ("az", "en"),
    "uk": ("ru", "en"),
    "ka": ("ru", "en"),
}


def fallbacks(language: str) -> tuple[str, ...]:
    """The languages to try for a person, their own first, every written one at last."""
    wanted = (language, *_NEXT_BEST.get(language, ("en",)), *COMPLETE)
    return tuple(dict.fromkeys(wanted))


def direction(language: str) -> str:
    """``rtl`` or ``ltr``, the HTML ``dir`` of a text."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def number_of(language: str) -> int:
    return CODES.index(language)


def language_of(number: int) -> str:
    return CODES[number]


def in_words(names: Mapping[str, str] | None, language: str) -> str:
    """Words kept per language, in the reader's or the next best one; empty if there are none."""
    written = names or {}
    return next((written[code] for code in fallbacks(language) if written.get(code)), "")
