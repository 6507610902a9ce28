"""The earth without hexagons: distances, areas, circles, and the antimeridian.

Coordinates are WGS 84 degrees; functions take latitude first, geometries longitude first.
"""

from math import cos, pi, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import tangles

EARTH_KM = 6371.0088  # mean radius, IUGG
_AUTHALIC_KM = 6371.0072  # radius of the sphere with the area of WGS 84
_ECCENTRICITY = 0.0818191908426215
# A circle wider than this is most of the earth, and no longer a simple ring.
_WIDEST_DISC_KM = 9_900.0
_POLE, _HALF, _TURN = 90.0, 180.0, 360.0
# The ground within a ring that meets itself so often takes long to tell, a hundred times so often
# minutes, and no office draws one. Pairs of its edges.
_MOST_MEETINGS = 1_000
# A ring of more corners shows no map more than the outline of it.
_MOST_CORNERS = 200_000
# To a circle around the very pole no bearing is another. Degrees; about a metre.
_NEXT_TO_POLE = 89.99999
# A ring that runs around the earth more often than this is no place, but could go on for ever.
_MOST_TURNS = 10

Floats = NDArray[np.float64]


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance in kilometres."""
    points = np.array([[other_lat, other_lon]])
    return float(distances(points, lat, lon)[0])


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
    """A circle on the sphere as a polygon, split at the antimeridian; the whole earth at most."""
    if km > _WIDEST_DISC_KM:
        return _without_antipode(lat, lon, km, corners)
    bearings = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach, phi = km / EARTH_KM, radians(min(max(lat, -_NEXT_TO_POLE), _NEXT_TO_POLE))
    lats = np.arcsin(np.sin(phi) * np.cos(reach) + np.cos(phi) * np.sin(reach) * np.cos(bearings))
    lons = radians(lon) + np.arctan2(
        np.sin(bearings) * np.sin(reach) * np.cos(phi), np.cos(reach) - np.sin(phi) * np.sin(lats)
    )
    ring = np.column_stack(((np.degrees(lons) + 180) % 360 - 180, np.degrees(lats)))
    return split_antimeridian(shapely.Polygon(ring))


def _without_antipode(lat: float, lon: float, km: float, corners: int) -> BaseGeometry:
    """A circle of half the earth or more: all but the circle around the other end of it."""
    whole = shapely.box(-_HALF, -_POLE, _HALF, _POLE)
    left = pi * EARTH_KM - km
    if left <= 0:
        return whole
    rest = disc(-lat, (lon % _TURN) - _HALF, min(left, _WIDEST_DISC_KM), corners)
    return shapely.difference(whole, rest)


def split_antimeridian(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry valid and within ±180°, its rings cut where they cross the antimeridian.

    A step of more than 180° between two corners is read as the short way round (RFC 7946,
    3.1.9); a step of exactly 360° belongs to a box around the whole earth and stays. A
    ring that runs once around the earth holds the pole it is nearer to.
    """
    if _is_plain(geometry):
        return geometry
    parts = [_split_part(part) for part in shapely.get_parts(geometry)]
    return shapely.union_all([part for part in parts if not part.is_empty])


def _is_plain(geometry: BaseGeometry) -> bool:
    if geometry.is_empty or geometry.geom_type == "GeometryCollection" or geometry.has_z:
        return False
    west, _, east, _ = geometry.bounds
    # Narrower than half the earth, no step can be the long way round.
    inside = west >= -_HALF and east <= _HALF and east - west <= _HALF
    return inside and tangles.is_calm(geometry) and bool(shapely.is_valid(geometry))


def _split_part(part: BaseGeometry) -> BaseGeometry:
    if part.geom_type == "GeometryCollection" or part.geom_type.startswith("Multi"):
        return split_antimeridian(part)
    flat = shapely.force_2d(part)
    if isinstance(flat, shapely.Polygon):
        area = _ground_within(flat.exterior)
        for hole in flat.interiors:
            area = area.difference(_ground_within(hole))
    elif flat.geom_type in ("LineString", "LinearRing"):
        area = shapely.LineString(_short_steps(np.asarray(flat.coords)))
    else:
        area = flat
    return _into_one_turn(area)


def crossings(polygon: shapely.Polygon, most: int = _MOST_MEETINGS) -> int | None:
    """How often its outer ring meets itself beyond what a sound one does; None where more often
    than ``most`` and 1,000 times. Such a ring stands for all it could hold.
    """
    return _crossings(_unwrapped(polygon.exterior), min(most, _MOST_MEETINGS))


def all_within(polygon: shapely.Polygon) -> BaseGeometry:
    """The convex hull of its outer ring, split at the antimeridian."""
    return _into_one_turn(_hull(_unwrapped(polygon.exterior)))


def _ground_within(ring: BaseGeometry) -> BaseGeometry:
    """What a ring surrounds, crossed or not; of a tangled one all within its convex hull."""
    corners = _unwrapped(ring)
    if _crossings(corners, _MOST_MEETINGS) is None:
        return _hull(corners)
    # Only this method keeps to seconds where rings cross themselves.
    return shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)


def _hull(corners: Floats) -> BaseGeometry:
    # Its edges cut, for a long one would be read as the short way round.
    return shapely.segmentize(shapely.convex_hull(shapely.MultiPoint(corners)), _HALF / 2)


def _crossings(corners: Floats, most: int) -> int | None:
    area = shapely.Polygon(corners)
    if len(corners) <= tangles.FEW and shapely.is_valid(area):
        return 0
    if len(corners) > _MOST_CORNERS:
        return None
    # Each edge meets the next; a corner repeated makes none.
    edges = int(np.diff(shapely.get_coordinates(area), axis=0).any(axis=1).sum())
    met = tangles.meetings([area], most + edges) - edges
    if met > most:
        return None
    # Few are checked fast, and what only comes near itself is sound.
    return 0 if shapely.is_valid(area) else max(met, 0)


def unrolled(line: BaseGeometry) -> BaseGeometry:
    """A line without steps the long way round; beyond ±180° where it crosses the antimeridian."""
    return shapely.LineString(_short_steps(shapely.get_coordinates(line)))


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
    west, south, east, north = geometry.bounds if not geometry.is_empty else (0, 0, 0, 0)
    if west >= -_HALF and east <= _HALF:
        return geometry
    if east - west > _MOST_TURNS * _TURN and geometry.area > 0:
        return shapely.box(-_HALF, south, _HALF, north)
    turns = range(int((west + 180) // 360), int((east + 180) // 360) + 1)
    pieces = []
    for turn in turns:
        moved = turned(geometry, -_TURN * turn)
        pieces.append(shapely.intersection(moved, shapely.box(-180, -90, 180, 90)))
    return shapely.union_all(pieces)


def turned(geometry: BaseGeometry, by: float) -> BaseGeometry:
    return shapely.transform(geometry, lambda corners: corners + np.array([by, 0.0]))


def distances(points: Floats, lat: float, lon: float) -> Floats:
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
