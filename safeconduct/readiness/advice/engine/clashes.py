"""What is said now about a place, held against its level and against what else is said there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.readiness.advice import rules
from safeconduct.readiness.advice.engine.area import overlap
from safeconduct.readiness.advice.engine.witnesses import Said
from safeconduct.readiness.advice.models import LevelText
from safeconduct.readiness.advice.rules import Clash
from safeconduct.readiness.advice.terms import AreaKind

_SAID: Final = {
    Clash.TOLD_TO_LEAVE: _(
        "An alert in force tells people to leave, the level tells them to stay."
    ),
    Clash.TOLD_ALL_CLEAR: _("An alert in force gives the all-clear, the level says do not travel."),
    Clash.LOUD_WHERE_CALM: _("An alert in force is graver than the level of the place says."),
    Clash.LEAVE_AND_SHELTER: _(
        "One alert tells people to leave, another to take shelter where they are."
    ),
    Clash.CLEAR_AND_LEAVE: _("One alert gives the all-clear, another tells people to leave."),
    Clash.CLEAR_AND_SHELTER: _("One alert gives the all-clear, another says to take shelter."),
}
# The same where one of them is an incident, whose level officers act by.
_OF_INCIDENT: Final = {
    Clash.TOLD_TO_LEAVE: _("An incident's level has people leave, the advice has them stay."),
    Clash.LEAVE_AND_SHELTER: _("An incident's level has people leave, an alert has them shelter."),
    Clash.CLEAR_AND_LEAVE: _("An alert gives the all-clear, an incident's level has people leave."),
}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What does not agree, in a sentence; ``others`` are addresses of what it disagrees with."""

    country: str
    sentence: str | Promise
    about: str
    is_dangerous: bool
    others: tuple[tuple[str | Promise, str], ...] = ()


def against_level(texts: Sequence[LevelText], said: Said) -> Iterator[Contradiction]:
    """What is said, where the level of its place says otherwise."""
    level = _level_where(texts, said)
    for clash in rules.clashes_with_level(said.asks, said.severity, level):
        yield Contradiction(
            said.country,
            _sentence(clash, [said]),
            said.title,
            is_dangerous=rules.is_dangerous(clash, said.severity),
            others=((said.title, said.address), _advice(said.country)),
        )


def against_each_other(heard: Iterable[Said]) -> Iterator[Contradiction]:
    """Every two that ask the opposite of people in one place of one country.

    Leave now and stay indoors at once were said of one war to the same people in 2026.
    """
    for one, other in combinations(heard, 2):
        clash = rules.clash_between(one.asks, other.asks)
        if clash is None or one.country != other.country or not _meet(one, other):
            continue
        yield Contradiction(
            one.country,
            _sentence(clash, [one, other]),
            f"{one.title} / {other.title}",
            is_dangerous=True,
            others=((one.title, one.address), (other.title, other.address)),
        )


def _advice(country: str) -> tuple[str | Promise, str]:
    return _("Advice"), reverse("advice:country", args=[country])


def _meet(one: Said, other: Said) -> bool:
    """Whether they reach somebody both; two views of one incident's country are no quarrel."""
    if one.is_incident and other.is_incident:
        return False
    return not one.runs[0] or not other.runs[0] or overlap(one.runs, other.runs)


def _sentence(clash: Clash, said: Sequence[Said]) -> str | Promise:
    of_incident = any(one.is_incident for one in said)
    return _OF_INCIDENT.get(clash, _SAID[clash]) if of_incident else _SAID[clash]


def _level_where(texts: Sequence[LevelText], said: Said) -> int:
    """The highest of the levels that hold where something was said; none is 0.

    Of an incident we know the countries only: it may be about any area of theirs.
    """
    areas = [text for text in texts if text.kind != AreaKind.COUNTRY]
    if said.is_incident:
        return max((text.level for text in texts), default=0)
    levels = [
        text.level
        for text in areas
        if said.runs[0] and overlap((text.cells_from, text.cells_until), said.runs)
    ]
    whole = [text.level for text in texts if text.kind == AreaKind.COUNTRY]
    return max(levels or whole, default=0)
