"""The earth in hexagons: places and areas as H3 cells, and cells as runs of integers.

A cell of resolution 7 (about 5 km²) is the finest place the house knows. The identifier of
a cell starts with the identifier of its parent, so all descendants of a cell stand in one
run of integers and "who is in this area" becomes ``BETWEEN`` on an ordinary index.
Coordinates are WGS 84 degrees; functions take latitude first, geometries longitude first.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import degrees, isfinite, sin
from typing import Literal

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel.sphere import (
    EARTH_KM,
    Floats,
    all_within,
    area_km2,
    box_around,
    crossings,
    disc,
    distance_km,
    distances,
    is_as_drawn,
    longitude,
    split_all,
    split_antimeridian,
    turned,
    unrolled,
)

__all__ = [
    "EARTH_KM",
    "FINEST",
    "MOST_CELLS",
    "CellRanges",
    "OutOfRangeError",
    "all_within",
    "area_km2",
    "boundary",
    "box_around",
    "cell_at",
    "circle",
    "compacted",
    "crossings",
    "disc",
    "distance_km",
    "is_as_drawn",
    "longitude",
    "parent",
    "polygon_cells",
    "ranges_of",
    "split_all",
    "split_antimeridian",
    "turned",
    "unrolled",
]

FINEST = 7
MOST_CELLS = 200_000
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
# An area in more parts than this is asked part by part, but for a few with so many corners.
_CRUMBS = 16
_COAST = 500
_POLE, _HALF, _TURN = 90.0, 180.0, 360.0

Ints = NDArray[np.int64]
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
    if not 0 <= resolution <= cell >> _RESOLUTION & 15:
        raise ValueError("A parent is as coarse as its child or coarser.")
    kept = cell & ~(15 << _RESOLUTION) | resolution << _RESOLUTION
    return kept | (1 << 3 * (15 - resolution)) - 1


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
    return compacted([*chosen.tolist(), own])


def polygon_cells(geometry: BaseGeometry) -> list[int]:
    """Compacted cells that touch a geometry (longitude, latitude), however large.

    Areas over the antimeridian may be given either way: split at it or with a ring that
    jumps over it. The rim is resolved to 7 while the result stays within 200 000 cells,
    and to a coarser resolution beyond; nobody in the area is ever left out by that.
    """
    whole = _with_wraps(split_antimeridian(geometry))
    if whole.is_empty:
        return []
    ground = _Ground(whole)
    found: list[int] = _folded(_descend(_side_of_area(ground), _meets_area(ground))).tolist()
    return found


def compacted(cells: Iterable[int]) -> list[int]:
    """The fewest cells that cover exactly the same: full families become their parent."""
    found: list[int] = _folded(_uncovered(np.unique(np.fromiter(cells, np.int64)))).tolist()
    return found


def _with_wraps(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry repeated a little beyond ±180°, so that a cell lying on it meets both sides."""
    if geometry.is_empty or (geometry.bounds[0] > _WRAP - 180 and geometry.bounds[2] < 180 - _WRAP):
        return geometry
    copies = [turned(geometry, by) for by in (-_TURN, _TURN)]
    window = shapely.box(-180 - _WRAP, -90, 180 + _WRAP, 90)
    return shapely.union_all([geometry, *(shapely.intersection(copy, window) for copy in copies)])


def _descend(side: Side, touches: Touches) -> Ints:
    """Cells from coarse to fine: whole ones are kept, only those on the rim are opened."""
    chosen: list[Ints] = []
    rim: Ints = np.array(h3.get_res0_cells(), dtype=np.int64)
    for resolution in range(FINEST + 1):
        reach = _REACH * h3.average_hexagon_edge_length(resolution, unit="km")
        centres = np.array([h3.cell_to_latlng(cell) for cell in rim.tolist()]).reshape(-1, 2)
        sides = side(centres, reach)
        chosen.append(rim[sides == _IN])
        rim = rim[sides == _RIM]
        if resolution == FINEST:
            rim = rim[touches(rim)]
        elif sum(map(len, chosen)) + 7 * len(rim) > MOST_CELLS:
            break
        else:
            rim = _children(rim, resolution)
    return np.concatenate((*chosen, rim))


def _children(cells: Ints, resolution: int) -> Ints:
    """Children of cells that are all of one resolution; a pentagon has no child 1."""
    place = 3 * (15 - resolution - 1)
    stems = cells & ~np.int64(15 << _RESOLUTION | 7 << place)
    stems |= np.int64(resolution + 1 << _RESOLUTION)
    families = stems[:, None] | (np.arange(7, dtype=np.int64) << place)
    there = np.ones(families.shape, dtype=np.bool_)
    there[np.isin(cells, h3.get_pentagons(resolution)), 1] = False
    return families[there]


def _side_of_circle(lat: float, lon: float, km: float) -> Side:
    def side(centres: Floats, reach: float) -> Ints:
        away = distances(centres, lat, lon)
        return np.where(away + reach <= km, _IN, np.where(away - reach > km, _OUT, _RIM))

    return side


