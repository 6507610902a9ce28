"""Moments as sources write them, and as CAP 1.2 wants them."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext_noop as _

from safeconduct.wires.hazards.engine.reading import Repairs

# CAP 1.2, 3.3.2: an offset in digits, no "Z", no fractions of a second.
_STRICT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d[-+](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII
)
# The end of a day, and a leap second: lawful in ISO 8601, and neither is in Python.
_ODD = (
    (re.compile(r"(?<=[T ])24:00(?=(?::00)?(?:[.,]0+)?(?:$|[-+Zz]))"), "00:00", timedelta(days=1)),
    (re.compile(r"(?<=:\d\d):60(?!\d)"), ":59", timedelta(seconds=1)),
)
# The Thai calendar counts from 543 years earlier; no living warning is from the year 2400.
_BUDDHIST, _BUDDHIST_AHEAD = 2400, 543
# Outside nothing is a year of a warning, but a way to say “never” or a slip.
_FIRST_YEAR, _LAST_YEAR = 1900, 2700
_FEBRUARY = 2
_TOO_FAR = _("<%(name)s> is too far away to be meant: %(value)s.")
# Milliseconds since 1970, written as a text.
_MILLISECONDS = re.compile(r"-?\d{11,13}", re.ASCII)


def cap_moment(text: str, name: str, repairs: Repairs) -> datetime | None:
    """A CAP date and time in UTC, each departure from the standard noted; None if unreadable."""
    trimmed = text.strip()
    if not trimmed:
        repairs.add(_("<%(name)s> is empty."), name=name)
        return None
    if text != trimmed:
        repairs.add(_("Blank space around <%(name)s> was removed."), name=name)
    found = _moment(trimmed)
    if found is None:
        repairs.add(_("<%(name)s> is not a date and time: “%(value)s”."), name=name, value=trimmed)
        return None
    _note_form(trimmed, found, name, repairs)
    return _in_our_calendar(found, name, repairs)


def any_moment(value: object) -> datetime | None:
    """A moment in UTC from ISO 8601, RFC 822 or milliseconds since 1970; None if unreadable."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000, UTC)
        text = str(value).strip()
        if _MILLISECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = _moment(text)
        return None if found is None else _utc(found)
    except (ValueError, OverflowError, OSError):
        return None


def _moment(text: str) -> datetime | None:
    for odd, plain, ahead in _ODD:
        if odd.search(text):
            found = _plain_moment(odd.sub(plain, text))
            return None if found is None else _later(found, ahead)
    return _plain_moment(text)


def _later(found: datetime, ahead: timedelta) -> datetime | None:
    try:
        return found + ahead
    except OverflowError:
        return None


def _plain_moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _note_form(text: str, found: datetime, name: str, repairs: Repairs) -> None:
    if found.tzinfo is None:
        repairs.add(_("<%(name)s> has no time zone; UTC was assumed."), name=name)
    elif text[-1:] in "Zz":
        repairs.add(_("<%(name)s> ends in “Z” instead of an offset in digits."), name=name)
    elif not _STRICT.fullmatch(text):
        repairs.add(_("<%(name)s> is not written as CAP 1.2 asks."), name=name)


def _in_our_calendar(found: datetime, name: str, repairs: Repairs) -> datetime | None:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        repairs.add(_TOO_FAR, name=name, value=found.date())
        return None
    if found.year >= _BUDDHIST:
        repairs.add(
            _("<%(name)s> counts the year as %(year)s; the Buddhist calendar was assumed."),
            name=name,
            year=found.year,
        )
        # Day 28 at most in February: the leap years of the two counts fall alike, but be sure.
        day = min(found.day, 28) if found.month == _FEBRUARY else found.day
        found = found.replace(year=found.year - _BUDDHIST_AHEAD, day=day)
    try:
        return _utc(found)
    except OverflowError:
        repairs.add(_TOO_FAR, name=name, value=found.date())
        return None


def _utc(found: datetime) -> datetime:
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
