"""The levels of a country as a drawing: without script, without a map's weight."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.places.engine import drawing
from safeconduct.ground.places.engine.atlas import AtlasMissingError, recognised
from safeconduct.ground.places.models import City
from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import USUAL_RADIUS_KM, AreaKind

# Degrees: finer bends are not seen on so small a drawing, and cost what a page weighs.
_COARSE: Final = 0.02
# Degrees around a country that is smaller than that.
_LEAST: Final = 0.2
# Islands further off than this are drawn only where a level speaks of them: else France would
# be as wide as the Atlantic and the Indian Ocean.
_OFFSHORE: Final = 12.0
_KM_A_DEGREE: Final = 111.32
_CORNERS: Final = 36
_HALF, _TURN = 180.0, 360.0


@dataclass(frozen=True, slots=True)
class Patch:
    """A place and its level as an SVG path, and where its number stands."""

    level: int
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing's size, the countries around as one path, the country, then its areas."""

    width: float
    height: float
    around: str
    whole: Patch
    areas: tuple[Patch, ...]


def sketch_of(edition: Edition) -> Sketch | None:
    """The levels of an edition on a drawing of its country, the highest on top.

    None where we hold no outline of the country, or none of the edition's levels is its own.
    """
    texts = sorted(edition.levels.all(), key=lambda text: (text.level, text.pk))
    whole = next((text.level for text in texts if text.kind == AreaKind.COUNTRY), None)
    if whole is None:
        return None
    # Drafts change while they are written; what was approved is drawn once.
    return _drawn(edition.country_id, whole, tuple(_places(texts)))


@lru_cache(maxsize=128)
def _drawn(country: str, level: int, places: tuple[tuple[int, str], ...]) -> Sketch | None:
    land = _land(country, detailed=bool(places))
    if land is None:
        return None
    turn = _crosses(land)
    areas = [(of, _shifted(shapely.from_wkt(shape), turn)) for of, shape in places]
    own = _shifted(land, turn)
    sheet = _sheet([_seen(own, [shape for _, shape in areas]), *(shape for _, shape in areas)])
    around = "".join(
        drawing.path_of(_shifted(shape, turn), sheet) for code, shape in _lands() if code != country
    )
    inside = [(of, _within(shape, own)) for of, shape in areas]
    rest = shapely.difference(own, shapely.union_all([shape for _, shape in inside]))
    return Sketch(
        width=sheet.width,
        height=sheet.height,
        around=around,
        whole=_patch(level, own, sheet, label=rest if not rest.is_empty else own),
        areas=tuple(_patch(of, shape, sheet) for of, shape in inside),
    )


def _places(texts: Iterable[LevelText]) -> list[tuple[int, str]]:
    """Each area's level and shape in degrees, as text that a cache can keep."""
    areas = [text for text in texts if text.kind != AreaKind.COUNTRY]
    wanted = {number for text in areas for number in text.city_ids}
    cities = City.objects.only("latitude", "longitude").in_bulk(wanted)
    return [(text.level, shapely.to_wkt(_shape(text, cities))) for text in areas]


def _shape(text: LevelText, cities: dict[int, City]) -> BaseGeometry:
    if text.kind == AreaKind.OUTLINE:
        return shapely.Polygon([(lon, lat) for lat, lon in text.corners]).buffer(0)
    km = text.radius_km or USUAL_RADIUS_KM
    near = [cities[number] for number in text.city_ids if number in cities]
    return shapely.union_all([_circle(city.latitude, city.longitude, km) for city in near])


def _circle(lat: float, lon: float, km: float) -> shapely.Polygon:
    high = km / _KM_A_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.1)
    turns = (2 * math.pi * step / _CORNERS for step in range(_CORNERS))
    return shapely.Polygon(
        [(lon + wide * math.cos(turn), lat + high * math.sin(turn)) for turn in turns]
    )


@lru_cache(maxsize=1)
def _lands() -> tuple[tuple[str, BaseGeometry], ...]:
    return tuple(
        (one.code, one.geometry.simplify(_COARSE)) for one in recognised("110m", drawn=True)
    )


def _land(country: str, *, detailed: bool) -> BaseGeometry | None:
    """The country's outline; small ones are on the finer map only, which is slow to read."""
    try:
        found = next((shape for code, shape in _lands() if code == country), None)
        if found is None and detailed:
            fine = recognised("50m", drawn=True)
            found = next((one.geometry for one in fine if one.code == country), None)
    except AtlasMissingError:
        return None
    return found


def _crosses(shape: BaseGeometry) -> bool:
    """Whether a country lies on both sides of the antimeridian."""
    west, _, east, _ = shape.bounds
    return east - west > _HALF


def _shifted(shape: BaseGeometry, turn: bool) -> BaseGeometry:
    """Everything west of Greenwich moved behind the antimeridian; joined where it was cut there."""
    if not turn:
        return shape
    return shapely.union_all(
        [
            shapely.transform(part, _eastwards) if part.bounds[2] <= 0 else part
            for part in shapely.get_parts(shape)
        ]
    )


def _eastwards(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([points[:, 0] + _TURN, points[:, 1]])


def _seen(land: BaseGeometry, areas: list[BaseGeometry]) -> BaseGeometry:
    """The parts of a country worth the paper: the largest, what is near it, what is spoken of."""
    parts = list(shapely.get_parts(land))
    largest = max(parts, key=lambda part: part.area)
    return shapely.union_all(
        [
            part
            for part in parts
            if part.distance(largest) <= _OFFSHORE or any(part.intersects(one) for one in areas)
        ]
    )


def _within(shape: BaseGeometry, land: BaseGeometry) -> BaseGeometry:
    """As far as it lies in the country; all of it where it lies at sea."""
    inside = shapely.intersection(shape, land)
    return shape if inside.is_empty else inside


def _sheet(shapes: list[BaseGeometry]) -> drawing.Sheet:
    bounds = [shape.bounds for shape in shapes if not shape.is_empty]
    corners = [
        drawing.mercator(lat, lon)
        for west, south, east, north in bounds
        for lat, lon in ((south, west), (north, east))
    ]
    return drawing.sheet_around(corners, least=_LEAST)


def _patch(
    level: int, shape: BaseGeometry, sheet: drawing.Sheet, label: BaseGeometry | None = None
) -> Patch:
    parts = shapely.get_parts(shape if label is None else label)
    largest = max(parts, key=lambda part: part.area, default=shape)
    spot = largest.representative_point() if not largest.is_empty else shapely.Point(0, 0)
    x, y = sheet.place(drawing.mercator(spot.y, spot.x))
    return Patch(level, drawing.path_of(shape, sheet), x, y)
