"""Contour lines of a ShakeMap become areas, those cut off at the edge of the map too."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from safeconduct.ground.kernel import geometry, tangles
from safeconduct.wires.hazards.engine.areas import CROWDED
from safeconduct.wires.hazards.engine.reading import Repairs

# A line that ends within this of the edge of the map ends on it. Degrees; grids of ShakeMap
# have steps of 0.0083 to 0.05.
_ON_EDGE = 0.02
_HALF = 180.0
# A ShakeMap steps by half a level; of more lines than that each step keeps its lowest.
_MOST_LEVELS, _STEP = 40, 0.5
# Lines of a map do not cross. Pairs of edges that meet, in all and for each edge.
_MEETINGS, _MEETINGS_EACH = 20_000, 12


def bands(
    contours: Sequence[tuple[float, BaseGeometry]],
    edge: BaseGeometry | None = None,
    repairs: Repairs | None = None,
) -> list[tuple[float, BaseGeometry]]:
    """(level, where at least that) from (level, lines), weakest first.

    All lines and the frame of the map cut it into faces. A contour line says nothing of
    which side is stronger, so each face is judged by its neighbours: crossing a line of
    level L leads from below L to above it. The walk starts at a face that is surely
    strong: the one inside the highest contour. ``edge`` is the map's, where it is known.
    Lines that cross each other without end stand for all within them.
    """
    lines = _by_level(contours)
    if not any(lines.values()):
        return []
    every = [line for own in lines.values() for line in own]
    frame = _frame(every, edge)
    if not frame.area > 0:
        return []
    most = _MEETINGS + _MEETINGS_EACH * sum(map(shapely.get_num_coordinates, every))
    if tangles.meetings(every, int(most)) > most:
        if repairs is not None:
            repairs.add(CROWDED)
        return _hulls(lines)
    strongest = _strongest_place(lines)
    found = []
    stronger: BaseGeometry = shapely.Polygon()
    for level in sorted(lines, reverse=True):
        area = _at_least(lines[level], frame, strongest, stronger)
        if not area.is_empty:
            # What is at least VII is at least VI, whatever a ragged line says.
            stronger = shapely.union(area, stronger)
            found.append((level, stronger))
    return found[::-1]


def _by_level(
    contours: Sequence[tuple[float, BaseGeometry]],
) -> dict[float, list[BaseGeometry]]:
    """The lines of each level, all on one side of the antimeridian."""
    found: defaultdict[float, list[BaseGeometry]] = defaultdict(list)
    for level, shape in contours:
        found[level] += map(geometry.unrolled, _lines(shape))
    if len(found) > _MOST_LEVELS:
        found = _by_step(found)
    middles = [line.centroid.x for own in found.values() for line in own]
    if middles and max(middles) - min(middles) > _HALF:
        return {level: [_eastwards(line) for line in own] for level, own in found.items()}
    return dict(found)


def _by_step(
    lines: Mapping[float, list[BaseGeometry]],
) -> defaultdict[float, list[BaseGeometry]]:
    """The lowest lines of each step: those of the next level within them would be their holes."""
    found: defaultdict[float, list[BaseGeometry]] = defaultdict(list)
    for level in sorted(level for level, own in lines.items() if own):
        step = level // _STEP * _STEP
        found[step] = found[step] or lines[level]
    return found


def _eastwards(shape: BaseGeometry) -> BaseGeometry:
    """From 0° to 360°: for maps that lie across the antimeridian."""
    return geometry.turned(shape, 2 * _HALF) if shape.centroid.x < 0 else shape


def _frame(lines: Sequence[BaseGeometry], edge: BaseGeometry | None) -> BaseGeometry:
    """The frame of the map: around all its lines, and as wide as it says it is."""
    own = shapely.total_bounds(np.array(lines, dtype=np.object_))
    if edge is None:
        return shapely.box(*own)
    edges = [geometry.turned(edge, by) for by in (0.0, 2 * _HALF, -2 * _HALF)]
    near = min(edges, key=lambda one: abs(one.centroid.x - (own[0] + own[2]) / 2))
    if near.bounds[2] - near.bounds[0] > _HALF:
        return shapely.box(*own)
    return shapely.box(*shapely.total_bounds([near, shapely.box(*own)]))


def _hulls(lines: Mapping[float, Sequence[BaseGeometry]]) -> list[tuple[float, BaseGeometry]]:
    found: list[tuple[float, BaseGeometry]] = []
    within: list[BaseGeometry] = []
    for level in sorted(lines, reverse=True):
        within += lines[level]
        found.append((level, shapely.convex_hull(shapely.geometrycollections(within))))
    return [band for band in found[::-1] if band[1].area > 0]


def _lines(shape: BaseGeometry) -> list[BaseGeometry]:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        shape = shape.boundary
    parts = shapely.get_parts(shape)
    return [
        part for part in parts if part.geom_type in ("LineString", "LinearRing") and part.length
    ]


def _strongest_place(lines: dict[float, list[BaseGeometry]]) -> BaseGeometry:
    top = max(level for level, own in lines.items() if own)
    hull = shapely.convex_hull(shapely.union_all(lines[top]))
    return shapely.point_on_surface(hull)


def _at_least(
    lines: list[BaseGeometry], frame: BaseGeometry, strongest: BaseGeometry, stronger: BaseGeometry
) -> BaseGeometry:
    """Faces of one level's lines on its strong side."""
    if all(map(shapely.is_closed, lines)):
        return _within(lines, frame, stronger)
    snapped = [_to_frame(line, frame) for line in lines]
    faces: list[BaseGeometry] = list(polygonize(unary_union([frame.boundary, *snapped])))
    sides = _sides(faces, _start(faces, strongest, stronger))
    return shapely.union_all([face for face, high in zip(faces, sides, strict=True) if high])


