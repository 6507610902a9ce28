"""So few towns that the nearest one tells a country: the table by which a phone finds its own.

Of all larger towns only those are kept that the others would get wrong (Hart, "The condensed
nearest neighbor rule", 1968): a few thousand, nearly all along borders.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeconduct.ground.places.models import City, Gazetteer

type Town = tuple[str, float, float]
type Floats = NDArray[np.float32]
type Numbers = NDArray[np.int64]

# Degrees: two kilometres, less than a town is wide.
STEP: Final = 0.02
_LEAST_PEOPLE: Final = 15_000
# Compared at once: keeps the table of distances below 100 MB.
_AT_ONCE: Final = 20_000_000


def table() -> dict[str, list[int]]:
    """By country code, latitude and longitude of its kept towns in steps, each less the last."""
    loaded = Gazetteer.objects.values_list("fingerprint", flat=True).first()
    return _table_of(loaded or "")


@lru_cache(maxsize=1)
def _table_of(fingerprint: str) -> dict[str, list[int]]:  # noqa: ARG001 -- the cache's key
    rows = City.objects.filter(population__gte=_LEAST_PEOPLE).order_by("-population", "id")
    return packed(condensed(list(rows.values_list("country_id", "latitude", "longitude"))))


def condensed(towns: list[Town]) -> list[Town]:
    """The towns that suffice: the nearest of them lies in every given town's own country.

    Towns of two countries within the same step cannot be told apart, and are not.
    """
    if not towns:
        return []
    codes = np.array([code for code, _, _ in towns])
    spots = _on_sphere(np.array([(lat, lon) for _, lat, lon in towns]))
    kept = np.zeros(len(towns), bool)
    nearness, nearest = np.full(len(towns), -2, np.float32), np.zeros(len(towns), np.int64)
    fresh = np.unique(codes, return_index=True)[1]
    while len(fresh):
        kept[fresh] = True
        _compare(spots, fresh, nearness, nearest)
        wrong = np.flatnonzero((codes[nearest] != codes) & ~kept)
        # One a pair of town and country: the next round sees what it has mended.
        pairs = {(nearest[one], codes[one]): one for one in wrong[::-1]}
        fresh = np.array(sorted(pairs.values()), np.int64)
    return [towns[one] for one in np.flatnonzero(kept)]


def packed(towns: Iterable[Town]) -> dict[str, list[int]]:
    """Small whole numbers, which compress well."""
    by_country: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for code, lat, lon in towns:
        by_country[code].append((round(lat / STEP), round(lon / STEP)))
    return {code: _differences(sorted(spots)) for code, spots in sorted(by_country.items())}


def _differences(spots: list[tuple[int, int]]) -> list[int]:
    found: list[int] = []
    before = (0, 0)
    for spot in spots:
        found += [spot[0] - before[0], spot[1] - before[1]]
        before = spot
    return found


def _on_sphere(degrees: NDArray[np.float64]) -> Floats:
    lat, lon = np.radians(np.round(degrees / STEP) * STEP).T
    sphere = (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))
    return np.stack(sphere, axis=1).astype(np.float32)


def _compare(spots: Floats, fresh: Numbers, nearness: Floats, nearest: Numbers) -> None:
    """Note for every town whether one of the fresh ones is nearer than what it had."""
    parts = max(1, len(spots) * len(fresh) // _AT_ONCE)
    for part in np.array_split(np.arange(len(spots)), parts):
        close = spots[part] @ spots[fresh].T
        best = close.argmax(axis=1)
        found = close[np.arange(len(part)), best]
        nearer = found > nearness[part]
        nearness[part[nearer]] = found[nearer]
        nearest[part[nearer]] = fresh[best[nearer]]
