"""Germany's districts, which its weather service names by numbers of its own."""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from safeconduct.wires.hazards.engine.regions import region

_FILE: Final = Path(__file__).parents[1] / "data/german-districts.csv"
# 1 and the district's official number, or 9 for a part of it. A municipality begins with 8: it
# has no entry here, since its whole district would be many times too large.
_WARNCELL: Final = re.compile(r"[19](\d{5})\d{3}")


def warncell(code: str) -> BaseGeometry | None:
    """The district of a WARNCELLID, all of it also where the code means a part."""
    found = _WARNCELL.fullmatch(code)
    return _joined(_areas("ags").get(found[1], ())) if found else None


def names_a_part(code: str) -> bool:
    """Whether a WARNCELLID means but a part of its district: coast, lowland, mountains."""
    return code.startswith("9")


def nuts(code: str) -> BaseGeometry | None:
    """A NUTS region of Germany at any level: all districts whose NUTS 3 code begins with it."""
    if not code.startswith("DE"):
        return None
    inside = [one for key, keys in _areas("nuts3").items() if key.startswith(code) for one in keys]
    return _joined(inside)


def _joined(keys: Sequence[str]) -> BaseGeometry | None:
    """None where one of them is not in the table: half a district would pass for all of it."""
    shapes = [shape for key in keys if (shape := region(key)) is not None]
    return shapely.union_all(shapes) if shapes and len(shapes) == len(keys) else None


@cache
def _areas(column: str) -> Mapping[str, list[str]]:
    lines = (line for line in _FILE.read_text("utf-8").splitlines() if not line.startswith("#"))
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(lines):
        found[row[column]] += row["emma"].split()
    return found
