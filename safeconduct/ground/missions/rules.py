"""When a post is open, by its own clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final

type Hours = Mapping[str, Sequence[Sequence[str]]]

DAYS: Final = tuple("0123456")
# A post that stays closed longer than this says when it opens nowhere: "ask by telephone".
_LOOK_AHEAD: Final = 60


class Opening(StrEnum):
    """Whether somebody who goes there now finds the door open."""

    OPEN = "open"
    CLOSED = "closed"
    # Nobody has told us the hours.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a closure, both included."""

    first_on: date
    last_on: date

    def hold(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


@dataclass(frozen=True, slots=True)
class State:
    """``until`` is when that ends, in the post's time: closing of an open door, opening of a
    closed one; None where we cannot say. ``on_closure`` where a holiday keeps it shut today."""

    opening: Opening
    until: datetime | None = None
    on_closure: bool = False


def concerns(countries: Iterable[str], own: frozenset[str] | None) -> bool:
    """Whether what goes on in these countries concerns an officer of his own (None: of all)."""
    return own is None or not own.isdisjoint(countries)


def covers(countries: Iterable[str], own: frozenset[str] | None) -> bool:
    """Whether an officer answers for all of these countries: to act for everybody in them.

    What touches no country, at sea, is for officers of all countries.
    """
    if own is None:
        return True
    touched = frozenset(countries)
    return bool(touched) and touched <= own


def state_at(now: datetime, *, hours: Hours, closures: Sequence[Days], zone: tzinfo) -> State:
    """Whether a post with these hours is open at an instant; holidays come first.

    An interval that ends at or before it begins runs past midnight, into the next day.
    """
    if not any(hours.get(day) for day in DAYS):
        return State(Opening.UNKNOWN)
    local = now.astimezone(zone)
    for begins, ends in _intervals(local.date() - timedelta(days=1), 2, hours, closures, zone):
        if begins <= local < ends:
            return State(Opening.OPEN, ends)
    ahead = _intervals(local.date(), _LOOK_AHEAD, hours, closures, zone)
    opens = next((begins for begins, _ in ahead if begins > local), None)
    today = local.date()
    return State(Opening.CLOSED, opens, any(days.hold(today) for days in closures))


def _intervals(
    first: date, days: int, hours: Hours, closures: Sequence[Days], zone: tzinfo
) -> list[tuple[datetime, datetime]]:
    found = []
    for day in (first + timedelta(days=ahead) for ahead in range(days)):
        if any(closure.hold(day) for closure in closures):
            continue
        for opens, closes in hours.get(str(day.weekday()), []):
            begins = datetime.combine(day, time.fromisoformat(opens), zone)
            last = day if closes > opens else day + timedelta(days=1)
            found.append((begins, datetime.combine(last, time.fromisoformat(closes), zone)))
    return sorted(found)


def hours_from(text: str) -> list[list[str]]:
    """Intervals as an officer writes them: "9:00-13:00, 14:00-17:30"; empty means closed.

    :raises ValueError: for what is no such list, or intervals that overlap.
    """
    found = []
    for part in text.replace("–", "-").replace(";", ",").split(","):
        if not part.strip():
            continue
        opens, dash, closes = part.partition("-")
        if not dash:
            raise ValueError(part)
        found.append([_clock(opens), _clock(closes)])
    found.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        raise ValueError(text)
    return found


def hours_in_words(intervals: Sequence[Sequence[str]]) -> str:
    """The same as an officer reads it again."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in intervals)


def _clock(text: str) -> str:
    hour, colon, minute = text.strip().replace(".", ":").partition(":")
    number = int(hour), int(minute) if colon else 0
    if number == (24, 0):
        return "00:00"
    return time(*number).strftime("%H:%M")
