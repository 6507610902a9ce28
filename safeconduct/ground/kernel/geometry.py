"""The earth in hexagons: places and areas as H3 cells, and cells as runs of integers.

A cell of resolution 7 (about 5 km²) is the finest place the house knows. The identifier of
a cell starts with the identifier of its parent, so all descendants of a cell stand in one
run of integers and "who is in this area" becomes ``BETWEEN`` on an ordinary index.
Coordinates are WGS 84 degrees; functions take latitude first, geometries longitude first.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import cos, degrees, isfinite, radians, sin

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

FINEST = 7
MOST_CELLS = 200_000
EARTH_KM = 6371.0088  # mean radius, IUGG
_AUTHALIC_KM = 6371.0072  # radius of the sphere with the area of WGS 84
_ECCENTRICITY = 0.0818191908426215
# Children stick out of their parent and cells differ in size over the globe: no descendant
# lies further from a cell's centre than this many average edges (greatest seen: 1.3).
_REACH = 1.5

# Layout of an H3 index (h3geo.org, "H3 Index"): four bits of resolution from bit 52, seven
# bits of base cell from bit 45, then three bits for each digit; digit 7 ends at bit 24.
_RESOLUTION = 52
_DIGIT_7 = 24
_SIXES = sum(6 << (3 * place) for place in range(FINEST)) << _DIGIT_7
_RUN = 7**FINEST

# Boxes reach over ±180° by this many degrees at most; wider ones go all around.
_WRAP = 60.0
_POLAR = 89.0
_POLE, _HALF, _TURN = 90.0, 180.0, 360.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Which side of a rim the cells around some centres lie on, given their reach in kilometres.
Side = Callable[[Floats, float], Ints]
Touches = Callable[[Ints], Flags]
_OUT, _RIM, _IN = 0, 1, 2


class OutOfRangeError(ValueError):
    """A coordinate that is not on the earth."""


@dataclass(frozen=True, slots=True)
class CellRanges:
    """Sorted runs of resolution-7 cells, both ends included; neighbours are merged."""

    lows: list[int]
    highs: list[int]

    def contains(self, cell: int) -> bool:
        """Whether a cell of resolution 7 lies in one of the runs."""
        at = bisect_right(self.lows, cell) - 1
        return at >= 0 and cell <= self.highs[at]

    def count(self) -> int:
        """How many cells of resolution 7 there are in all runs together."""
        lows = _ordinals(np.array(self.lows, dtype=np.int64))
        highs = _ordinals(np.array(self.highs, dtype=np.int64))
        total = int((highs - lows + 1).sum())
        for first, last in _holes():
            overlap = np.minimum(highs, last) - np.maximum(lows, first) + 1
            total -= int(overlap.clip(min=0).sum())
        return total


def cell_at(lat: float, lon: float, resolution: int = FINEST) -> int:
    """The H3 cell of a place.

    :raises OutOfRangeError: if the latitude or longitude is not on the earth.
    """
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= _POLE and abs(lon) <= _TURN):
        raise OutOfRangeError("Latitude must be within ±90 and longitude within ±360 degrees.")
    return int(h3.latlng_to_cell(lat, lon, resolution))


def parent(cell: int, resolution: int) -> int:
    """The cell of a coarser (or the same) resolution that a cell belongs to."""
    return int(h3.cell_to_parent(cell, resolution))


def boundary(cell: int) -> list[tuple[float, float]]:
    """Corners of a cell as (latitude, longitude), not closed."""
    return [(float(lat), float(lon)) for lat, lon in h3.cell_to_boundary(cell)]


def ranges_of(cells: Iterable[int]) -> CellRanges:
    """Runs of the resolution-7 descendants of cells of any mix of resolutions up to 7.

    :raises ValueError: if a cell is finer than 7.
    """
    given = np.unique(np.fromiter(cells, dtype=np.int64))
    if not given.size:
        return CellRanges([], [])
    lows, highs = _descendants(given)
    order = np.lexsort((highs, lows))
    lows, highs = lows[order], highs[order]
    # A run may swallow the next ones (a parent given beside its child), hence the maximum.
    ends = np.maximum.accumulate(_ordinals(highs))
    starts_anew = np.concatenate(([True], _ordinals(lows)[1:] > ends[:-1] + 1))
    firsts = np.flatnonzero(starts_anew)
    lasts = np.concatenate((firsts[1:] - 1, [len(lows) - 1]))
    highest = np.maximum.accumulate(highs)
    return CellRanges(lows[firsts].tolist(), highest[lasts].tolist())


def circle(lat: float, lon: float, km: float) -> list[int]:
    """Compacted cells that touch the circle of ``km`` around a place; at least its own cell."""
    own = cell_at(lat, lon)
    chosen = _descend(_side_of_circle(lat, lon, km), _near_circle(lat, lon, km))
    return compacted([*chosen, own])


def polygon_cells(geometry: BaseGeometry) -> list[int]:
    """Compacted cells that touch a geometry (longitude, latitude), however large.

    Areas over the antimeridian may be given either way: split at it or with a ring that
    jumps over it. The rim is resolved to 7 while the result stays within 200 000 cells,
    and to a coarser resolution beyond; nobody in the area is ever left out by that.
    """
    whole = _with_wraps(split_antimeridian(geometry))
    if whole.is_empty:
        return []
    shapely.prepare(whole)
    return compacted(_descend(_side_of_area(whole), _meets_area(whole)))


def compacted(cells: Iterable[int]) -> list[int]:
    """The fewest cells that cover exactly the same: full families become their parent."""
    by_resolution: list[set[int]] = [set() for _ in range(FINEST + 1)]
    for cell in cells:
        by_resolution[cell >> _RESOLUTION & 15].add(cell)
    _drop_covered(by_resolution)
    for resolution in range(FINEST, 0, -1):
        families = Counter(parent(cell, resolution - 1) for cell in by_resolution[resolution])
        full = {head for head, size in families.items() if size == 7 - h3.is_pentagon(head)}
        by_resolution[resolution - 1] |= full
        by_resolution[resolution] = {
            cell for cell in by_resolution[resolution] if parent(cell, resolution - 1) not in full
        }
    return sorted(cell for level in by_resolution for cell in level)


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance in kilometres."""
    points = np.array([[other_lat, other_lon]])
    return float(_distances(points, lat, lon)[0])


