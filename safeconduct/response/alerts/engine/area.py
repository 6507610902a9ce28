"""Where an alert holds: from a signal, a country or a city, as cells, as a shape and in words."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

import shapely
from shapely.geometry import shape as shapely_shape

from safeconduct.ground.kernel import geometry
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.places.models import City, Country
from safeconduct.response.alerts.engine import cap
from safeconduct.response.alerts.engine.naming import in_all, place_of
from safeconduct.wires.hazards.models import Signal

# Other systems choke on large rings; what the area is meant to the metre stands in its cells.
MOST_POINTS: Final = 100
MOST_POLYGONS: Final = 20
_FIRST_TOLERANCE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Reach:
    """An area as an audience, CAP and a reader need it."""

    cells_from: list[int] = field(default_factory=list)
    cells_until: list[int] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    intensities: list[dict[str, Any]] = field(default_factory=list)
    shape: cap.Area = field(default_factory=cap.Area)
    place: dict[str, str] = field(default_factory=dict)

    @property
    def shape_dict(self) -> dict[str, Any]:
        return asdict(self.shape)


def of_signal(signal: Signal) -> Reach:
    """The signal's own area, with its bands of intensity."""
    return Reach(
        cells_from=signal.cells_from,
        cells_until=signal.cells_until,
        intensities=signal.intensities,
        shape=cap.Area(polygons=rings_of(signal.outline), circles=_point_of(signal)),
        place=place_of(signal),
    )


def of_country(country: Country) -> Reach:
    """Everybody in the country, known to the cell or not."""
    return Reach(
        countries=[country.code],
        shape=cap.Area(countries=[country.code]),
        place={language: country.names.get(language, country.code) for language in COMPLETE},
    )


def of_city(city: City, radius_km: float) -> Reach:
    """Everybody within some kilometres of a city's centre."""
    runs = geometry.ranges_of(geometry.circle(city.latitude, city.longitude, radius_km))
    return Reach(
        cells_from=runs.lows,
        cells_until=runs.highs,
        shape=cap.Area(circles=[[city.latitude, city.longitude, radius_km]]),
        place=in_all(city),
    )


def rings_of(outline: dict[str, Any] | None) -> list[list[list[float]]]:
    """GeoJSON as CAP's rings: outer ones only, few and simple, the largest first."""
    if not outline:
        return []
    polygons = sorted(_polygons(outline), key=lambda polygon: -polygon.area)[:MOST_POLYGONS]
    return [_ring(polygon) for polygon in polygons]


def _polygons(outline: dict[str, Any]) -> list[shapely.Polygon]:
    if outline.get("type") == "FeatureCollection":
        return [p for feature in outline["features"] for p in _polygons(feature)]
    if outline.get("type") == "Feature":
        return _polygons(outline["geometry"]) if outline.get("geometry") else []
    parts = shapely.get_parts(shapely_shape(outline), return_index=False)
    return [part for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty]


def _ring(polygon: shapely.Polygon) -> list[list[float]]:
    tolerance, ring = _FIRST_TOLERANCE, polygon.exterior
    while len(ring.coords) > MOST_POINTS:
        simple = polygon.simplify(tolerance, preserve_topology=True)
        if not isinstance(simple, shapely.Polygon):
            break
        ring, tolerance = simple.exterior, tolerance * 2
    return [[round(lat, 4), round(lon, 4)] for lon, lat, *_ in ring.coords]


def _point_of(signal: Signal) -> list[list[float]]:
    if signal.outline or signal.latitude is None or signal.longitude is None:
        return []
    return [[signal.latitude, signal.longitude, 0.0]]