def _near_circle(lat: float, lon: float, km: float) -> Touches:
    def touches(cells: Ints) -> Flags:
        # By the cell's own circle, a little wider than its hexagon: rather one cell too many.
        found = []
        for cell in cells.tolist():
            centre = h3.cell_to_latlng(cell)
            radius = distances(np.array(boundary(cell)), *centre).max()
            found.append(distance_km(lat, lon, *centre) <= km + radius)
        return np.array(found, dtype=np.bool_)

    return touches


class _Ground:
    """An area asked many times what it touches: whole, or by part where it is in crumbs.

    A tree of parts looks at a part anew for every cell, which for the mainland takes minutes.
    """

    def __init__(self, area: BaseGeometry) -> None:
        parts = np.asarray(shapely.get_parts(area))
        corners = shapely.get_num_coordinates(parts)
        large = np.flatnonzero(corners > _COAST)
        large = large[np.argsort(-corners[large], kind="stable")][:_CRUMBS]
        in_crumbs = len(parts) > _CRUMBS
        self._whole = parts[large].tolist() if in_crumbs else [area]
        self._crumbs = shapely.STRtree(np.delete(parts, large)) if in_crumbs else None
        for one in self._whole:
            shapely.prepare(one)

    def meets(self, shapes: NDArray[np.object_]) -> Flags:
        return self._found(shapes, "intersects")

    def holds(self, shapes: NDArray[np.object_]) -> Flags:
        return self._found(shapes, "within")

    def _found(self, shapes: NDArray[np.object_], how: Literal["intersects", "within"]) -> Flags:
        flags = np.zeros(len(shapes), dtype=np.bool_)
        asked = shapely.intersects if how == "intersects" else shapely.contains
        for one in self._whole:
            rest = np.flatnonzero(~flags)
            flags[rest] = asked(one, shapes[rest])
        if self._crumbs is not None:
            rest = np.flatnonzero(~flags)
            flags[rest[self._crumbs.query(shapes[rest], predicate=how)[0]]] = True
        return flags


def _side_of_area(area: _Ground) -> Side:
    def side(centres: Floats, reach: float) -> Ints:
        boxes = _boxes(centres, reach)
        kinds = np.where(area.meets(boxes), _RIM, _OUT)
        rim = kinds == _RIM
        kinds[rim] = np.where(area.holds(boxes[rim]), _IN, _RIM)
        return kinds

    return side


def _meets_area(area: _Ground) -> Touches:
    def touches(cells: Ints) -> Flags:
        corners = [h3.cell_to_boundary(cell) for cell in cells.tolist()]
        met = np.zeros(len(cells), dtype=np.bool_)
        for sides in {len(one) for one in corners}:
            alike = [at for at, one in enumerate(corners) if len(one) == sides]
            hexagons = _hexagons(np.array([corners[at] for at in alike])[:, :, ::-1].copy())
            met[alike] = area.meets(hexagons)
        return met

    return touches


def _hexagons(corners: Floats) -> NDArray[np.object_]:
    """Polygons of cells from their (longitude, latitude), whole beyond ±180° where they cross."""
    steps = corners[:, :, 0] - corners[:, :1, 0]
    corners[:, :, 0] -= _TURN * np.sign(steps) * (np.abs(steps) > _HALF)
    shapes = np.array(shapely.polygons(corners), dtype=np.object_)
    # Around a pole a cell is a cap: its corners say nothing of its inside.
    for at in np.flatnonzero(np.abs(corners[:, :, 1]).max(axis=1) > _POLAR):
        near = corners[at, :, 1]
        shapes[at] = shapely.box(-_HALF, near.min(), _HALF, np.copysign(_POLE, near[0]))
    return shapes


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


def _folded(cells: Ints) -> Ints:
    """Full families replaced by their parent, level by level; no cell may cover another."""
    for resolution in range(FINEST, 0, -1):
        level = cells[_resolutions(cells) == resolution]
        heads = _parents(level, resolution - 1)
        families, sizes = np.unique(heads, return_counts=True)
        # A pentagon has six children; of all others' families six are one too few.
        sixes = [
            bool(size == 6 and h3.is_pentagon(int(h)))
            for h, size in zip(families, sizes, strict=True)
        ]
        full = families[(sizes == 7) | np.array(sixes, dtype=np.bool_)]
        kept = level[~np.isin(heads, full)]
        cells = np.concatenate((cells[_resolutions(cells) != resolution], kept, full))
    return np.sort(cells)


def _uncovered(cells: Ints) -> Ints:
    """Cells without those whose ancestor is there as well."""
    for coarse in range(FINEST):
        heads = cells[_resolutions(cells) == coarse]
        finer = _resolutions(cells) > coarse
        if heads.size and finer.any():
            covered = np.zeros(len(cells), dtype=np.bool_)
            covered[finer] = np.isin(_parents(cells[finer], coarse), heads)
            cells = cells[~covered]
    return cells


def _resolutions(cells: Ints) -> Ints:
    return cells >> _RESOLUTION & 15


def _parents(cells: Ints, resolution: int) -> Ints:
    kept = cells & ~np.int64(15 << _RESOLUTION) | np.int64(resolution << _RESOLUTION)
    return kept | np.int64((1 << 3 * (15 - resolution)) - 1)
