"""The systems of codes that warnings name areas by, and the table behind each, if there is one.

A new system is one more line in ``_SYSTEMS``: the names feeds give it, how its codes become
shapes, and what a duty officer reads of a code the table lacks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext_noop as _
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine import atlas, gazetteer
from safeconduct.wires.hazards.engine import counties, districts
from safeconduct.wires.hazards.engine.cap_area import KNOWN_BY_NAME, Placed
from safeconduct.wires.hazards.engine.regions import region

_BY_COUNTRY = _("by country code: %(names)s")
_BY_STATE = _("by state code: %(names)s")
_BY_COUNTY = _("by county code: %(names)s")
_BY_DISTRICT = _("by district code: %(names)s")
_BY_PART = _("by a code for part of a county or district, which is taken whole: %(names)s")
_BY_EMMA = _("by MeteoAlarm's area code: %(names)s")
_BY_REGION = _("by region code: %(names)s")
# Their owners want to be named wherever their borders are shown.
_BY_NUTS = _("by region code, borders © EuroGeographics: %(names)s")
_BY_CISORP = _("by district code, borders of the Czech cadastre (ČÚZK): %(names)s")

_NO_COUNTRY = _("No country has this code: %(names)s.")
_NO_COUNTY = _("Our table of United States counties, which has no sea areas, lacks: %(names)s.")
_NO_ZONE = _("The borders of United States forecast zones are in none of our tables: %(names)s.")
_NO_REGION = _("Our table of European warning areas lacks: %(names)s.")

# What makes one name of a system look different from feed to feed.
_NOISE: Final = re.compile(r"[^a-z0-9]")
_EMMA: Final = re.compile(r"[A-Z]{2}\d+")


@dataclass(frozen=True, slots=True)
class System:
    """Codes of one kind. ``names`` is matched against small letters and digits alone."""

    names: re.Pattern[str]
    place: Callable[[str], Placed | None]
    lacking: str


def place_of_code(name: str, value: str) -> Placed:
    """The ground behind a code, or why there is none: no table is ever guessed around.

    ``name`` is CAP's ``valueName`` in any spelling: capitals, blanks, dashes and underscores
    do not matter.
    """
    plain, code = _NOISE.sub("", name.lower()), value.strip().upper()
    for system in _SYSTEMS:
        if system.names.fullmatch(plain):
            return system.place(code) or Placed(None, system.lacking)
    return Placed(None, KNOWN_BY_NAME)


def _country(code: str) -> Placed | None:
    found = _outlines().get(_codes().get(code, ""))
    return _placed(found, _BY_COUNTRY, is_wide=True)


def _county(code: str) -> Placed | None:
    number = counties.number_of(code)
    is_state = len(number) == len("SS")
    said = _BY_PART if counties.names_a_part(code) else _BY_COUNTY
    return _placed(counties.county(number), _BY_STATE if is_state else said, is_wide=is_state)


def _zone(code: str) -> Placed | None:
    """A UGC: a county, or a zone we have no borders of."""
    return _county(code) if "Z" not in code[2:3] else None


def _emma(code: str) -> Placed | None:
    return _placed(region(code) if _EMMA.fullmatch(code) else None, _BY_EMMA)


def _warncell(code: str) -> Placed | None:
    said = _BY_PART if districts.names_a_part(code) else _BY_DISTRICT
    return _placed(districts.warncell(code), said)


def _nuts(code: str) -> Placed | None:
    """A NUTS code at the level its length tells; feeds call level 1 by the name of level 2."""
    if found := region(f"NUTS{len(code) - 2}/{code}"):
        return _placed(found, _BY_NUTS)
    return _placed(districts.nuts(code), _BY_REGION, is_wide=len(code) < len("DE80"))


def _cisorp(code: str) -> Placed | None:
    return _placed(region(f"CISORP/{code}"), _BY_CISORP)


_SYSTEMS: Final = (
    System(re.compile(r"iso3166(1)?((alpha|numeric)[23]?)?|country(code)?"), _country, _NO_COUNTRY),
    System(re.compile(r"same|fips6?"), _county, _NO_COUNTY),
    System(re.compile(r"(nws)?ugc6?"), _zone, _NO_ZONE),
    System(re.compile(r"emma(id)?"), _emma, _NO_REGION),
    System(re.compile(r"warncell(id)?"), _warncell, _NO_REGION),
    System(re.compile(r"nuts[123]?"), _nuts, _NO_REGION),
    System(re.compile(r"cisorp"), _cisorp, _NO_REGION),
)


def _placed(shape: BaseGeometry | None, said: str, *, is_wide: bool = False) -> Placed | None:
    return None if shape is None else Placed(shape, said, is_wide=is_wide)


@cache
def _codes() -> Mapping[str, str]:
    rows = gazetteer.countries()
    return {key: row.code for row in rows for key in (row.code, row.code3, row.number) if key}


@cache
def _outlines() -> Mapping[str, BaseGeometry]:
    try:
        return {one.code: one.geometry for one in atlas.recognised("50m", drawn=False) if one.code}
    except atlas.AtlasMissingError:
        return {}
