"""When a post is open: its own clock, its holidays, its midnight."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from safeconduct.ground.missions.rules import Days, Opening, hours_from, hours_in_words, state_at

ANKARA = ZoneInfo("Europe/Istanbul")
WEEK = {str(day): [["09:00", "13:00"], ["14:00", "17:00"]] for day in range(5)}
# A Monday.
MONDAY = date(2026, 11, 23)


def at(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ANKARA).astimezone(UTC)


def state(moment: datetime, *, hours=WEEK, closures=()):
    return state_at(moment, hours=hours, closures=closures, zone=ANKARA)


@pytest.mark.parametrize(
    ("moment", "opening", "until"),
    [
        (at(8, 59), Opening.CLOSED, at(9)),
        (at(9), Opening.OPEN, at(13)),
        (at(13), Opening.CLOSED, at(14)),
        (at(16, 59), Opening.OPEN, at(17)),
        (at(17), Opening.CLOSED, at(9, day=24)),
        # Friday evening: the next door opens on Monday.
        (at(18, day=27), Opening.CLOSED, at(9, day=30)),
    ],
)
def test_a_post_opens_and_closes_by_its_own_clock(moment, opening, until):
    found = state(moment)
    assert (found.opening, found.until) == (opening, until)


def test_a_holiday_keeps_it_shut_and_says_so():
    found = state(at(10), closures=[Days(MONDAY, date(2026, 11, 24))])
    assert (found.opening, found.on_closure, found.until) == (Opening.CLOSED, True, at(9, day=25))


def test_hours_past_midnight_belong_to_the_evening_they_began():
    night = {"0": [["20:00", "02:00"]]}
    assert state(at(1, day=24), hours=night).opening is Opening.OPEN
    assert state(at(2, day=24), hours=night).opening is Opening.CLOSED
    # A closed Monday has no night either.
    closed = [Days(MONDAY, MONDAY)]
    assert state(at(1, day=24), hours=night, closures=closed).opening is Opening.CLOSED


def test_nobody_guesses_hours_that_nobody_gave():
    assert state(at(10), hours={}).opening is Opening.UNKNOWN
    assert state(at(10), hours={"0": []}).opening is Opening.UNKNOWN


def test_hours_are_read_as_officers_write_them():
    assert hours_from("9-13, 14.30–17:00") == [["09:00", "13:00"], ["14:30", "17:00"]]
    assert hours_from("  ") == []
    assert hours_in_words(hours_from("9-13")) == "09:00–13:00"
    assert hours_from("20:00-24:00") == [["20:00", "00:00"]]


@pytest.mark.parametrize("text", ["nine", "9", "9-25", "9-13, 12-17", "9:61-10"])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- whichever way Python says it
        hours_from(text)
