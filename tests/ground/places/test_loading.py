"""The gazetteer is stored once, altered in place, and never deleted from under others."""

import pytest

from safeconduct.ground.kernel.geometry import CellRanges, cell_at
from safeconduct.ground.places.actions import load_places
from safeconduct.ground.places.engine import gazetteer, load
from safeconduct.ground.places.models import City, Country, Gazetteer, PlaceName
from safeconduct.ground.places.queries import find_places

pytestmark = pytest.mark.django_db


def row(number, name, population, **names):
    return gazetteer.CityRow(
        number, "TR", name, names, 37.0, 35.0, population, cell_at(37.0, 35.0), "Europe/Istanbul"
    )


@pytest.fixture(autouse=True)
def small_world(monkeypatch):
    cells = {"TR": CellRanges([1, 10], [5, 12])}
    monkeypatch.setattr(load.atlas, "country_cells", lambda: cells)
    monkeypatch.setattr(
        gazetteer,
        "cities",
        lambda: iter([(row(1, "Adana", 100, az="Adana"), {"adana"}), (row(2, "Van", 50), {"van"})]),
    )


def test_places_are_stored_and_found():
    assert load_places() == 2
    turkiye = Country.objects.get(pk="TR")
    assert (turkiye.cells_from, turkiye.cells_until) == ([1, 10], [5, 12])
    assert turkiye.latitude == pytest.approx(37.0)
    assert Country.objects.count() == 249
    assert find_places("ada", "az")[0].label == "Adana, Türkiyə"
    assert find_places("турц", "ru")[0].value == "TR"


def test_loading_again_changes_nothing_and_does_nothing(monkeypatch):
    load_places()
    before = PlaceName.objects.count()
    monkeypatch.setattr(load, "fill", lambda: pytest.fail("filled twice"))
    assert load_places() == 2
    assert PlaceName.objects.count() == before


def test_newer_data_alters_rows_in_place(monkeypatch):
    load_places()
    monkeypatch.setattr(gazetteer, "cities", lambda: iter([(row(1, "Adana", 200), {"adana"})]))
    Gazetteer.objects.update(fingerprint="older")
    load_places()
    assert City.objects.get(pk=1).population == 200
    assert City.objects.filter(pk=2).exists()
    assert Gazetteer.objects.count() == 1
    assert [hit.value for hit in find_places("adana", "en")] == ["TR:1"]
