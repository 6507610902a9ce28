"""What is meant by what people write into a cell: nothing, several numbers, a day."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import cache, lru_cache
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
# A comma before an extension parts nothing.
_APART: Final = re.compile(
    r"[;,|\\\r\n](?!\s*(?:ext|x\d|доб|вн|daxili|dahili|əlavə)[\w\s.:]{0,12}(?![^;,|\r\n]))"
    r"|\s(?:və(?:\s+ya)?|ve|veya|and|or|и|или)\s|(?<=[\d)])\s+(?=\+)",
    re.IGNORECASE,
)
_IN_BOOK: Final = re.compile(r"[^<>@]*<([^<>]+)>")
_REMARK: Final = re.compile(r"\([^()\d+]*\)")
# Of what a remark behind a number may consist; any other may say that it is somebody else's.
_KINDS: Final = frozenset(
    map(
        latin_key,
        ("ev", "iş", "ofis", "şəxsi", "mob", "mobil", "tel", "telefon", "telefonu", "nömrə",
         "nömrəsi", "cep", "gsm", "home", "work", "office", "personal", "mobile", "cell", "phone",
         "telephone", "number", "дом", "домашний", "раб", "рабочий", "личный", "моб", "мобильный",
         "сот", "сотовый", "тел", "телефон", "номер", "WhatsApp", "Viber", "Telegram", "Signal",
         "ватсап", "вайбер", "телеграм", "m", "t", "м", "т", "əsas", "yeni", "new", "main",
         "новый", "основной", "yalnız", "sadəcə", "only", "только", "sadece", "nöm", "no", "nr",
         "wp", "wapp", "whats", "app", "вотсап", "вацап", "городской", "şəhər", "üçün",
         "Azercell", "Bakcell", "Nar", "Naxtel", "Turkcell", "Vodafone", "Telekom", "МТС",
         "Билайн", "Мегафон", "Теле", "Azərbaycan", "Türkiyə", "Türkiye", "Rusiya", "Almaniya",
         "Azerbaijan", "Turkey", "Russia", "Germany", "Азербайджан", "Турция", "Россия", "РФ",
         "Германия", "AZ", "AZE", "TR", "RU", "DE", "هاتف", "جوال", "موبايل", "محمول", "واتساب",
         "تلفن", "همراه", "موبایل", "منزل", "عمل", "شخصي"),
    )
)  # fmt: skip
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[\s.:'’-]+[^\W\d_]+)*[.:]*")
_SHORTENED: Final = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
# The calling code of those whose ministry this is: a spreadsheet takes the plus before it away.
_HOME: Final = re.compile(r"994\d{9}")
# As most numbers are written: one, and nothing beside it.
_PLAIN: Final = re.compile(r"\+?[0-9][0-9 ()\u00a0–—-]*")
_BETWEEN_DIGITS: Final = re.compile(r"[\s().–—-]+")
# 905321234567.0 is a number that a program took for a sum.
_AS_FIGURE: Final = re.compile(r"(\d{7,})\.0")
# What stands behind a date: the time of it, or the word for year.
_TIME: Final = re.compile(
    r"(?<=\d)[ T]+\d{1,2}:\d{2}.*"
    r"|(?<=\d)(?:[\s-]*(?:г(?:ода?)?|(?:c[iıuü]\s*)?il\w{0,3}|yılı?)\.?|\.)$",
    re.IGNORECASE,
)
_AROUND: Final = re.compile(r"\s*([./-])\s*")
_PARTED: Final = re.compile(r"(\d{1,2})[, ]\s*(\d{1,2})[, ]\s*(\d{4})")
_MONTH_NAMED_FIRST: Final = re.compile(r"([^\W\d_]+)[ .-]+(\d{1,2})(?:st|nd|rd|th)?[ ,.]+(\d{4})")
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
    if not text:
        return ""
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
    if not text or _PLAIN.fullmatch(text):
        return [text] if text else []
    return [part for part in map(given, _APART.split(text)) if part]


def phones(text: str, country: str) -> Iterator[str]:
    """The numbers of one part: a bar parts two numbers, or the prefix from the rest of one.

    :raises ContactRefusedError: if nobody could be reached at one of them.
    """
    if _PLAIN.fullmatch(text):
        yield _phone(text, country)
        return
    text = _without_words(rules.without_extension(_REMARK.sub(_without_kind, text)))
    if "/" not in text:
        yield _phone(text, country)
        return
    parts = list(filter(None, map(given, text.split("/"))))
    try:
        found = [_phone(part, country) for part in parts]
    except rules.ContactRefusedError:
        # 030 1234567/68 are two numbers, of which nobody knows how long the second is.
        if len(parts) != 2 or _digits(parts[0]) >= _digits(parts[1]):
            raise
        found = [_phone(" ".join(parts), country)]
    yield from found


def _without_kind(remark: re.Match[str]) -> str:
    if set(latin_key(remark[0]).split()) <= _KINDS:
        return " "
    raise rules.ContactRefusedError(
        _(
            "The words beside this number or address may mean that it is somebody else's. Leave"
            " only the number or address in the cell."
        )
    )


def _without_words(text: str) -> str:
    """The same for words without brackets: +994501234567 ev, WhatsApp: 0532 123 45 67."""
    is_number = _SHORTENED.fullmatch(text.strip())
    return text if is_number else _WORDS.sub(_without_kind, text)


def mails(text: str) -> Iterator[str]:
    """The addresses of one part, without a note of their kind or the name an address book adds.

    :raises ContactRefusedError: if one is none.
    """
    if found := _IN_BOOK.fullmatch(text):
        text = found[1]
    elif "(" in text:
        text = _REMARK.sub(_without_kind, text)
    for part in filter(None, map(given, text.split("/"))):
        yield rules.normalised_mail(part.removeprefix("mailto:"))


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


@lru_cache(maxsize=50_000)
def day(text: str, *, month_first: bool = False) -> date:
    """As people and spreadsheets write it: in figures, with the month's name, counted from 1900.

    :raises DateRefusedError: if it is no date.
    """
    bare = _AROUND.sub(r"\1", _TIME.sub("", text.strip()))
    bare = _MONTH_NAMED_FIRST.sub(r"\2 \1 \3", _PARTED.sub(r"\1.\2.\3", bare))
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
    digits = _BETWEEN_DIGITS.sub("", bare)
    if _HOME.fullmatch(digits):
        # First of all: Germany's numbers are of many lengths, and this would be one of them.
        with suppress(rules.ContactRefusedError):
            return rules.normalised_phone(f"+{digits}", None)
    return rules.normalised_phone(bare, country)


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
