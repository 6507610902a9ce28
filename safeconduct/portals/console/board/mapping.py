"""Cells as shapes: GeoJSON for the map, polygons for the drawing that stands in for it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel.geometry import boundary
from safeconduct.picture.rollcall.queries import Cell

WIDTH: Final = 640
_MOST_HEIGHT: Final = 480
# Mercator's poles lie at infinity.
_POLAR: Final = 85.0
# Shares of people not heard from at which the colour changes.
STEPS: Final = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Hexagon:
    """A cell in the drawing; ``step`` is its colour, 0 for all heard from to 4."""

    points: str
    step: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Drawing:
    """``land`` are the outlines of countries, as SVG paths."""

    width: int
    height: int
    land: list[str]
    hexagons: list[Hexagon]


def step_of(share: float) -> int:
    """Which colour a share of people not heard from has."""
    return sum(share > edge for edge in STEPS)


def geojson(cells: tuple[Cell, ...]) -> dict[str, object]:
    """A FeatureCollection with one polygon a cell (RFC 7946: longitude first, ring closed)."""
    return {"type": "FeatureCollection", "features": [_feature(cell) for cell in cells]}


def drawing(cells: tuple[Cell, ...], land: Sequence[BaseGeometry] = ()) -> Drawing | None:
    """The same cells as polygons in Mercator's projection, for a page without WebGL."""
    shapes = [(cell, [_mercator(*corner) for corner in _ring(cell.cell)]) for cell in cells]
    corners = [corner for _, shape in shapes for corner in shape]
    if not corners:
        return None
    sheet = _sheet(corners)
    hexagons = [
        Hexagon(
            " ".join(f"{x:.1f},{y:.1f}" for x, y in map(sheet.place, shape)),
            step_of(cell.share),
            cell,
        )
        for cell, shape in shapes
    ]
    paths = [path for outline in land if (path := _path(outline, sheet))]
    return Drawing(math.ceil(sheet.width), math.ceil(sheet.height), paths, hexagons)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The drawing's edges in Mercator degrees, and how many units a degree has."""

    west: float
    north: float
    width: float
    height: float
    scale: float

    def place(self, corner: tuple[float, float]) -> tuple[float, float]:
        return (corner[0] - self.west) * self.scale, (self.north - corner[1]) * self.scale


def _sheet(corners: list[tuple[float, float]]) -> _Sheet:
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    margin = max(east - west, north - south) * 0.08
    west, east, south, north = west - margin, east + margin, south - margin, north + margin
    scale = min(WIDTH / (east - west), _MOST_HEIGHT / (north - south))
    return _Sheet(west, north, (east - west) * scale, (north - south) * scale, scale)


def _path(outline: BaseGeometry, sheet: _Sheet) -> str:
    flat, (west, south_most, east_most, north_most) = _flat(outline)
    east, south = sheet.west + sheet.width / sheet.scale, sheet.north - sheet.height / sheet.scale
    if west > east or east_most < sheet.west or south_most > sheet.north or north_most < south:
        return ""
    cut = shapely.clip_by_rect(flat, sheet.west, south, east, sheet.north)
    rings = [ring for part in shapely.get_parts(cut) for ring in _rings(part)]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(sheet.place, ring)) + "Z"
        for ring in rings
    )


@lru_cache(maxsize=512)
def _flat(outline: BaseGeometry) -> tuple[BaseGeometry, tuple[float, float, float, float]]:
    flat = shapely.transform(outline, _mercator_all)
    return flat, flat.bounds


def _rings(part: BaseGeometry) -> list[list[tuple[float, float]]]:
    if not isinstance(part, shapely.Polygon):
        return []
    return [[(x, y) for x, y, *_ in ring.coords] for ring in (part.exterior, *part.interiors)]


def _mercator_all(points: NDArray[np.float64]) -> NDArray[np.float64]:
    latitudes = np.radians(np.clip(points[:, 1], -_POLAR, _POLAR))
    return np.column_stack([points[:, 0], np.degrees(np.arcsinh(np.tan(latitudes)))])


def _feature(cell: Cell) -> dict[str, object]:
    ring = [[round(lon, 4), round(lat, 4)] for lat, lon in _ring(cell.cell)]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {
            "share": round(cell.share, 3),
            "people": cell.people,
            "silent": cell.not_heard_from,
            "help": cell.needs_help,
        },
    }


def _ring(cell: int) -> list[tuple[float, float]]:
    """Corners whose longitudes are neighbours, across the antimeridian too."""
    corners = boundary(cell)
    if max(lon for _, lon in corners) - min(lon for _, lon in corners) <= 180:
        return corners
    return [(lat, lon + 360 if lon < 0 else lon) for lat, lon in corners]


def _mercator(lat: float, lon: float) -> tuple[float, float]:
    return lon, math.degrees(math.asinh(math.tan(math.radians(lat))))
