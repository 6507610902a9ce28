"""The one table of geocodes there is: countries by ISO 3166-1."""

import re
from functools import cache

from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine import atlas, gazetteer

# Names under which feeds give the code of a country.
_NAMES = re.compile(
    r"iso[\s_-]?3166([\s_-]?1)?([\s_-]?(alpha|numeric)[\s_-]?[23]?)?|country(code)?"
)


def shape_of_code(name: str, value: str) -> BaseGeometry | None:
    """A country's outline from its code of two or three letters or three digits.

    None for every other code, and where no outlines are installed: the area then is a
    visible problem, for a guess would warn the wrong people.
    """
    if not _NAMES.fullmatch(name.strip().lower()):
        return None
    code = _codes().get(value.strip().upper())
    return _outlines().get(code) if code else None


@cache
def _codes() -> dict[str, str]:
    rows = gazetteer.countries()
    return {key: row.code for row in rows for key in (row.code, row.code3, row.number) if key}


@cache
def _outlines() -> dict[str, BaseGeometry]:
    try:
        return {one.code: one.geometry for one in atlas.recognised("50m", drawn=False) if one.code}
    except atlas.AtlasMissingError:
        return {}
