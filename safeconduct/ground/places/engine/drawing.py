"""Maps without script: shapes in Mercator's projection as paths of an SVG drawing."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

WIDTH: Final = 640
_MOST_HEIGHT: Final = 480
_MARGIN: Final = 0.08
# Mercator's poles lie at infinity.
_POLAR: Final = 85.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing's edges in Mercator degrees, and how many units a degree has."""

    west: float
    north: float
    width: float
    height: float
    scale: float

    def place(self, corner: tuple[float, float]) -> tuple[float, float]:
        return (corner[0] - self.west) * self.scale, (self.north - corner[1]) * self.scale


def sheet_around(corners: list[tuple[float, float]], *, least: float = 0.0) -> Sheet:
    """A sheet on which all these corners (as :func:`mercator` places them) lie, with a margin.

    ``least`` is the margin's least width in Mercator degrees: what is round a single point.
    """
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    margin = max((east - west) * _MARGIN, (north - south) * _MARGIN, least)
    west, east, south, north = west - margin, east + margin, south - margin, north + margin
    scale = min(WIDTH / (east - west), _MOST_HEIGHT / (north - south))
    return Sheet(west, north, (east - west) * scale, (north - south) * scale, scale)


def path_of(outline: BaseGeometry, sheet: Sheet) -> str:
    """Polygons as an SVG path, cut at the sheet's edges; empty where they lie elsewhere."""
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


def mercator(lat: float, lon: float) -> tuple[float, float]:
    """Where a point lies on every sheet, in Mercator degrees."""
    return lon, math.degrees(math.asinh(math.tan(math.radians(lat))))
