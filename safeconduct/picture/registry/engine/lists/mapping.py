"""Which column of a list fills which field."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from safeconduct.ground.kernel.names import latin_key
from safeconduct.picture.registry.engine.lists import reasons
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError

# A person may have several of these, and a list a column for each.
_SEVERAL: Final = ("phone", "mail")
# The column our own files of refused rows add.
REASON: Final = "reason"
_REMARK: Final = re.compile(r"\([^()]*\)")
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

    "Telefon (anası)" is none: it would reach somebody else in this person's name.
    """
    known = known_headings()
    if field := known.get(latin_key(heading)):
        return field
    field = known.get(_uncounted(_REMARK.sub(" ", heading)), "")
    remarks = [_uncounted(remark) for remark in _REMARK.findall(heading)]
    is_anothers = any(known.get(one) != field for one in remarks if one)
    return "" if field in _SEVERAL and is_anothers else field


def _uncounted(heading: str) -> str:
    return latin_key(heading).rstrip("0123456789 ")


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
    for place, heading in enumerate(header):
        field = field_of(heading)
        if field and heading not in chosen:
            places.setdefault(field, place)
    if not places.keys() & {"given_name", "full_name"}:
        raise ListRefusedError(reasons.NO_NAMES)
    return places


def further(
    header: Sequence[str], places: Mapping[str, int], chosen: Mapping[str, str]
) -> dict[str, tuple[int, ...]]:
    """More columns of telephones and mail addresses; none of a field whose column was chosen."""
    return {
        field: tuple(
            place
            for place, heading in enumerate(header)
            if field_of(heading) == field and place not in places.values()
        )
        for field in _SEVERAL
        if field not in chosen.values()
    }


def unread(
    header: Sequence[str], places: Mapping[str, int], more: Mapping[str, tuple[int, ...]]
) -> list[str]:
    """Headings of the columns nothing is taken from."""
    read = {*places.values(), *(place for some in more.values() for place in some)}
    return [
        heading
        for place, heading in enumerate(header)
        if place not in read and heading not in {"", REASON}
    ]
