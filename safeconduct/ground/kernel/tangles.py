"""How often edges meet, told in bounded time: what geometry would take minutes over.

Whatever joins, mends or checks shapes takes as long as their edges are near each other and
meet. Strangers can draw a small file with millions of such pairs, so they are counted first.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# So few corners are checked by brute force in no time.
FEW: Final = 2_000
# Pairs of edges whose boxes overlap: so many in all, and so many more for each edge. Shapes as
# offices draw them have three or four for each.
_NEAR, _NEAR_EACH = 4_000_000, 40
_AT_ONCE: Final = 2_000_000


def meetings(shapes: Sequence[BaseGeometry], most: int) -> int:
    """How many pairs of edges meet, neighbours in a ring and copies included.

    ``most`` + 1 where there are more, or where too many edges are too near to tell.
    """
    starts, ends = _edges(shapes)
    left = _NEAR + _NEAR_EACH * len(starts)
    if not len(starts):
        return 0
    edges = np.array(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=np.object_)
    tree = shapely.STRtree(edges)
    found, done, many = 0, 0, max(1, min(64, _AT_ONCE // len(starts)))
    near = 0
    # In no order of the author's, so that the first tell how near the next will be.
    order = np.random.default_rng().permutation(len(starts))
    while done < len(order):
        some = order[done : done + many]
        ours, theirs = tree.query(edges[some])
        near += len(ours)
        pairs = some[ours], theirs
        once = pairs[0] < pairs[1]
        found += int(_meet(starts, ends, pairs[0][once], pairs[1][once]).sum())
        if found > most or near > left:
            return most + 1
        done += len(some)
        many = min(4 * many, max(1, _AT_ONCE * done // max(near, 1)))
    return found


def is_calm(shape: BaseGeometry) -> bool:
    """Whether checking and mending a shape takes no time to speak of."""
    corners = int(shapely.get_num_coordinates(shape))
    most = _NEAR_EACH * corners
    return bool(corners <= FEW or meetings([shape], most) <= most)


def _edges(shapes: Sequence[BaseGeometry]) -> tuple[Floats, Floats]:
    parts = _parts(np.array(list(shapes), dtype=np.object_))
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines = np.concatenate((shapely.get_rings(parts[is_area]), parts[~is_area]))
    corners, line = shapely.get_coordinates(lines, return_index=True)
    # A corner repeated, as rounding leaves them, makes no edge and would meet all others there.
    within = (line[1:] == line[:-1]) & (corners[1:] != corners[:-1]).any(axis=1)
    return corners[:-1][within], corners[1:][within]


def _parts(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Without collections, which may hold collections."""
    while (shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT).any():
        shapes = np.asarray(shapely.get_parts(shapes))
    return shapes


def _meet(starts: Floats, ends: Floats, one: Ints, other: Ints) -> NDArray[np.bool_]:
    """For pairs of edges whose boxes overlap whether they have a point in common."""
    here = _side(starts[one], ends[one], starts[other]), _side(starts[one], ends[one], ends[other])
    there = (
        _side(starts[other], ends[other], starts[one]),
        _side(starts[other], ends[other], ends[one]),
    )
    met: NDArray[np.bool_] = (here[0] * here[1] <= 0) & (there[0] * there[1] <= 0)
    return met


def _side(start: Floats, end: Floats, point: Floats) -> Floats:
    along, away = end - start, point - start
    side: Floats = np.sign(along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0])
    return side
