"""The table by which a phone finds its country: few towns, and none of the others goes wrong."""

import random
from math import asin, cos, radians, sin, sqrt

import pytest

from safeconduct.ground.places.engine import towns
from tests import builders
from tests.pages import Pages


def _far(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat, lon, to_lat, to_lon = map(radians, (*one, *other))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * asin(sqrt(half))


def _spread(seed: int) -> list[towns.Town]:
    """Four countries in quarters of the world's best known degrees, with a ragged border."""
    dice = random.Random(seed)
    found = []
    for _ in range(400):
        lat, lon = dice.uniform(-60, 70), dice.uniform(-179, 179)
        east = lon > 20 * sin(lat / 9)
        found.append(("AB"[east] + "NS"[lat < 0], lat, lon))
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_nearest_kept_town_is_always_of_the_right_country(seed: int) -> None:
    given = _spread(seed)
    kept = towns.condensed(given)
    assert 4 <= len(kept) < len(given) / 2
    for code, lat, lon in given:
        nearest = min(kept, key=lambda town: _far((lat, lon), (town[1], town[2])))
        assert nearest[0] == code


def test_towns_on_one_spot_in_two_countries_do_not_go_on_for_ever() -> None:
    twins = [("GE", 41.52, 41.55), ("TR", 41.52, 41.55), ("TR", 41.0, 39.7)]
    assert {code for code, _, _ in towns.condensed(twins)} == {"GE", "TR"}
    assert towns.condensed([]) == []


def test_what_is_packed_can_be_unpacked() -> None:
    given = [("TR", 41.0, 39.72), ("TR", 37.0, 35.32), ("GE", 41.64, 41.62)]
    found = []
    for code, steps in towns.packed(given).items():
        lat = lon = 0
        for north, east in zip(steps[::2], steps[1::2], strict=True):
            lat, lon = lat + north, lon + east
            found.append((code, round(lat * towns.STEP, 2), round(lon * towns.STEP, 2)))
    assert sorted(found) == sorted(given)


@pytest.mark.django_db
def test_the_table_is_public_and_kept_for_a_day(pages: Pages) -> None:
    builders.city(1, "TR", "Trabzon", at=(41.0, 39.72), population=300_000)
    builders.city(2, "TR", "Village", at=(40.0, 39.0), population=900)
    towns._table_of.cache_clear()
    answer = pages.get("/places/towns.json")
    assert answer.json() == {"step": 0.02, "towns": {"TR": [2050, 1986]}}
    assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=86400"}
