"""Languages as lists write them."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel.languages import CODES
from safeconduct.ground.kernel.names import latin_key

_FILE: Final = Path(__file__).parent.parent.parent / "data/languages.toml"
# az-Latn-AZ and en_GB: the language stands first (RFC 5646, 2.1).
_TAG: Final = re.compile(r"([A-Za-z]{2,3})[-_][-_A-Za-z0-9]+")
_SEVERAL: Final = re.compile(r"[;,/|()\n]")
_WORDS_FOR_LANGUAGE: Final = frozenset(
    map(latin_key, ("dil", "dili", "dilində", "language", "язык", "мова", "زبان", "لغة", "اللغة"))
)


@cache
def known_names() -> dict[str, str]:
    """Name of a language, folded → its code; every code names itself."""
    names: dict[str, list[str]] = tomllib.loads(_FILE.read_text("utf-8"))
    found = {_folded(name): code for code, told in names.items() for name in told}
    return found | {code: code for code in CODES}


@lru_cache(maxsize=10_000)
def language_named(written: str) -> str:
    """The code of the first language named that we write in; empty if we write in none."""
    parts = (part.strip() for part in _SEVERAL.split(written))
    return next(filter(None, map(_named, parts)), "")


def _named(part: str) -> str:
    tag = _TAG.fullmatch(part)
    return known_names().get(_folded(part)) or known_names().get(tag[1].lower() if tag else "", "")


def _folded(name: str) -> str:
    return " ".join(word for word in latin_key(name).split() if word not in _WORDS_FOR_LANGUAGE)