def area_km2(geometry: BaseGeometry) -> float:
    """Area on the WGS 84 ellipsoid in square kilometres; points and lines have none."""
    total = 0.0
    for part in shapely.get_parts(split_antimeridian(geometry)):
        if isinstance(part, shapely.Polygon):
            rings = [part.exterior, *part.interiors]
            areas = [_ring_area(np.asarray(ring.coords)[:, :2]) for ring in rings]
            total += areas[0] - sum(areas[1:])
    return total


def disc(lat: float, lon: float, km: float, corners: int = 72) -> BaseGeometry:
    """A circle on the sphere as a polygon, split at the antimeridian."""
    bearings = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach, phi = min(km, 9_900.0) / EARTH_KM, radians(lat)
    lats = np.arcsin(np.sin(phi) * np.cos(reach) + np.cos(phi) * np.sin(reach) * np.cos(bearings))
    lons = radians(lon) + np.arctan2(
        np.sin(bearings) * np.sin(reach) * np.cos(phi), np.cos(reach) - np.sin(phi) * np.sin(lats)
    )
    ring = np.column_stack(((np.degrees(lons) + 180) % 360 - 180, np.degrees(lats)))
    return split_antimeridian(shapely.Polygon(ring))


def split_antimeridian(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry valid and within ±180°, its rings cut where they cross the antimeridian.

    A step of more than 180° between two corners is read as the short way round (RFC 7946,
    3.1.9); a step of exactly 360° belongs to a box around the whole earth and stays. A
    ring that runs once around the earth holds the pole it is nearer to.
    """
    parts = [_split_part(part) for part in shapely.get_parts(geometry)]
    return shapely.union_all([part for part in parts if not part.is_empty])


def _split_part(part: BaseGeometry) -> BaseGeometry:
    if part.geom_type == "GeometryCollection" or part.geom_type.startswith("Multi"):
        return split_antimeridian(part)
    flat = shapely.force_2d(part)
    if isinstance(flat, shapely.Polygon):
        area = shapely.make_valid(shapely.Polygon(_unwrapped(flat.exterior)))
        for hole in flat.interiors:
            area = area.difference(shapely.make_valid(shapely.Polygon(_unwrapped(hole))))
    elif flat.geom_type in ("LineString", "LinearRing"):
        area = shapely.LineString(_short_steps(np.asarray(flat.coords)))
    else:
        area = flat
    return _into_one_turn(area)


def _short_steps(corners: Floats) -> Floats:
    steps = np.diff(corners[:, 0])
    long = (np.abs(steps) > _HALF) & (np.abs(steps) < _TURN)
    turns = np.concatenate(([0.0], np.cumsum(np.where(long, -360 * np.sign(steps), 0.0))))
    return np.column_stack((corners[:, 0] + turns, corners[:, 1]))


def _unwrapped(ring: BaseGeometry) -> Floats:
    corners = _short_steps(np.asarray(ring.coords))
    if abs(corners[-1, 0] - corners[0, 0]) < _HALF:
        return corners
    pole = _POLE if corners[:, 1].mean() >= 0 else -_POLE
    return np.vstack((corners, [[corners[-1, 0], pole], [corners[0, 0], pole]]))


def _into_one_turn(geometry: BaseGeometry) -> BaseGeometry:
    west, _, east, _ = geometry.bounds if not geometry.is_empty else (0, 0, 0, 0)
    if west >= -_HALF and east <= _HALF:
        return geometry
    turns = range(int((west + 180) // 360), int((east + 180) // 360) + 1)
    pieces = []
    for turn in turns:
        moved = _turned(geometry, -_TURN * turn)
        pieces.append(shapely.intersection(moved, shapely.box(-180, -90, 180, 90)))
    return shapely.union_all(pieces)


def _turned(geometry: BaseGeometry, by: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda corners: corners + np.array([by, 0.0]))


def _with_wraps(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry repeated a little beyond ±180°, so that a cell lying on it meets both sides."""
    if geometry.is_empty or (geometry.bounds[0] > _WRAP - 180 and geometry.bounds[2] < 180 - _WRAP):
        return geometry
    copies = [_turned(geometry, by) for by in (-_TURN, _TURN)]
    window = shapely.box(-180 - _WRAP, -90, 180 + _WRAP, 90)
    return shapely.union_all([geometry, *(shapely.intersection(copy, window) for copy in copies)])


def _descend(side: Side, touches: Touches) -> list[int]:
    """Cells from coarse to fine: whole ones are kept, only those on the rim are opened."""
    chosen: list[int] = []
    rim: Ints = np.array(h3.get_res0_cells(), dtype=np.int64)
    for resolution in range(FINEST + 1):
        reach = _REACH * h3.average_hexagon_edge_length(resolution, unit="km")
        centres = np.array([h3.cell_to_latlng(cell) for cell in rim.tolist()]).reshape(-1, 2)
        sides = side(centres, reach)
        chosen += rim[sides == _IN].tolist()
        rim = rim[sides == _RIM]
        if resolution == FINEST:
            chosen += rim[touches(rim)].tolist()
            return chosen
        if len(chosen) + 7 * len(rim) > MOST_CELLS:
            break
        rim = np.array(
            [child for cell in rim.tolist() for child in h3.cell_to_children(cell)], dtype=np.int64
        )
    chosen += rim.tolist()
    return chosen


def _side_of_circle(lat: float, lon: float, km: float) -> Side:
    def side(centres: Floats, reach: float) -> Ints:
        away = _distances(centres, lat, lon)
        return np.where(away + reach <= km, _IN, np.where(away - reach > km, _OUT, _RIM))

    return side


def _near_circle(lat: float, lon: float, km: float) -> Touches:
    def touches(cells: Ints) -> Flags:
        # By the cell's own circle, a little wider than its hexagon: rather one cell too many.
        found = []
        for cell in cells.tolist():
            centre = h3.cell_to_latlng(cell)
            radius = _distances(np.array(boundary(cell)), *centre).max()
            found.append(distance_km(lat, lon, *centre) <= km + radius)
        return np.array(found, dtype=np.bool_)

    return touches


def _side_of_area(area: BaseGeometry) -> Side:
    def side(centres: Floats, reach: float) -> Ints:
        boxes = _boxes(centres, reach)
        kinds = np.where(shapely.intersects(area, boxes), _RIM, _OUT)
        rim = kinds == _RIM
        kinds[rim] = np.where(shapely.contains(area, boxes[rim]), _IN, _RIM)
        return kinds

    return side


def _meets_area(area: BaseGeometry) -> Touches:
    def touches(cells: Ints) -> Flags:
        return np.array([shapely.intersects(area, _hexagon(cell)) for cell in cells.tolist()], bool)

    return touches


def _hexagon(cell: int) -> BaseGeometry:
    corners = np.array(boundary(cell))[:, ::-1]
    if np.abs(corners[:, 1]).max() > _POLAR:
        return shapely.box(-180, corners[:, 1].min(), 180, np.sign(corners[0, 1]) * 90)
    steps = corners[:, 0] - corners[0, 0]
    corners[:, 0] -= 360 * np.sign(steps) * (np.abs(steps) > _HALF)
    return shapely.Polygon(corners)


def _boxes(centres: Floats, reach_km: float) -> NDArray[np.object_]:
    """Boxes of longitude and latitude around the caps of ``reach_km`` about the centres."""
    reach = min(reach_km / EARTH_KM, np.pi / 2)
    lats, lons = centres[:, 0], centres[:, 1]
    low, high = lats - degrees(reach), lats + degrees(reach)
    ratio = np.minimum(sin(reach) / np.maximum(np.cos(np.radians(lats)), 1e-9), 1.0)
    wide = np.degrees(np.arcsin(ratio))
    around = (low <= -_POLE) | (high >= _POLE) | (wide > _WRAP)
    return shapely.box(
        np.where(around, -180, lons - wide),
        np.maximum(low, -90),
        np.where(around, 180, lons + wide),
        np.minimum(high, 90),
    )


def _distances(points: Floats, lat: float, lon: float) -> Floats:
    phi, lam = np.radians(points[:, 0]), np.radians(points[:, 1])
    half: Floats = (
        np.sin((phi - radians(lat)) / 2) ** 2
        + np.cos(phi) * cos(radians(lat)) * np.sin((lam - radians(lon)) / 2) ** 2
    )
    away: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return away


def _ring_area(corners: Floats) -> float:
    """Chamberlain and Duquette, JPL 07-03, on authalic latitudes; edges cut to half a degree."""
    fine = np.asarray(shapely.segmentize(shapely.LinearRing(corners), 0.5).coords)
    lams, sines = np.radians(fine[:, 0]), np.sin(np.radians(fine[:, 1]))
    heights = _authalic(sines) / _authalic(np.array([1.0]))
    steps = np.diff(lams) * (heights[1:] + heights[:-1]) / 2
    return abs(float(steps.sum())) * _AUTHALIC_KM**2


def _authalic(sines: Floats) -> Floats:
    """q of Snyder, Map Projections (USGS Professional Paper 1395), equation 3-12."""
    bent = _ECCENTRICITY * sines
    logs = np.log((1 - bent) / (1 + bent)) / (2 * _ECCENTRICITY)
    return (1 - _ECCENTRICITY**2) * (sines / (1 - bent**2) - logs)


def _descendants(cells: Ints) -> tuple[Ints, Ints]:
    finer = FINEST - (cells >> _RESOLUTION & 15)
    if (finer < 0).any():
        raise ValueError(f"Cells finer than resolution {FINEST} have no run.")
    digits = ((np.int64(1) << 3 * finer) - 1) << _DIGIT_7
    stems = cells & ~digits & ~np.int64(15 << _RESOLUTION) | np.int64(FINEST << _RESOLUTION)
    return stems, stems | (digits & np.int64(_SIXES))


def _ordinals(cells: Ints) -> Ints:
    """Cells of resolution 7 numbered without gaps, but for the missing sixths of pentagons."""
    number = cells >> 45 & 127
    for place in range(FINEST - 1, -1, -1):
        number = number * 7 + (cells >> (_DIGIT_7 + 3 * place) & 7)
    return number


def _holes() -> list[tuple[int, int]]:
    """Ordinals no cell has: a pentagon has no child 1, nor has the pentagon at its centre."""
    heads = [cell >> 45 & 127 for cell in h3.get_pentagons(0)]
    sizes = [7**place for place in range(FINEST)]
    return [(head * _RUN + size, head * _RUN + 2 * size - 1) for head in heads for size in sizes]


def _drop_covered(by_resolution: Sequence[set[int]]) -> None:
    """Remove cells whose ancestor is there as well."""
    coarser: list[int] = []
    for resolution, level in enumerate(by_resolution):
        heads = [set(by_resolution[above]) for above in coarser]
        level -= {
            cell
            for cell in level
            if any(parent(cell, r) in held for r, held in zip(coarser, heads, strict=True))
        }
        if level:
            coarser.append(resolution)
