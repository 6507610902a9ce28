"""How much of its channel's traffic a provider gets: all its part, less, or none.

A provider that fails loses everything at once and wins it back in steps, so that it never
swings between the two. The steps, as a rule:

1. Three bad calls that are at least half of those seen: it is out. Bad is a call that failed
   or was slow, also one that has not been answered yet but is slow already.
2. Out it stays for ``out`` seconds, twice as long at each relapse (at most 16 times), and for
   as long as its link test fails.
3. Then it gets a twentieth of its part, and twice as much again after each ``step`` seconds
   in which at least five calls went and at most one in ten was bad. Without calls the
   steps take ten times as long.
4. Between one in ten and half, nothing changes. After ``calm`` seconds at full part its relapses
   are forgotten.
5. A link that two tests in a row found dead, while no call went well, is out like one that failed.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

FIRST_SHARE: Final = 0.05
_ENOUGH_BAD: Final = 3
_ENOUGH_GOOD: Final = 5
_MOST_RELAPSES: Final = 5
_QUIET_FACTOR: Final = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds; see the rule above. ``slow`` is when a call counts as bad without failing."""

    window: float
    slow: float
    out: float
    step: float
    calm: float
    probe: float

    @classmethod
    def of(cls, settings: dict[str, Any]) -> "Pace":
        return cls(**{name.removesuffix("_SECONDS").lower(): v for name, v in settings.items()})


@dataclass(frozen=True, slots=True)
class Seen:
    """Calls since the share last changed, at most a window's, and what link tests say.

    ``link`` is false after two that failed in a row, none where the kind cannot be tested.
    """

    good: int = 0
    bad: int = 0
    link: bool | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The share of its part a provider gets, since when, and how often it fell from it."""

    share: float = 1.0
    since: float = 0.0
    relapses: int = 0

    @property
    def is_out(self) -> bool:
        return self.share == 0.0


def next_course(course: Course, seen: Seen, *, now: float, pace: Pace) -> Course:
    """What follows from what was seen."""
    if course.is_out:
        return _after_pause(course, seen, now=now, pace=pace)
    if is_sick(seen):
        relapses = min(course.relapses + 1, _MOST_RELAPSES)
        return Course(share=0.0, since=now, relapses=relapses)
    if course.share < 1.0:
        return _risen(course, seen, now=now, pace=pace)
    if course.relapses and now - course.since >= pace.calm:
        return replace(course, relapses=0)
    return course


def is_sick(seen: Seen) -> bool:
    """Whether so much went wrong that a provider is given nothing more."""
    if seen.link is False and not seen.good:
        return True
    return seen.bad >= _ENOUGH_BAD and 2 * seen.bad >= seen.good + seen.bad


def pause_of(course: Course, pace: Pace) -> float:
    """Seconds a provider that is out stays so."""
    return float(pace.out * 2 ** max(course.relapses - 1, 0))


def _after_pause(course: Course, seen: Seen, *, now: float, pace: Pace) -> Course:
    if now - course.since < pause_of(course, pace) or seen.link is False:
        return course
    return replace(course, share=FIRST_SHARE, since=now)


def _risen(course: Course, seen: Seen, *, now: float, pace: Pace) -> Course:
    calls = seen.good + seen.bad
    well = seen.good >= _ENOUGH_GOOD and 10 * seen.bad <= calls
    quiet = calls == 0
    needed = pace.step if well else _QUIET_FACTOR * pace.step
    if not (well or quiet) or now - course.since < needed:
        return course
    return replace(course, share=min(1.0, 2 * course.share), since=now)
