"""Where made-up people go: destinations by real migrant stock, cities by population."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from h3.api import basic_int as h3
from numpy.typing import NDArray

from safeconduct.ground.places.models import City

_DATA: Final = Path(__file__).resolve().parent.parent.parent / "data"
# Kilometres between two neighbouring H3 cells of resolution 7 (h3geo.org, cell statistics).
_CELL_SPACING_KM: Final = 2.4
# People per square kilometre of built-up area: sets how far from its centre a city reaches.
_DENSITY: Final = 4000
_FARTHEST_RING: Final = 6


class NoPlacesError(Exception):
    """The gazetteer is empty: nobody can be given a place to stay."""


@dataclass(frozen=True)
class Corridors:
    """Destinations as parallel arrays; a city's cells by its id."""

    countries: list[str]
    resident_share: NDArray[np.float64]
    trip_share: NDArray[np.float64]
    city_ids: list[NDArray[np.int64]]
    city_share: list[NDArray[np.float64]]
    cells: dict[int, NDArray[np.int64]]


def read_corridors() -> Corridors:
    """The table of corridors joined with the gazetteer.

    :raises NoPlacesError: if places have not been loaded yet.
    """
    table = tomllib.loads((_DATA / "corridors.toml").read_text())
    wanted = sorted(set(table["residents"]) | set(table["trips"]))
    by_country: dict[str, list[tuple[int, int, float, float]]] = {}
    cities = City.objects.filter(country_id__in=wanted, population__gt=0).order_by("id")
    for city in cities.values_list("country_id", "id", "population", "latitude", "longitude"):
        by_country.setdefault(city[0], []).append(city[1:])
    countries = [code for code in wanted if code in by_country]
    if not countries:
        raise NoPlacesError("Load the places first: safeconduct places load.")
    return Corridors(
        countries=countries,
        resident_share=_shares([table["residents"].get(code, 0) for code in countries]),
        trip_share=_shares([table["trips"].get(code, 0) for code in countries]),
        city_ids=[np.array([city[0] for city in by_country[code]]) for code in countries],
        city_share=[_shares([city[1] for city in by_country[code]]) for code in countries],
        cells={city[0]: _cells_of(*city[1:]) for code in countries for city in by_country[code]},
    )


def _shares(weights: list[int]) -> NDArray[np.float64]:
    """Cumulative shares, ready for ``searchsorted`` with a random number below 1."""
    summed = np.cumsum(np.array(weights, dtype=np.float64))
    return np.asarray(summed / summed[-1])


def _cells_of(population: int, latitude: float, longitude: float) -> NDArray[np.int64]:
    """The cells a city of that many people covers, as a disc of uniform density."""
    radius_km = (population / _DENSITY / np.pi) ** 0.5
    rings = min(int(radius_km / _CELL_SPACING_KM), _FARTHEST_RING)
    centre = h3.latlng_to_cell(latitude, longitude, 7)
    return np.array(sorted(h3.grid_disk(centre, rings)), dtype=np.int64)
