"""Counties and states of the United States, by the codes its warnings carry."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine.topojson import shape_of

# PSSCCC: the part of a county, the state and the county (NWS Instruction 10-1712, 5). FIPS 6-4
# has no part, or writes a 0 for it.
_SAME: Final = re.compile(r"(\d?)(\d{2})(\d{3})")
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


def number_of(code: str) -> str:
    """Five digits for a county, two for all of a state; empty for what is neither."""
    if same := _SAME.fullmatch(code):
        _part, state, county = same.groups()
    elif ugc := _UGC.fullmatch(code):
        state, county = _STATES.get(ugc[1], ""), ugc[2]
    else:
        return ""
    return state if county == _WHOLE_STATE else state + county


def names_a_part(code: str) -> bool:
    """Whether a SAME code means but a part of its county, which no table here divides."""
    same = _SAME.fullmatch(code)
    return same is not None and same[1] not in {"", "0"}


@lru_cache(maxsize=4096)
def county(number: str) -> BaseGeometry | None:
    """The outline of a county or state; None for others, and without node_modules/us-atlas."""
    path = Path(settings.BASE_DIR) / "node_modules/us-atlas/counties-10m.json"
    if not number or not path.exists():
        return None
    found = shape_of(path, "states" if len(number) == len("SS") else "counties", number)
    return found.geometry if found else None
