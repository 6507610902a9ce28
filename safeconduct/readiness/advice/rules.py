"""What may be approved and by whom, when advice lapses, which texts disagree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.readiness.advice.terms import (
    LONGEST_UNREVIEWED,
    REMIND_BEFORE,
    AreaKind,
    Asks,
    Change,
    EditionState,
    Level,
    Words,
)

_FOLLOWS: Final = {
    EditionState.DRAFT: frozenset({EditionState.SUBMITTED}),
    EditionState.SUBMITTED: frozenset({EditionState.DRAFT, EditionState.LIVE}),
    EditionState.LIVE: frozenset({EditionState.PAST}),
    EditionState.PAST: frozenset[EditionState](),
}


class Obstacle(StrEnum):
    """Why an edition cannot be submitted or approved now, by this person."""

    WRONG_STATE = "wrong_state"
    OWN_WORDS = "own_words"
    NO_COUNTRY_LEVEL = "no_country_level"
    NO_AREA_NAME = "no_area_name"
    NO_WORDS = "no_words"
    SECTION_LACKS_LANGUAGE = "section_lacks_language"
    NO_REVIEW = "no_review"
    REVIEW_PASSED = "review_passed"
    REVIEW_TOO_LATE = "review_too_late"


def may_follow(before: EditionState, after: EditionState) -> bool:
    """Whether an edition may pass from one state to another. What was approved stays."""
    return after in _FOLLOWS[before]


@dataclass(frozen=True, slots=True)
class LevelIn:
    """A level text as decisions look at it: its place, level and words by language."""

    level: int
    kind: AreaKind
    names: Mapping[str, str]
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the decision to submit or approve looks at."""

    state: EditionState
    writers: frozenset[int]
    levels: Sequence[LevelIn]
    # Languages in which each section is written.
    sections: Mapping[str, frozenset[str]]
    review_on: date | None


def obstacle_to_submit(candidate: Candidate, *, today: date) -> Obstacle | None:
    """The first thing that is missing, or None: a second person may look at it."""
    if not may_follow(candidate.state, EditionState.SUBMITTED):
        return Obstacle.WRONG_STATE
    return _lacks(candidate, today)


def obstacle_to_approve(candidate: Candidate, *, approver_id: int, today: date) -> Obstacle | None:
    """The first thing that stands in the way of this person's approval, or None."""
    if not may_follow(candidate.state, EditionState.LIVE):
        return Obstacle.WRONG_STATE
    if approver_id in candidate.writers:
        return Obstacle.OWN_WORDS
    return _lacks(candidate, today)


def _lacks(candidate: Candidate, today: date) -> Obstacle | None:
    found = (_lacks_words(level) for level in candidate.levels)
    if not any(level.kind == AreaKind.COUNTRY for level in candidate.levels):
        return Obstacle.NO_COUNTRY_LEVEL
    if first := next((obstacle for obstacle in found if obstacle), None):
        return first
    if any(not written.issuperset(COMPLETE) for written in candidate.sections.values()):
        return Obstacle.SECTION_LACKS_LANGUAGE
    return _wrong_review(candidate, today)


def _lacks_words(level: LevelIn) -> Obstacle | None:
    if level.kind != AreaKind.COUNTRY and not all(level.names.get(code) for code in COMPLETE):
        return Obstacle.NO_AREA_NAME
    if all(code in level.words and level.words[code].is_whole for code in COMPLETE):
        return None
    return Obstacle.NO_WORDS


def _wrong_review(candidate: Candidate, today: date) -> Obstacle | None:
    if candidate.review_on is None:
        return Obstacle.NO_REVIEW
    if candidate.review_on <= today:
        return Obstacle.REVIEW_PASSED
    highest = max(level.level for level in candidate.levels)
    if candidate.review_on > today + LONGEST_UNREVIEWED[highest]:
        return Obstacle.REVIEW_TOO_LATE
    return None


def usual_review(levels: Iterable[int], *, today: date) -> date:
    """The latest day an edition of these levels may go unreviewed to."""
    return today + LONGEST_UNREVIEWED[max(levels, default=1)]


