"""From shapes to the areas of a signal: cells, square kilometres, an outline for the map."""

import json
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine.reading import Area

# An outline is for a map on a screen: about 500 m, coarser for large areas, so many corners.
_OUTLINE_DEGREES = (0.005, 0.02, 0.1, 0.5)
_OUTLINE_PARTS = 500
_OUTLINE_CORNERS = 5000
# The share of an area below which a hole in it is no lake but a slit.
_CRACK = 0.001
_LAT, _LON = 90, 360
# A ring with more corners than this is no place but an attack.
_MOST_CORNERS = 1_000_000


def area_of(
    shapes: Iterable[BaseGeometry],
    *,
    bands: Sequence[tuple[float, BaseGeometry]] = (),
    estimated: bool = False,
) -> Area:
    """The area all shapes cover together; ``bands`` are (intensity, where at least that)."""
    whole = joined(shapes)
    if whole.is_empty:
        return Area()
    cells = geometry.polygon_cells(whole)
    return Area(
        ranges=geometry.ranges_of(cells),
        cells=len(cells),
        km2=round(geometry.area_km2(whole), 3),
        outline=outline(whole),
        intensities=tuple(_band(level, where) for level, where in sorted(bands, key=_level)),
        estimated=estimated,
    )


def joined(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """One valid geometry of many, split at the antimeridian."""
    parts = [geometry.split_antimeridian(one) for one in shapes if not one.is_empty]
    return shapely.union_all([part for part in parts if not part.is_empty])


def outline(whole: BaseGeometry) -> dict[str, Any]:
    """GeoJSON with few corners: enough for a map, never what cells are made of."""
    parts = sorted(shapely.get_parts(whole), key=lambda part: -part.area)[:_OUTLINE_PARTS]
    kept = shapely.union_all([_without_cracks(part) for part in parts])
    for tolerance in _OUTLINE_DEGREES:
        simple = shapely.simplify(kept, tolerance)
        kept = kept if simple.is_empty else simple
        if shapely.get_num_coordinates(kept) <= _OUTLINE_CORNERS:
            break
    drawn: dict[str, Any] = json.loads(json.dumps(mapping(shapely.set_precision(kept, 1e-5))))
    return drawn


def _without_cracks(part: BaseGeometry) -> BaseGeometry:
    """Without the slits that stay open between neighbours whose borders were simplified apart."""
    if not isinstance(part, shapely.Polygon):
        return part
    least = part.area * _CRACK
    return shapely.Polygon(
        part.exterior, [one for one in part.interiors if shapely.Polygon(one).area > least]
    )


def from_geojson(value: object) -> BaseGeometry | None:
    """A geometry on the earth from a GeoJSON object; None where it is none."""
    if not isinstance(value, Mapping) or not _is_bounded(value):
        return None
    try:
        found = shapely.force_2d(shape(dict(value)))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    return found if on_earth(found) else None


def on_earth(found: BaseGeometry) -> bool:
    if found.is_empty:
        return False
    west, south, east, north = found.bounds
    if not all(map(isfinite, (west, south, east, north))):
        return False
    return south >= -_LAT and north <= _LAT and west >= -_LON and east <= _LON


def _is_bounded(value: Mapping[str, Any]) -> bool:
    return sum(1 for _ in _numbers(value.get("coordinates"))) <= 3 * _MOST_CORNERS


def _numbers(value: object) -> Iterable[object]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting.extend(one)
        else:
            yield one


def _band(level: float, where: BaseGeometry) -> dict[str, Any]:
    ranges = geometry.ranges_of(geometry.polygon_cells(where))
    return {"intensity": level, "from": ranges.lows, "until": ranges.highs}


def _level(band: tuple[float, BaseGeometry]) -> float:
    return band[0]
