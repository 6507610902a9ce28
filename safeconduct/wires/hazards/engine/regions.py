"""Europe's warning areas: MeteoAlarm's, some NUTS regions and Czechia's administrative districts.

They come in the PyPI package ``linecast``, of which nothing else is used: its program is not
imported, so that a weather console's surroundings never become ours. Why this one and under
which terms: ``docs/decisions/areas-by-code-from-installed-tables.md``.
"""

import gzip
import struct
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.kernel import geometry

# The form of the file this was written for, by its first bytes; another is not guessed at.
_FORM: Final = b"LCMA\x02"
_DEGREES: Final = 1e-5
_CORNER: Final = struct.calcsize("<2i")
_BOX: Final = struct.calcsize("<4i")

type Part = list[tuple[int, int]]


@lru_cache(maxsize=256)
def region(key: str) -> BaseGeometry | None:
    """The area of a key: an ``EMMA_ID``, or ``NUTS3/FR101``, ``NUTS2/…``, ``CISORP/…``.

    None for a key the table lacks, and for every key where the package is not installed or
    carries its table in another form.
    """
    table, blob = _table()
    if key not in table:
        return None
    parts = [_polygon(blob, part) for part in table[key]]
    return geometry.split_antimeridian(shapely.union_all(shapely.make_valid(parts)))


@cache
def _table() -> tuple[Mapping[str, list[Part]], bytes]:
    """Where the rings of each key lie in the file: (first byte, corners) of each."""
    blob = _content()
    if not blob.startswith(_FORM):
        return {}, b""
    at = len(_FORM)
    (count,) = struct.unpack_from("<H", blob, at)
    at += 2
    found = {}
    for _ in range(count):
        length = blob[at]
        key = blob[at + 1 : at + 1 + length].decode("ascii")
        found[key], at = _parts(blob, at + 1 + length + _BOX)
    return found, blob


def _parts(blob: bytes, at: int) -> tuple[list[Part], int]:
    (count,) = struct.unpack_from("<H", blob, at)
    at += 2
    parts = []
    for _ in range(count):
        rings = blob[at]
        at += 1
        part: Part = []
        for _ in range(rings):
            (corners,) = struct.unpack_from("<H", blob, at)
            part.append((at + 2, corners))
            at += 2 + corners * _CORNER
        parts.append(part)
    return parts, at


def _polygon(blob: bytes, part: Part) -> shapely.Polygon:
    """The first ring is the outer one; the file says latitude first."""
    outer, *holes = (
        np.frombuffer(blob, "<i4", 2 * corners, first).reshape(-1, 2)[:, ::-1] * _DEGREES
        for first, corners in part
    )
    return shapely.Polygon(outer, holes)


def _content() -> bytes:
    package = find_spec("linecast")
    for folder in (package.submodule_search_locations or []) if package else []:
        path = Path(folder) / "data/meteoalarm_regions.bin.gz"
        if path.exists():
            return gzip.decompress(path.read_bytes())
    return b""
