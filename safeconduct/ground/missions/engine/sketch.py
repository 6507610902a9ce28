"""A small map without script: the country's outline and where in it a post is."""

from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine import drawing
from safeconduct.ground.places.engine.atlas import recognised

# Degrees: finer bends are not seen on so small a map, and cost what a page weighs.
_COARSE = 0.02
# Degrees around a post in a country that is smaller than that.
_LEAST = 0.3


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing's size, its own country and the ones around as SVG paths, and the point."""

    width: float
    height: float
    path: str
    around: str
    x: float
    y: float


@lru_cache(maxsize=256)
def sketch_of(country: str, place: tuple[float, float]) -> Sketch:
    """The country (the part of it the post is in) with the place marked in it."""
    spot = drawing.mercator(*place)
    part = _part(country, shapely.Point(place[1], place[0]))
    sheet = drawing.sheet_around([*_corners(part), spot], least=_LEAST)
    x, y = sheet.place(spot)
    outlines = [
        (one.code, one.geometry.simplify(_COARSE)) for one in recognised("110m", drawn=True)
    ]
    around = (drawing.path_of(shape, sheet) for code, shape in outlines if code != country)
    own = (drawing.path_of(shape, sheet) for code, shape in outlines if code == country)
    return Sketch(sheet.width, sheet.height, "".join(own), "".join(around), x, y)


def _part(country: str, spot: shapely.Point) -> BaseGeometry:
    """The mainland or island a post is on: others may lie on the other side of the earth."""
    parts = [
        part
        for outline in recognised("110m", drawn=True)
        if outline.code == country
        for part in shapely.get_parts(outline.geometry)
    ]
    return min(parts, key=spot.distance, default=spot)


def _corners(part: BaseGeometry) -> list[tuple[float, float]]:
    west, south, east, north = part.bounds
    return [drawing.mercator(south, west), drawing.mercator(north, east)]
