"""What is meant by what people write into a cell: nothing, several numbers, a day."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final

from babel import Locale
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.names import latin_key
from safeconduct.picture.registry import rules

# Our own files of refused rows guard formulas with an apostrophe.
_GUARDED: Final = re.compile(r"""((?:^|[;,\t|\r\n])["\s]*)'(?=[=@＝＠+＋－-])""")
_NOTHING: Final = frozenset(
    map(
        latin_key,
        ("", "yoxdur", "yox", "məlum deyil", "bilinmir", "yok", "bilinmiyor", "нет", "не имеет",
         "неизвестно", "отсутствует", "н/д", "none", "no", "n/a", "na", "nil", "null", "unknown"),
    )
)  # fmt: skip
_LONGEST_NOTHING: Final = 16
_APART: Final = re.compile(r"[;,|\r\n]|\s(?:və|ve|and|or|и|или)\s|(?<=\d)\s+(?=\+)")
_REMARK: Final = re.compile(r"\([^()\d+]*\)")
_SHORTENED: Final = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
# The calling code of those whose ministry this is: a spreadsheet takes the plus before it away.
_HOME: Final = re.compile(r"994\d{9}")
# 905321234567.0 is a number that a program took for a sum.
_AS_FIGURE: Final = re.compile(r"(\d{7,})\.0")
_TIME: Final = re.compile(r"(?<=\d)[ T]+\d{1,2}:\d{2}.*|(?<=\d)\s*г\.?")
_AROUND: Final = re.compile(r"\s*([./-])\s*")
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_RUN_ON: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
# Days as Excel counts them, of the years 1927 to 2100.
_SERIAL: Final = re.compile(r"[1-7]\d{4}(?:\.\d+)?")
_LAST_SERIAL: Final = 73_415
_NAMED: Final = re.compile(r"(\d{1,2})[ .-]+([^\W\d_]+)[ .,-]+(\d{4})")
_WRITTEN_IN: Final = ("az", "en", "ru", "tr")


def said(cell: str) -> str:
    """A cell without what our own file added, and nothing where it holds only dashes."""
    text = cell.strip()
    if "'" in text:
        text = _GUARDED.sub(r"\1", text)
    return text if text[:1].isalnum() or any(map(str.isalnum, text)) else ""


def given(cell: str) -> str:
    """The same, and nothing where a word says so; not for names, which may be such words."""
    text = said(cell)
    is_short = len(text) <= _LONGEST_NOTHING and not text[:1].isdigit()
    return "" if is_short and latin_key(text) in _NOTHING else text


def several(text: str) -> list[str]:
    """The telephones or addresses of a cell, each as it was written."""
    return [part for part in map(given, _APART.split(text)) if part] if text else []


def phones(text: str, country: str) -> Iterator[str]:
    """The numbers of one part: a bar parts two numbers, or the prefix from the rest of one.

    :raises ContactRefusedError: if nobody could be reached at one of them.
    """
    text = _REMARK.sub(" ", text)
    if "/" not in text:
        yield _phone(text, country)
        return
    try:
        found = [_phone(part, country) for part in text.split("/") if given(part)]
    except rules.ContactRefusedError:
        found = [_phone(text.replace("/", " "), country)]
    yield from found


def day(text: str, *, month_first: bool = False) -> date:
    """As people and spreadsheets write it: in figures, with the month's name, counted from 1900.

    :raises DateRefusedError: if it is no date.
    """
    bare = _AROUND.sub(r"\1", _TIME.sub("", text.strip()))
    found = _MONTH_FIRST.fullmatch(bare)
    if month_first and found:
        bare = f"{found[3]}-{found[1]}-{found[2]}"
    elif run_on := _RUN_ON.fullmatch(bare):
        bare = "-".join(run_on.groups())
    elif (named := _NAMED.fullmatch(bare)) and (month := _months().get(latin_key(named[2]))):
        bare = f"{named[3]}-{month}-{named[1]}"
    elif _SERIAL.fullmatch(bare) and float(bare) <= _LAST_SERIAL:
        return date(1899, 12, 30) + timedelta(days=int(float(bare)))
    return rules.read_date(bare)


def _phone(text: str, country: str) -> str:
    bare = _AS_FIGURE.sub(r"\1", text.strip())
    if _SHORTENED.fullmatch(bare):
        raise rules.ContactRefusedError(
            _(
                "A spreadsheet has shortened this telephone number. Format its column as text and"
                " save the list again."
            )
        )
    try:
        return rules.normalised_phone(bare, country)
    except rules.ContactRefusedError:
        digits = "".join(bare.split())
        if not _HOME.fullmatch(digits):
            raise
        return rules.normalised_phone(f"+{digits}", None)


@cache
def _months() -> dict[str, int]:
    """Names of months, whole and short, in the languages lists come in → number."""
    return {
        latin_key(name): number
        for language in _WRITTEN_IN
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in Locale(language).months[context][width].items()
    }
