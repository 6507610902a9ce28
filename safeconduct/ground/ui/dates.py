"""Days, moments and numbers as their reader writes them: order, month names, digits, signs.

Officers read ``2026-11-22 14:05`` on the console, which sorts and is misread by nobody; everybody
else reads what is said at home.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

# Babel knows which digits CLDR gives a language, and writes others.
_DIGITS: Final = {
    "arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
    "arab": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
}
# 24 hours in every language: an hour must not hang on two letters after it.
_MOMENT: Final = "{day}, {time}"
_MOMENT_OF: Final = {"fa": "{day}، {time}", "ar": "{day}، {time}"}


def day(value: date | None, language: str) -> str:
    """``22 noyabr 2026``; empty for no day. Of an instant, its day in UTC."""
    if value is None:
        return ""
    written = format_date(_in_utc(value), "d MMMM y", locale=_locale(language))
    return in_digits_of(language, written)


def moment(value: datetime | None, language: str) -> str:
    """``22 noyabr 2026, 14:05`` in UTC, which the caller says beside it; empty for none."""
    if value is None:
        return ""
    time = format_datetime(_in_utc(value), "HH:mm", locale=_locale(language))
    pattern = _MOMENT_OF.get(language, _MOMENT)
    return pattern.format(day=day(value, language), time=in_digits_of(language, time))


def hour(value: time | datetime | None, language: str) -> str:
    """``14:05`` as the clock there shows it, turned into no other zone; empty for none."""
    return "" if value is None else in_digits_of(language, f"{value:%H:%M}")


def ago(then: datetime | None, language: str, now: datetime) -> str:
    """``5 dəqiqə öncə``: one unit, never fewer than two of it but for minutes; empty for none."""
    if then is None:
        return ""
    gone = min(then - now, timedelta(seconds=-1))
    finest: Literal["minute", "second"] = "minute" if gone <= timedelta(minutes=-1) else "second"
    written = format_timedelta(
        gone, finest, threshold=2, add_direction=True, locale=_locale(language)
    )
    return in_digits_of(language, written)


def span(length: timedelta, language: str) -> str:
    """``23 saat 59 dəqiqə``: whole days, hours and minutes of them, the two largest that are."""
    minutes = max(0, int(length.total_seconds() // 60))
    units: list[tuple[Literal["day", "hour", "minute"], int]] = [
        ("day", minutes // 1440),
        ("hour", minutes // 60 % 24),
        ("minute", minutes % 60),
    ]
    counted = [(unit, count) for unit, count in units if count][:2] or [("minute", 0)]
    return in_digits_of(language, " ".join(_counted(*one, language) for one in counted))


def number(value: float | None, language: str) -> str:
    """``12 345`` with the language's signs and digits; empty for none."""
    if value is None:
        return ""
    written = format_decimal(value, locale=_locale(language), numbering_system="default")
    return in_digits_of(language, written)


def in_digits_of(language: str, text: str) -> str:
    """The text with the language's own digits. Not for telephones and codes, which are typed."""
    return text.translate(_DIGITS.get(_locale(language).default_numbering_system, {}))


def _counted(unit: Literal["day", "hour", "minute"], count: int, language: str) -> str:
    length = timedelta(**{f"{unit}s": count})
    # No unit is large enough for this threshold, so that it is told in the one asked for.
    return format_timedelta(length, unit, threshold=10**9, locale=_locale(language))


def _in_utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)
