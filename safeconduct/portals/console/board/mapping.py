"""Cells as shapes: GeoJSON for the map, polygons for the drawing that stands in for it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel.geometry import boundary
from safeconduct.ground.places.engine.drawing import mercator, path_of, sheet_around
from safeconduct.picture.rollcall.queries import Cell

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
    shapes = [(cell, [mercator(*corner) for corner in _ring(cell.cell)]) for cell in cells]
    corners = [corner for _, shape in shapes for corner in shape]
    if not corners:
        return None
    sheet = sheet_around(corners)
    hexagons = [
        Hexagon(
            " ".join(f"{x:.1f},{y:.1f}" for x, y in map(sheet.place, shape)),
            step_of(cell.share),
            cell,
        )
        for cell, shape in shapes
    ]
    paths = [path for outline in land if (path := path_of(outline, sheet))]
    return Drawing(math.ceil(sheet.width), math.ceil(sheet.height), paths, hexagons)


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
