"""Names of made-up people in three scripts, with their keys worked out once each."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel import names

_DATA: Final = Path(__file__).resolve().parent.parent.parent / "data" / "names.toml"
SCRIPTS: Final = ("Latn", "Cyrl", "Arab")
_LANGUAGE_OF_SCRIPT: Final = ("az", "ru", "ar")


@dataclass(frozen=True, slots=True)
class Name:
    given: str
    family: str
    language: str
    script: str
    name_key: str
    sort_key: str


@dataclass(frozen=True)
class NameBook:
    men: list[list[str]]
    women: list[list[str]]
    families: list[list[str]]
    endings: dict[str, list[str]]


@cache
def book() -> NameBook:
    return NameBook(**tomllib.loads(_DATA.read_text()))


@cache
def name(woman: bool, given: int, family: int, script: int) -> Name:
    """The name with these places in the book, as entered in one script."""
    entries = book().women if woman else book().men
    first = entries[given % len(entries)][script]
    last = _family(book().families[family % len(book().families)][script], woman, script)
    language = _LANGUAGE_OF_SCRIPT[script]
    return Name(
        given=first,
        family=last,
        language=language,
        script=SCRIPTS[script],
        name_key=names.search_key(f"{first} {last}"),
        sort_key=names.sort_key(f"{last} {first}", language),
    )


def _family(stem: str, woman: bool, script: int) -> str:
    ending = book().endings[_LANGUAGE_OF_SCRIPT[script]][int(woman)]
    if script == 0 and stem.endswith("y"):
        return f"{stem}e{ending[1:]}"
    return stem + ending
