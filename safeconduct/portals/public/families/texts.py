"""The words for families, by language: the ministry's own, beside this file."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel import languages

FOLDER: Final = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Part:
    title: str
    text: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    language: str
    title: str
    lead: str
    # What the links to asking for help and to checking a message are called: the parts name them.
    help: str
    verify: str
    parts: tuple[Part, ...]


@cache
def written() -> frozenset[str]:
    """The languages families are written to in."""
    return frozenset(path.stem for path in FOLDER.glob("*.toml"))


@cache
def words(language: str) -> Words:
    """The page's words in the reader's language or the next best one."""
    code = next(one for one in languages.fallbacks(language) if one in written())
    told = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    return Words(
        language=code,
        title=told["title"],
        lead=told["lead"],
        help=told["help"],
        verify=told["verify"],
        parts=tuple(
            Part(part["title"], part.get("text", ""), tuple(part.get("points", ())))
            for part in told["part"]
        ),
    )
