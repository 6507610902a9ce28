"""Where a level holds: cities, or the inside of a line, as runs of cells."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import shapely
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel import geometry
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.models import City
from safeconduct.readiness.advice.terms import (
    MOST_CORNERS,
    USUAL_RADIUS_KM,
    Area,
    AreaKind,
)

_NUMBER: Final = re.compile(r"[-+]?\d{1,3}(?:\.\d+)?")
_LEAST_CORNERS: Final = 3
# First and last cell of each run, sorted.
type Runs = tuple[list[int], list[int]]


class OutlineRefusedError(Refusal):
    """What was given as a line around an area is none."""


def cells_of(area: Area) -> geometry.CellRanges:
    """The runs of cells an area covers; none for a whole country, which has its own."""
    if area.kind == AreaKind.CITIES:
        km = area.radius_km or USUAL_RADIUS_KM
        found = City.objects.filter(pk__in=area.city_ids).values_list("latitude", "longitude")
        circles = (geometry.circle(lat, lon, km) for lat, lon in found)
        return geometry.ranges_of(cell for circle in circles for cell in circle)
    if area.kind == AreaKind.OUTLINE:
        ring = shapely.Polygon([(lon, lat) for lat, lon in area.corners])
        return geometry.ranges_of(geometry.polygon_cells(ring.buffer(0)))
    return geometry.CellRanges([], [])


def overlap(one: Runs, other: Runs) -> bool:
    """Whether two sorted lists of runs share a cell."""
    return next(_shared(one, other), None) is not None


def common(one: Runs, other: Runs) -> Runs:
    """The cells two sorted lists of runs share, as runs again."""
    pairs = list(_shared(one, other))
    return [low for low, _ in pairs], [high for _, high in pairs]


def _shared(one: Runs, other: Runs) -> Iterator[tuple[int, int]]:
    here, there = 0, 0
    while here < len(one[0]) and there < len(other[0]):
        low, high = max(one[0][here], other[0][there]), min(one[1][here], other[1][there])
        if low <= high:
            yield low, high
        if one[1][here] < other[1][there]:
            here += 1
        else:
            there += 1


def corners_from(text: str) -> list[list[float]]:
    """Corners as [latitude, longitude] from lines of "latitude, longitude" or GeoJSON.

    :raises OutlineRefusedError: for what is neither, or leaves the earth.
    """
    corners = _from_geojson(text) if text.lstrip().startswith("{") else _from_lines(text)
    if corners and corners[0] == corners[-1]:
        corners = corners[:-1]
    if not _LEAST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise OutlineRefusedError(_("A line around an area has 3 to 400 corners."))
    if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in corners):
        raise OutlineRefusedError(_("A corner is not on the earth: latitude first, please."))
    return corners


def _from_lines(text: str) -> list[list[float]]:
    corners = []
    for line in filter(str.strip, text.splitlines()):
        numbers = [float(number) for number in _NUMBER.findall(line)]
        if len(numbers) != 2:
            raise OutlineRefusedError(_("Write one corner a line: latitude, longitude."))
        corners.append(numbers)
    return corners


def _from_geojson(text: str) -> list[list[float]]:
    try:
        shape: Any = json.loads(text)
        shape = shape.get("geometry", shape)
        rings = shape["coordinates"] if shape["type"] == "Polygon" else []
        return [[float(lat), float(lon)] for lon, lat, *_height in rings[0]]
    except (ValueError, TypeError, LookupError, AttributeError) as wrong:
        raise OutlineRefusedError(
            _("This GeoJSON is no single polygon. Write the corners by line instead.")
        ) from wrong