def has_lapsed(review_on: date | None, *, today: date) -> bool:
    """Whether the day by which somebody should have read it again has passed."""
    return review_on is not None and review_on < today


def is_due_soon(review_on: date | None, *, today: date) -> bool:
    """Whether it is time to read it again, so that it does not lapse."""
    if review_on is None or has_lapsed(review_on, today=today):
        return False
    return review_on <= today + REMIND_BEFORE


class Standing(StrEnum):
    """What an approved text is worth to whoever speaks from it now."""

    IN_FORCE = "in_force"
    # Nobody has read it again in time.
    LAPSED = "lapsed"
    REPLACED = "replaced"


def standing_of(state: EditionState, review_on: date | None, *, today: date) -> Standing:
    """Whether what was taken from an approved edition still says what we advise."""
    if state is not EditionState.LIVE:
        return Standing.REPLACED
    return Standing.LAPSED if has_lapsed(review_on, today=today) else Standing.IN_FORCE


class Clash(StrEnum):
    """How two live texts for one place disagree."""

    TOLD_TO_LEAVE = "told_to_leave"
    TOLD_ALL_CLEAR = "told_all_clear"
    LOUD_WHERE_CALM = "loud_where_calm"
    LEAVE_AND_SHELTER = "leave_and_shelter"
    CLEAR_AND_LEAVE = "clear_and_leave"
    CLEAR_AND_SHELTER = "clear_and_shelter"


# Levels at which nobody is asked to leave.
_STAYING: Final = frozenset({Level.USUAL, Level.CAUTION})
# Up to which level an alert of a severity is graver than the advice of its place: at level 1
# people are told to care as they would at home.
_CALM_UNTIL: Final = {"Extreme": Level.CAUTION, "Severe": Level.USUAL}
_OPPOSITES: Final = {
    frozenset({Asks.LEAVE, Asks.SHELTER}): Clash.LEAVE_AND_SHELTER,
    frozenset({Asks.CLEAR, Asks.LEAVE}): Clash.CLEAR_AND_LEAVE,
    frozenset({Asks.CLEAR, Asks.SHELTER}): Clash.CLEAR_AND_SHELTER,
}


def clashes_with_level(asks: Asks, severity: str, level: int) -> list[Clash]:
    """How what is said disagrees with the level where it is said; 0 stands for no advice."""
    if level in _STAYING and asks is Asks.LEAVE:
        return [Clash.TOLD_TO_LEAVE]
    if level == Level.NO_TRAVEL and asks is Asks.CLEAR:
        return [Clash.TOLD_ALL_CLEAR]
    is_calm = 0 < level <= _CALM_UNTIL.get(severity, 0)
    return [Clash.LOUD_WHERE_CALM] if is_calm and asks is not Asks.CLEAR else []


def clash_between(one: Asks, other: Asks) -> Clash | None:
    """How two texts for one place ask opposite things of people, if they do."""
    return _OPPOSITES.get(frozenset({one, other}))


def is_dangerous(clash: Clash, severity: str) -> bool:
    """Whether somebody who obeys the wrong one of them is in danger."""
    if clash is Clash.LOUD_WHERE_CALM:
        return severity == "Extreme"
    return clash is not Clash.TOLD_ALL_CLEAR


type Places = Mapping[str, int]


def change_between(before: Places | None, after: Places, *, country: str = "") -> Change:
    """What a new edition does to the levels: by place, the whole country under ``country``.

    The country's own level speaks first; where it stays, an area that is new, gone or
    of another level is a change of areas.
    """
    if before is None:
        return Change.FIRST
    if before[country] != after[country]:
        return Change.RAISED if after[country] > before[country] else Change.LOWERED
    return Change.NONE if dict(before) == dict(after) else Change.AREAS


def since(before: tuple[Words, datetime] | None, words: Words, now: datetime) -> datetime:
    """Since when words read so: an edition that repeats them does not make them younger."""
    return before[1] if before is not None and before[0] == words else now
