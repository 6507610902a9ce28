"""News of advice."""

from dataclasses import dataclass

from safeconduct.ground.kernel.facts import Fact


@dataclass(frozen=True)
class EditionApproved(Fact):
    """What we advise about a country reads differently from now on."""

    edition_id: int


@dataclass(frozen=True)
class LevelChanged(Fact):
    """A level of a country, or where it holds, is another one than before."""

    edition_id: int
