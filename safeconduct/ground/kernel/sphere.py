"""The earth without hexagons: distances, areas, circles, and the antimeridian.

Coordinates are WGS 84 degrees; functions take latitude first, geometries longitude first.
"""

from collections.abc import Sequence
from math import asin, cos, degrees, pi, radians, sin, sqrt
from operator import is_

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import tangles

EARTH_KM = 6371.0088  # mean radius, IUGG
_AUTHALIC_KM = 6371.0072  # radius of the sphere with the area of WGS 84
_EQUATOR_KM = 6378.137  # WGS 84
# From so far the curve of the earth right here says nothing.
_FAR_KM = 5_000.0
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

# A share by which two ways to add up one area may differ.
_SAME_AREA = 1e-9

Floats = NDArray[np.float64]


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance in kilometres."""
    points = np.array([[other_lat, other_lon]])
    return float(distances(points, lat, lon)[0])


def longitude(degrees_east: float) -> float:
    """The same longitude within ±180°; one already there stays to the last digit."""
    inside = abs(degrees_east) <= _HALF
    return degrees_east if inside else (degrees_east + _HALF) % _TURN - _HALF


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
    """A circle as a polygon of its area, split at the antimeridian; the whole earth at most.

    Small ones are those of the ellipsoid, to a thousandth; half the earth is that of a sphere.
    """
    if km > _WIDEST_DISC_KM:
        return _without_antipode(lat, lon, km, corners)
    bearings = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    phi = radians(min(max(lat, -_NEXT_TO_POLE), _NEXT_TO_POLE))
    # A polygon between the corners of a circle lacks a little of it.
    full = km * sqrt(2 * pi / corners / sin(2 * pi / corners))
    north, east = (full / radius for radius in _radii(phi, km))
    reach = np.hypot(north * np.cos(bearings), east * np.sin(bearings))
    bearings = np.arctan2(east * np.sin(bearings), north * np.cos(bearings))
    lats = np.arcsin(np.sin(phi) * np.cos(reach) + np.cos(phi) * np.sin(reach) * np.cos(bearings))
    lons = radians(lon) + np.arctan2(
        np.sin(bearings) * np.sin(reach) * np.cos(phi), np.cos(reach) - np.sin(phi) * np.sin(lats)
    )
    ring = np.column_stack(((np.degrees(lons) + 180) % 360 - 180, np.degrees(lats)))
    return split_antimeridian(shapely.Polygon(ring))


def _radii(phi: float, km: float) -> tuple[float, float]:
    """How the earth is curved northwards and eastwards of a latitude; the mean for far away."""
    flat = 1 - (_ECCENTRICITY * sin(phi)) ** 2
    own = _EQUATOR_KM * (1 - _ECCENTRICITY**2) / flat**1.5, _EQUATOR_KM / sqrt(flat)
    far = min(1.0, km / _FAR_KM)
    north, east = (one + far * (EARTH_KM - one) for one in own)
    return north, east


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
    parts = shapely.get_parts(geometry)
    if len(parts) == 1:
        return shapely.union_all([_split_part(part) for part in parts])
    cut = split_all(parts.tolist())
    if all(map(is_, cut, parts)) and tangles.is_calm(geometry) and shapely.is_valid(geometry):
        return geometry
    return shapely.union_all([part for part in cut if not part.is_empty])


def split_all(geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """``split_antimeridian`` of each, in a tenth of the time where most need no cut."""
    given = np.array(geometries, dtype=np.object_)
    bounds = shapely.bounds(given)
    inside = (bounds[:, 0] >= -_HALF) & (bounds[:, 2] <= _HALF)
    narrow = inside & (bounds[:, 2] - bounds[:, 0] <= _HALF) & ~shapely.has_z(given)
    single = shapely.get_type_id(given) == shapely.GeometryType.POLYGON
    few = shapely.get_num_coordinates(given) <= tangles.FEW
    plain = narrow & single & few
    plain[plain] = shapely.is_valid(given[plain])
    return [
        one if is_plain else split_antimeridian(one)
        for one, is_plain in zip(geometries, plain.tolist(), strict=True)
    ]


def box_around(corners: Floats, km: float = 0.0) -> BaseGeometry:
    """A box that holds all corners (latitude, longitude) and ``km`` around each of them.

    All around the earth where it may hold a pole, split at the antimeridian.
    """
    lats, lons = corners[:, 0], _short_steps(corners[:, ::-1])[:, 0]
    # One in a hundred more, for the earth is no sphere.
    reach = min(1.01 * km / EARTH_KM, pi / 2)
    south, north = float(lats.min()) - degrees(reach), float(lats.max()) + degrees(reach)
    farthest = radians(min(max(-south, north), _POLE))
    wide = degrees(asin(min(1.0, sin(reach) / max(cos(farthest), 1e-9))))
    west, east = float(lons.min()) - wide, float(lons.max()) + wide
    if max(-south, north) >= _POLE or east - west > _HALF:
        pole = _POLE if south + north >= 0 else -_POLE
        low, high = min(south, pole), max(north, pole)
        return shapely.box(-_HALF, max(low, -_POLE), _HALF, min(high, _POLE))
    return _into_one_turn(shapely.box(west, south, east, north))


def _is_plain(geometry: BaseGeometry) -> bool:
    if geometry.is_empty or geometry.geom_type == "GeometryCollection" or geometry.has_z:
        return False
    west, _, east, _ = geometry.bounds
    if west < -_HALF or east > _HALF or (east - west > _HALF and _has_long_steps(geometry)):
        return False
    return tangles.is_calm(geometry) and bool(shapely.is_valid(geometry))


def _has_long_steps(geometry: BaseGeometry) -> bool:
    """Whether a ring steps the long way round; narrower than half the earth, none can."""
    if "Polygon" not in geometry.geom_type:
        return True
    rings = shapely.get_rings(shapely.get_parts(geometry))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.abs(np.diff(corners[:, 0])[ring[1:] == ring[:-1]])
    return bool(((steps > _HALF) & (steps < _TURN)).any())


def _split_part(part: BaseGeometry) -> BaseGeometry:
    if part.geom_type == "GeometryCollection" or part.geom_type.startswith("Multi"):
        return split_antimeridian(part)
    flat = shapely.force_2d(part)
    if isinstance(flat, shapely.Polygon):
        area = _ground_within(flat.exterior)
        if flat.interiors:
            area = area.difference(shapely.union_all(list(map(_ground_within, flat.interiors))))
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


def is_as_drawn(polygon: shapely.Polygon, ground: BaseGeometry) -> bool:
    """Whether its outer ring, though it meets itself, surrounds just this ground.

    It then touches itself, as around a hole or where squares meet at a corner; where it
    crosses itself, ground to its left and to its right cancel out.
    """
    around = shapely.Polygon(_unwrapped(polygon.exterior)).area
    return bool(abs(around - ground.area) <= _SAME_AREA * ground.area)


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
