"""Shapes and numbers that nobody drew on purpose: read to an end, and never at others' cost."""

import json
import random

import pytest
import shapely

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.messages import cap

BAKU = "40,49 40,50 41,50 41,49 40,49"


def one(payload: bytes):
    (reading,) = read_bytes(payload)
    return reading


def scribble(corners: int, width: float) -> str:
    dice = random.Random(1)
    pairs = [(40 + dice.random(), 49 + width * dice.random()) for _at in range(corners)]
    return " ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in [*pairs, pairs[0]])


def test_a_polygon_that_crosses_itself_thousands_of_times_is_all_around_it():
    reading = one(cap((BAKU, scribble(1000, 1))))
    assert [str(note) for note in reading.repairs] == [
        "A polygon crosses itself too often to tell its ground; all around it was taken."
    ]
    assert reading.area.km2 == pytest.approx(9390, rel=0.05)


def test_a_polygon_that_crosses_itself_often_is_still_the_ground_it_surrounds():
    reading = one(cap((BAKU, scribble(120, 1))))
    assert "surrounds" in str(reading.repairs[0])
    assert 1000 < reading.area.km2 < 9390


def test_a_scribble_over_half_the_earth_keeps_its_width():
    dice = random.Random(2)
    corners = [(-100 + 200 * dice.random(), 60 * dice.random()) for _at in range(600)]
    whole = geometry.split_antimeridian(shapely.Polygon(corners))
    assert whole.bounds[2] - whole.bounds[0] > 190
    assert geometry.area_km2(whole) > 1e8


def test_a_ring_that_runs_around_the_earth_for_ever_is_read():
    corners = [((at * 110) % 360 - 180, -80 + at / 200) for at in range(30_000)]
    whole = geometry.split_antimeridian(shapely.Polygon(corners))
    assert whole.bounds == pytest.approx((-180, -90, 180, 70), abs=0.01)


def rupture(*corners: list[float]) -> bytes:
    plane = {"type": "MultiPolygon", "coordinates": [[[*corners, corners[0]]]]}
    told = {"id": "us1", "mag": 7.8, "lat": -18.5, "lon": 180, "depth": 10, "locstring": "Fiji"}
    feature = {"type": "Feature", "properties": {}, "geometry": plane}
    document = {"type": "FeatureCollection", "metadata": told, "features": [feature]}
    return json.dumps(document).encode()


def test_a_rupture_over_the_antimeridian_is_where_it_is():
    over = one(rupture([179, -18, 0], [-179, -19, 0], [-179, -19, 20], [179, -18, 20]))
    beside = one(rupture([169, -18, 0], [171, -19, 0], [171, -19, 20], [169, -18, 20]))
    assert over.area.km2 == pytest.approx(beside.area.km2, rel=0.01)
    assert over.area.ranges.contains(geometry.cell_at(-18.5, -179.9))
    assert not over.area.ranges.contains(geometry.cell_at(-18.5, 0))


def test_a_rupture_longer_than_any_is_not_gone_by():
    reading = one(rupture([-80, -10, 0], [80, 10, 0], [80, 10, 20], [-80, -10, 20]))
    assert reading.facts["basis"] == "point"
    assert reading.area.cells
