"""What people are asked to agree to, one purpose at a time, and what their No brings about.

The words stand in ``texts/consents.toml`` by purpose, version and language, old versions
too: what somebody agreed to stays readable. Being warned of danger and looked for in it is
the ministry's task by law and in people's vital interest; it rests on no consent.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel import languages
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.catalogues import Catalogue
from safeconduct.ground.privacy.sealing import Subject

WARNINGS: Final = "warnings"
SENSITIVE: Final = "sensitive"
FAMILY: Final = "family"
PARTNERS: Final = "partners"

_TEXTS: Final = Path(__file__).parent / "texts" / "consents.toml"

# Done in the transaction in which somebody agrees (True) or takes it back (False).
type Effect = Callable[[Subject, bool, datetime, Actor], None]
effects: Catalogue[Effect] = Catalogue("effect of a consent")


@dataclass(frozen=True)
class Wording:
    """What is asked, in one language: a line, what it means, and what a No brings about."""

    title: str
    text: str
    without: str


@dataclass(frozen=True)
class Purpose:
    name: str
    version: int
    _written: dict[int, dict[str, Wording]]

    def wording(self, language: str, version: int | None = None) -> Wording:
        """The words of a version, the current one by default, in the next best language."""
        written = self._written[version or self.version]
        return next(written[code] for code in languages.fallbacks(language) if code in written)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._written[self.version])


@cache
def purposes() -> dict[str, Purpose]:
    """Every purpose by name, in the order people are asked."""
    written = tomllib.loads(_TEXTS.read_text("utf-8"))
    return {name: _purpose(name, told) for name, told in written.items()}


def _purpose(name: str, told: dict[str, object]) -> Purpose:
    version = told["version"]
    assert isinstance(version, int)  # noqa: S101 -- a file of ours, read by a test
    texts = {
        int(number): {code: Wording(**words) for code, words in by_language.items()}
        for number, by_language in told.items()
        if number.isdecimal() and isinstance(by_language, dict)
    }
    return Purpose(name, version, texts)
