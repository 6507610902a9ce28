"""Which column of a list fills which field."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel.names import latin_key
from safeconduct.picture.registry.engine.lists import owners, reasons
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError

# A person may have several of these, and a list a column for each.
_SEVERAL: Final = ("phone", "mail")
# The column our own files of refused rows add.
REASON: Final = "reason"
# What else is said of these is about them; of a name or a country it may be about somebody else.
_FREELY_SAID: Final = frozenset({"stay_from", "stay_until", "language", "own_id"})
_REMARK: Final = re.compile(r"\([^()]*\)")
# How a column is to be written, not whom it is about.
_OF_FORM: Final = frozenset(
    map(
        latin_key,
        ("dd.mm.yyyy", "dd.mm.yy", "mm/dd/yyyy", "yyyy-mm-dd", "day month year", "gün.ay.il",
         "il.ay.gün", "gün.ay.yıl", "gg.aa.yyyy", "gg.aa.iiii", "дд.мм.гггг", "дд.мм.гг",
         "гггг.мм.дд", "день месяц год", "число месяц год", "latin", "in latin", "latin letters",
         "in latin letters", "latınca", "latın hərfləri ilə", "latin harfleriyle", "латиницей",
         "латинскими буквами", "as in passport", "pasportda olduğu kimi", "pasaporttaki gibi",
         "как в паспорте", "iso", "iso code", "ölkə kodu ilə", "beynəlxalq formatda",
         "with country code", "international format", "incl country code", "ülke kodu ile",
         "ülke koduyla", "с кодом страны", "в международном формате", "с кодом", "kod ilə",
         "required", "optional", "məcburi", "zorunlu", "обязательно"),
    )
)  # fmt: skip
# Of the headings a reason names, so that it is still a sentence.
_MOST_SHOWN, _LONGEST_SHOWN = 4, 40
_FILE: Final = Path(__file__).parent.parent.parent / "data/columns.toml"


@cache
def known_headings() -> dict[str, str]:
    """Heading, folded → field."""
    fields: dict[str, list[str]] = tomllib.loads(_FILE.read_text("utf-8"))
    found = {latin_key(heading): field for field, names in fields.items() for heading in names}
    return found | {latin_key(field): field for field in fields}


@lru_cache(maxsize=1_000)
def field_of(heading: str) -> str:
    """The field a column so called fills: "Telefon 2" and "Phone (mobile)" are telephones.

    "Telefon (anası)" is none: it would reach somebody else in this person's name. Nor is
    "Имя (отца)" a name of theirs.
    """
    if field := _exactly(heading):
        return field
    known = known_headings()
    field = known.get(_uncounted(_REMARK.sub(" ", heading)), "")
    remarks = filter(None, map(_uncounted, _REMARK.findall(heading)))
    is_theirs = field in _FREELY_SAID or all(
        known.get(one) == field or one in _OF_FORM for one in remarks
    )
    return field if is_theirs else ""


def _exactly(heading: str) -> str:
    return known_headings().get(latin_key(heading), "")


def _uncounted(heading: str) -> str:
    return latin_key(heading).rstrip("0123456789 ")


def _is_counted(heading: str) -> bool:
    told = (_REMARK.sub(" ", heading), *_REMARK.findall(heading))
    return not _exactly(heading) and any(_uncounted(one) != latin_key(one) for one in told)


def _crowded(header: Sequence[str]) -> dict[str, list[str]]:
    """Fields of names that columns give again, by number or in the same words, and their headings.

    There several people share a row.
    """
    given = [(field_of(heading), heading) for heading in header]
    called = {header[place] for place in owners.again(header)}
    return {
        name: same
        for name in owners.NAMES
        if len(same := [heading for field, heading in given if field == name]) > 1
        and any(_is_counted(heading) or heading in called for heading in same)
    }


def _recognised(header: Sequence[str]) -> dict[int, str]:
    """Place → field, the likeliest first: what is called exactly so, then what is nearly.

    Where several people share a row, what is numbered, or called like another, may be anybody's.
    """
    again = owners.again(header) if _crowded(header) else None
    exact = {
        place: field
        for place, heading in enumerate(header)
        if (field := _exactly(heading)) and place not in (again or ())
    }
    nearly = {
        place: field
        for place, heading in enumerate(header)
        if (field := field_of(heading))
        and (again is None or not (place in again or _is_counted(heading)))
    }
    return exact | nearly


def fields() -> list[str]:
    return sorted(set(known_headings().values()))


def columns(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Field → place of its column. What is not chosen is recognised by its heading.

    The first column of a field counts; of the others ``further`` and ``unread`` speak.

    :raises ListRefusedError: for a column or field that does not exist, or a list
        without names.
    """
    places: dict[str, int] = {}
    chosen = {" ".join(heading.split()): field for heading, field in chosen.items()}
    for heading, field in chosen.items():
        if heading not in header:
            raise ListRefusedError(reasons.NO_SUCH_COLUMN.filled(column=heading))
        if field not in fields():
            raise ListRefusedError(
                reasons.NO_SUCH_FIELD.filled(field=field, fields=", ".join(fields()))
            )
        places[field] = header.index(heading)
    for place, field in _recognised(header).items():
        if header[place] not in chosen and not _says_again(header[place], field, places):
            places.setdefault(field, place)
    if crowded := [same for name, same in _crowded(header).items() if name not in chosen.values()]:
        told = ", ".join(f"“{_shown(heading)}”" for heading in crowded[0][:_MOST_SHOWN])
        raise ListRefusedError(reasons.SEVERAL_PEOPLE.filled(columns=told))
    if not places.keys() & {"given_name", "full_name"}:
        raise ListRefusedError(reasons.NO_NAMES)
    return places


def _shown(heading: str) -> str:
    return heading if len(heading) <= _LONGEST_SHOWN else f"{heading[: _LONGEST_SHOWN - 1]}…"


def _says_again(heading: str, field: str, places: Mapping[str, int]) -> bool:
    """Whether this is the name once more, beside a whole one or in parts: "Имя (латиницей)"."""
    if field not in owners.NAMES or _exactly(heading):
        return False
    return ("given_name" if field == "full_name" else "full_name") in places


def further(
    header: Sequence[str], places: Mapping[str, int], chosen: Mapping[str, str]
) -> dict[str, tuple[int, ...]]:
    """More columns of telephones and mail addresses; none of a field whose column was chosen.

    None either that may be somebody else's.
    """
    found = _recognised(header)
    asked = [field for field in _SEVERAL if field not in chosen.values()]
    left_out = {
        field: {*places.values(), *owners.doubtful(header, found, places, field)} for field in asked
    }
    return {
        field: tuple(
            place
            for place, meant in sorted(found.items())
            if meant == field and place not in left_out[field]
        )
        for field in asked
    }


def unread(
    header: Sequence[str], places: Mapping[str, int], more: Mapping[str, tuple[int, ...]]
) -> list[str]:
    """Headings of the columns nothing is taken from; of two alike with the column's number."""
    read = {*places.values(), *(place for some in more.values() for place in some)}
    return [
        heading if header.count(heading) == 1 else f"{heading} ({place + 1})"
        for place, heading in enumerate(header)
        if place not in read and heading not in {"", REASON}
    ]
