"""Days, moments and numbers as their reader writes them: order, month names, digits, signs.

Officers read ``2026-11-22 14:05`` on the console, which sorts and is misread by nobody; everybody
else reads what is said at home.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
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


def number(value: float | None, language: str) -> str:
    """``12 345`` with the language's signs and digits; empty for none."""
    if value is None:
        return ""
    written = format_decimal(value, locale=_locale(language), numbering_system="default")
    return in_digits_of(language, written)


def in_digits_of(language: str, text: str) -> str:
    """The text with the language's own digits. Not for telephones and codes, which are typed."""
    return text.translate(_DIGITS.get(_locale(language).default_numbering_system, {}))


def _in_utc(value: date) -> date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)
