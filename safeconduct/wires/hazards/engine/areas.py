"""From shapes to the areas of a signal: cells, square kilometres, an outline for the map."""

import json
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext_noop as _
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry, tangles
from safeconduct.wires.hazards.engine.reading import Area, Note, Repairs, shortened

# An outline is for a map on a screen: about 500 m, coarser for large areas, so many corners.
_OUTLINE_DEGREES = (0.005, 0.02, 0.1, 0.5)
_OUTLINE_PARTS = 500
_OUTLINE_CORNERS = 5000
# The share of an area below which a hole in it is no lake but a slit.
_CRACK = 0.001
# Longitudes may go on eastwards or westwards by one turn of the earth.
_LAT, _LON = 90, 540
# A ring with more corners than this is no place but an attack.
_MOST_CORNERS = 1_000_000
# Shapes of one message that meet more often take minutes to join: pairs of edges in all, and for
# each edge, for those of neighbours meet at every corner. The hulls of those that lie together,
# by squares of so many degrees, stand for them then.
_MEETINGS, _MEETINGS_EACH = 50_000, 12
_SQUARE = 10
# More shapes than this are joined by smaller squares before anybody looks how they meet.
_MOST_SHAPES, _SMALL_SQUARE = 10_000, 5
_TOO_MANY = _("There are too many shapes to draw each; all around those close together was taken.")
UNPLACED = _("A %(kind)s cannot be placed on the map: “%(text)s”.")
CROWDED = _(
    "The shapes cross each other too often to tell their ground; all around them was taken."
)


def area_of(
    shapes: Iterable[BaseGeometry],
    *,
    bands: Sequence[tuple[float, BaseGeometry]] = (),
    estimated: bool = False,
    repairs: Repairs | None = None,
) -> Area:
    """The area all shapes cover together; ``bands`` are (intensity, where at least that).

    What had to be done to the shapes is added to ``repairs``.
    """
    whole = joined(shapes, repairs)
    if whole.is_empty:
        return Area()
    cells = geometry.polygon_cells(whole)
    return Area(
        ranges=geometry.ranges_of(cells),
        cells=len(cells),
        km2=round(geometry.area_km2(whole), 6),
        outline=outline(whole),
        intensities=tuple(_band(level, where) for level, where in sorted(bands, key=_level)),
        estimated=estimated,
    )


def joined(shapes: Iterable[BaseGeometry], repairs: Repairs | None = None) -> BaseGeometry:
    """One valid geometry of many, split at the antimeridian, in bounded time."""
    given = {one.wkb: one for one in shapes if not one.is_empty}
    parts = [part for part in geometry.split_all(list(given.values())) if not part.is_empty]
    found = Repairs()
    if len(parts) > _MOST_SHAPES:
        parts = _hulls(parts, _SMALL_SQUARE)
        found.add(_TOO_MANY)
    if _are_crowded(parts):
        parts = _hulls(parts, _SQUARE)
        found.add(CROWDED)
    if repairs is not None:
        repairs.take(found)
    return shapely.union_all(parts)


def _are_crowded(parts: Sequence[BaseGeometry]) -> bool:
    corners = int(shapely.get_num_coordinates(np.array(parts, dtype=np.object_)).sum())
    if len(parts) <= 1 or corners <= tangles.FEW:
        return False
    most = _MEETINGS + _MEETINGS_EACH * corners
    return corners > _MOST_CORNERS or tangles.meetings(parts, most) > most


def _hulls(parts: Sequence[BaseGeometry], degrees: int) -> list[BaseGeometry]:
    single = np.asarray(shapely.get_parts(np.array(parts, dtype=np.object_)))
    middles = shapely.get_coordinates(shapely.centroid(single)) // degrees
    _squares, of = np.unique(middles, axis=0, return_inverse=True)
    groups = np.split(single[np.argsort(of, kind="stable")], np.cumsum(np.bincount(of))[:-1])
    return [shapely.convex_hull(shapely.geometrycollections(group.tolist())) for group in groups]


def name_crossings(shape: BaseGeometry, repairs: Repairs) -> None:
    """List it where a polygon is not what its corners say, for it crosses itself."""
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon) and not part.is_empty:
            for ring in map(shapely.Polygon, (part.exterior, *part.interiors)):
                # What is left of a spot whose corners were rounded together is no crossing.
                if shapely.convex_hull(ring).area > 0:
                    crossed = geometry.crossings(ring)
                    ground = geometry.split_antimeridian(ring) if crossed else ring
                    name_crossed(ring, crossed, ground, repairs)


def name_crossed(
    ring: shapely.Polygon, crossed: int | None, ground: BaseGeometry, repairs: Repairs
) -> None:
    """List how the ground of a ring was told that meets itself so often; None: too often."""
    if crossed is None:
        repairs.add(
            _("A polygon crosses itself too often to tell its ground; all around it was taken.")
        )
    elif crossed and not geometry.is_as_drawn(ring, ground):
        repairs.add(_("A polygon that crosses itself was taken as the ground it surrounds."))


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


def drawn(value: object, name: str, wanted: str, repairs: Repairs) -> BaseGeometry | None:
    """A geometry as ``from_geojson``.

    One of the ``wanted`` type that is nowhere on the map is listed, by what its source calls
    it: nobody would notice that it is missing.
    """
    found = from_geojson(value)
    kind = str(value.get("type")) if isinstance(value, Mapping) else ""
    if found is None and wanted in kind:
        repairs.put(Note(UNPLACED, {"kind": kind, "text": shortened(name, 60)}))
    return found


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
