"""The outlines a map draws and the cells a country is made of."""

import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import h3.api.basic_int as h3
import orjson
import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel.geometry import CellRanges, ranges_of
from safeconduct.ground.places.engine.boundaries import Outline, outlines
from safeconduct.ground.places.engine.gazetteer import country_names, country_numbers
from safeconduct.ground.places.engine.topojson import shapes_of

# Square degrees under which a country is resolved one step finer: 5, then 6, then 7.
_SMALL, _TINY = 4.0, 0.4
# Degrees between points on a border; an edge of a cell of resolution 7 is about 0.012.
_STRIDE: Final = {5: 0.03, 6: 0.012, 7: 0.005}
_ALL_AROUND: Final = "AQ"
# Degrees of a tile: h3 asks of each cell on which side of each corner it lies.
_TILE: Final = 10


class AtlasMissingError(Exception):
    """The npm package with the outlines is not installed."""


@dataclass(frozen=True)
class MapFile:
    """Ready to be served: GeoJSON, the same compressed, and a strong validator."""

    body: bytes
    compressed: bytes
    etag: str


def country_cells() -> dict[str, CellRanges]:
    """Each country's cells by code, from outlines of 1:50 000 000; Antarctica has none.

    Every cell that touches the country is in. Big countries are resolved to cells of
    about 250 km², which is far finer than the outlines' own error matters for a warning.
    """
    return {
        outline.code: _cells(outline.geometry)
        for outline in recognised("50m", drawn=False)
        if outline.code and outline.code != _ALL_AROUND
    }


@cache
def map_file() -> MapFile:
    """Outlines for a small map: 1:110 000 000, two decimals, names in the interface's languages."""
    features = [_feature(outline) for outline in recognised("110m", drawn=True)]
    body = orjson.dumps({"type": "FeatureCollection", "features": features})
    return MapFile(body, gzip.compress(body, mtime=0), f'"{sha256(body).hexdigest()[:20]}"')


@cache
def recognised(scale: str, *, drawn: bool) -> list[Outline]:
    """Outlines at ``110m`` or ``50m`` under the boundary rules.

    :raises AtlasMissingError: without node_modules/world-atlas.
    """
    path = Path(settings.BASE_DIR) / f"node_modules/world-atlas/countries-{scale}.json"
    if not path.exists():
        raise AtlasMissingError("Country outlines are missing. Run `npm ci` in the checkout.")
    return outlines(shapes_of(path), country_numbers(), drawn=drawn)


def _feature(outline: Outline) -> dict[str, object]:
    rounded = shapely.set_precision(outline.geometry, 0.01)
    names = country_names().get(outline.code, {})
    return {
        "type": "Feature",
        "properties": {"code": outline.code, **{code: names.get(code, "") for code in names}},
        "geometry": orjson.loads(shapely.to_geojson(rounded)),
    }


def _cells(geometry: BaseGeometry) -> CellRanges:
    resolution = 5 + (geometry.area < _SMALL) + (geometry.area < _TINY)
    found: set[int] = set()
    for part in shapely.get_parts(geometry):
        for tile in _tiles(part):
            found.update(h3.h3shape_to_cells(_lat_lng(tile), resolution))
    # Cells whose centre lies outside and whose edge does not are met by walking the border.
    border = shapely.segmentize(geometry.boundary, _STRIDE[resolution])
    found.update(
        h3.latlng_to_cell(lat, lon, resolution) for lon, lat in shapely.get_coordinates(border)
    )
    return ranges_of(found)


def _tiles(part: BaseGeometry) -> Iterator[shapely.Polygon]:
    """The polygon cut along whole degrees; what cutting leaves of lines is dropped."""
    west, south, east, north = (math.floor(bound / _TILE) for bound in part.bounds)
    boxes = [
        shapely.box(x * _TILE, y * _TILE, (x + 1) * _TILE, (y + 1) * _TILE)
        for x in range(west, east + 1)
        for y in range(south, north + 1)
    ]
    for tile in shapely.get_parts(shapely.intersection(part, boxes)):
        if isinstance(tile, shapely.Polygon) and not tile.is_empty:
            yield tile


def _lat_lng(polygon: shapely.Polygon) -> h3.LatLngPoly:
    rings = [polygon.exterior, *polygon.interiors]
    outer, *holes = ([(lat, lon) for lon, lat in ring.coords] for ring in rings)
    return h3.LatLngPoly(outer, *holes)
