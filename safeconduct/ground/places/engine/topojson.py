"""TopoJSON into shapes: as much of the format as country outlines need.

TopoJSON Specification 1.0: arcs are lists of quantised steps (2.1.4), a transform
scales them (2.1.3), a negative index runs an arc backwards (2.2.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

type Arc = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """One object of the file: ``number`` is its ISO 3166-1 numeric code, if it has one."""

    number: str
    name: str
    geometry: BaseGeometry


def shapes_of(path: Path, layer: str = "countries") -> Iterator[Shape]:
    """Every polygon object of a layer, in longitude and latitude degrees, made valid."""
    topology = orjson.loads(path.read_bytes())
    arcs = _arcs(topology)
    for found in topology["objects"][layer]["geometries"]:
        if polygons := _polygons(found, arcs):
            yield Shape(
                number=str(found.get("id") or ""),
                name=found.get("properties", {}).get("name", ""),
                geometry=shapely.make_valid(shapely.MultiPolygon(polygons)),
            )


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
        outer, *holes = (_ring(ring, arcs) for ring in rings)
        polygons.append(shapely.Polygon(outer, holes))
    return polygons


def _ring(indices: list[int], arcs: list[Arc]) -> Arc:
    # Neighbouring arcs share their joint, which is taken once.
    parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    return np.vstack([parts[0], *(part[1:] for part in parts[1:])])