def _within(
    lines: Sequence[BaseGeometry], frame: BaseGeometry, stronger: BaseGeometry
) -> BaseGeometry:
    """What closed lines surround, lines within lines being holes; or all but that.

    The latter where the stronger ground lies outside: they surround quiet places then.
    """
    area = shapely.build_area(shapely.union_all(list(lines)))
    inside = shapely.intersection(area, stronger).area
    return area if 2 * inside >= stronger.area else shapely.difference(frame, area)


def _start(faces: list[BaseGeometry], strongest: BaseGeometry, stronger: BaseGeometry) -> int:
    """The face that is surely strong: most of the stronger area lies in it, or the place."""
    if not stronger.is_empty:
        shares = shapely.area(shapely.intersection(np.array(faces), stronger))
        return int(np.argmax(shares))
    return int(np.argmin(shapely.distance(np.array(faces), strongest)))


def _to_frame(line: BaseGeometry, frame: BaseGeometry) -> BaseGeometry:
    """An open line lengthened to the frame where it ends close to it, closed otherwise."""
    corners = shapely.get_coordinates(line)
    if (corners[0] == corners[-1]).all():
        return line
    ends = [shapely.Point(corners[0]), shapely.Point(corners[-1])]
    if all(frame.boundary.distance(end) <= _ON_EDGE for end in ends):
        onto = [_nearest(frame.boundary, end) for end in ends]
        return shapely.LineString([onto[0], *corners, onto[1]])
    return shapely.LineString([*corners, corners[0]])


def _nearest(edge: BaseGeometry, point: shapely.Point) -> tuple[float, float]:
    nearest = edge.interpolate(edge.project(point))
    away = shapely.get_coordinates(nearest)[0] - shapely.get_coordinates(point)[0]
    # A hair beyond, so that noding finds the crossing.
    x, y = shapely.get_coordinates(nearest)[0] + away * 1e-6 + np.sign(away) * 1e-9
    return float(x), float(y)


def _sides(faces: list[BaseGeometry], start: int) -> list[bool]:
    """For each face whether it is on the strong side: neighbours across a line differ."""
    tree = shapely.STRtree(faces)
    sides: dict[int, bool] = {start: True}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for other in tree.query(faces[here], predicate="intersects").tolist():
            if other not in sides and _share_an_edge(faces[here], faces[other]):
                sides[other] = not sides[here]
                waiting.append(other)
    return [sides.get(index, False) for index in range(len(faces))]


def _share_an_edge(one: BaseGeometry, other: BaseGeometry) -> bool:
    return bool(shapely.intersection(one.boundary, other.boundary).length > 0)
