"""TopoJSON into shapes: as much of the format as country outlines need.

TopoJSON Specification 1.0: arcs are lists of quantised steps (2.1.4), a transform
scales them (2.1.3), a negative index runs an arc backwards (2.2.1).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel.geometry import split_antimeridian

type Arc = NDArray[np.float64]

# Points of a ring, the last of which is the first: with so many it surrounds nothing.
_FEWEST: Final = 3


@dataclass(frozen=True)
class Shape:
    """One object of the file: ``number`` is its ISO 3166-1 numeric code, if it has one."""

    number: str
    name: str
    geometry: BaseGeometry


def shapes_of(path: Path, layer: str = "countries") -> Iterator[Shape]:
    """Every polygon object of a layer, in longitude and latitude degrees, made valid.

    Rings that step over the antimeridian, Russia's and Fiji's, are cut there: read as
    written they would go round the earth.
    """
    topology, arcs = _opened(path)
    for found in topology["objects"][layer]["geometries"]:
        if polygons := _polygons(found, arcs):
            yield _shape(found, polygons)


def shape_of(path: Path, layer: str, number: str) -> Shape | None:
    """The object of one number, without making shapes of the thousands beside it."""
    _topology, arcs = _kept(path)
    for found in _by_number(path, layer).get(number, ()):
        if polygons := _polygons(found, arcs):
            return _shape(found, polygons)
    return None


def _shape(found: Any, polygons: list[shapely.Polygon]) -> Shape:  # noqa: ANN401 -- whatever JSON holds
    return Shape(
        number=str(found.get("id") or ""),
        name=found.get("properties", {}).get("name", ""),
        geometry=split_antimeridian(shapely.MultiPolygon(polygons)),
    )


def _opened(path: Path) -> tuple[Any, list[Arc]]:
    topology = orjson.loads(path.read_bytes())
    return topology, _arcs(topology)


_kept = cache(_opened)


@cache
def _by_number(path: Path, layer: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in _kept(path)[0]["objects"][layer]["geometries"]:
        found.setdefault(str(one.get("id") or ""), []).append(one)
    return found


def _arcs(topology: dict[str, dict[str, list[float]]]) -> list[Arc]:
    scale = np.array(topology["transform"]["scale"])
    origin = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]


def _polygons(found: dict[str, list[list[list[int]]]], arcs: list[Arc]) -> list[shapely.Polygon]:
    match found["type"]:
        case "Polygon":
            given = [found["arcs"]]
        case "MultiPolygon":
            given = found["arcs"]
        case _:
            return []
    polygons = []
    for rings in given:
        # What simplifying made of an islet may be a line there and back.
        drawn = [ring for ring in (_ring(ring, arcs) for ring in rings) if len(ring) > _FEWEST]
        if not drawn:
            continue
        outer, *inner = map(shapely.Polygon, drawn)
        holes = [one.exterior for one in inner if one.area < outer.area]
        polygons.append(shapely.Polygon(outer.exterior, holes))
        # Antarctica's coast is a "hole" in a hair's breadth around the pole.
        polygons += [one for one in inner if one.area >= outer.area]
    return polygons


def _ring(indices: list[int], arcs: list[Arc]) -> Arc:
    # Neighbouring arcs share their joint, which is taken once.
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    return _unbroken(np.vstack([parts[0], *(part[1:] for part in parts[1:])]))


def _unbroken(ring: Arc) -> Arc:
    """The ring with every step the short way round, beyond ±180° where it must.

    Antarctica's runs once around the earth: it is closed along the pole.
    """
    steps = np.diff(ring[:, 0])
    turns = np.concatenate(([0.0], np.cumsum(-360 * np.rint(steps / 360))))
    ring = np.column_stack((ring[:, 0] + turns, ring[:, 1]))
    if abs(turns[-1]):
        pole = math.copysign(90, ring[:, 1].mean())
        # In steps that nobody can take for the long way round.
        back = [(lon, pole) for lon in np.linspace(ring[-1, 0], ring[0, 0], 5)]
        ring = np.vstack((ring, back, ring[:1]))
    centred: Arc = ring - np.array([360 * np.rint(ring[:, 0].mean() / 360), 0])
    return centred
