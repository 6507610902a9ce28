"""The tables of geocodes there are: countries by ISO 3166-1, counties of the United States."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine import atlas, gazetteer
from safeconduct.ground.places.engine.topojson import shapes_of

# Names under which feeds give the code of a country.
_COUNTRY: Final = re.compile(
    r"iso[\s_-]?3166([\s_-]?1)?([\s_-]?(alpha|numeric)[\s_-]?[23]?)?|country(code)?"
)
# PSSCCC: a part of a county, of which the whole is taken, the state and the county; county 000
# is all of the state (NWS Instruction 10-1712, 5). FIPS6 writes a 0 for the part.
_SAME: Final = re.compile(r"\d(\d{2})(\d{3})")
# SSCNNN is a county, SSZNNN a forecast zone, whose borders no table here has (10-1702, 2).
_UGC: Final = re.compile(r"([A-Z]{2})C(\d{3})")
_WHOLE_STATE: Final = "000"
# FIPS 5-2, the numbers that counties' codes begin with.
_NUMBERED: Final = """
    AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17
    IN18 IA19 KS20 KY21 LA22 ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31
    NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39 OK40 OR41 PA42 RI44 SC45 SD46
    TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56 AS60 GU66 MP69 PR72 VI78
"""
_STATES: Final = {word[:2]: word[2:] for word in _NUMBERED.split()}


def shape_of_code(name: str, value: str) -> BaseGeometry | None:
    """The outline behind a code: a country's, a county's or a state's.

    Countries by two or three letters or three digits; counties by ``SAME``, ``FIPS6`` or the
    county form of ``UGC``. None for every other code, and where no outlines are installed: the
    area then is a visible problem, for a guess would warn the wrong people.
    """
    name, value = name.strip().lower(), value.strip().upper()
    if _COUNTRY.fullmatch(name):
        code = _codes().get(value)
        return _outlines().get(code) if code else None
    if number := _county(name, value):
        return _counties().get(number)
    return None


def _county(name: str, value: str) -> str:
    """Five digits for a county, two for all of a state; empty for what is neither."""
    if name in {"same", "fips6"} and (same := _SAME.fullmatch(value)):
        state, county = same.groups()
    elif name in {"ugc", "nwsugc"} and (ugc := _UGC.fullmatch(value)):
        state, county = _STATES.get(ugc[1], ""), ugc[2]
    else:
        return ""
    return state if county == _WHOLE_STATE else state + county


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


@cache
def _counties() -> Mapping[str, BaseGeometry]:
    path = Path(settings.BASE_DIR) / "node_modules/us-atlas/counties-10m.json"
    if not path.exists():
        return {}
    layers = ("states", "counties")
    return {one.number: one.geometry for layer in layers for one in shapes_of(path, layer)}
