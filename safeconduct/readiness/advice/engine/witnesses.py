"""Others who speak about places: what they say now, to be held against the advice.

Capabilities above register themselves here at start-up; advice knows none of them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from safeconduct.readiness.advice.terms import Asks


@dataclass(frozen=True, slots=True)
class Said:
    """A live text about places in a country: an alert in force, say.

    ``runs`` is where it holds, first and last cell of each run; empty for the whole
    country. ``address`` is its console page, ``shown_at`` its public one if it has any.
    ``severity`` is an alert's in CAP's words; an incident says ``is_incident`` and none.
    """

    country: str
    title: str
    asks: Asks
    said_at: datetime
    address: str
    shown_at: str = ""
    runs: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    severity: str = ""
    is_incident: bool = False


type Witness = Callable[[Collection[str] | None, datetime, str], list[Said]]
_witnesses: list[Witness] = []


def register(witness: Witness) -> None:
    """Have ``witness(countries, now, language)`` asked; once, however often it is registered."""
    if witness not in _witnesses:
        _witnesses.append(witness)


def said_about(countries: Collection[str] | None, now: datetime, language: str) -> list[Said]:
    """Everything others say about these countries (None: all) now, the latest first."""
    found = [said for witness in _witnesses for said in witness(countries, now, language)]
    return sorted(found, key=lambda said: said.said_at, reverse=True)
