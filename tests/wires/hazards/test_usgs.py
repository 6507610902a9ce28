"""Earthquakes: measured shaking where there is some, else the published formula, and marked."""

import json
from math import exp, hypot, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import safeconduct.wires.hazards
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine import intensity
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome
from tests.wires.hazards.messages import contours, quake

PAZARCIK = Path(safeconduct.wires.hazards.__path__[0]) / "data/2023-02-06-pazarcik.json"
RING = [[49, 40], [51, 40], [51, 41], [49, 41], [49, 40]]
CORE = [[49.5, 40.2], [50.5, 40.2], [50.5, 40.8], [49.5, 40.8], [49.5, 40.2]]


def one(document) -> object:
    (reading,) = read_bytes(json.dumps(document).encode())
    return reading


def test_the_formula_gives_the_published_values():
    # Allen, Wald and Worden (2012), written out anew for M 7 at 30 km.
    rupture = 3.950 + 0.913 * 7 - 1.107 * log(hypot(30, 1 + 0.813 * exp(2)))
    assert intensity.near_rupture(7, 30) == pytest.approx(rupture)
    saturated = hypot(80, -0.209 + 2.042 * exp(2))
    far = 2.085 + 1.428 * 7 - 1.402 * log(saturated) + 0.078 * log(80 / 50)
    assert intensity.around_hypocentre(7, 80) == pytest.approx(far)


@given(st.floats(4, 9), st.floats(0, 100), st.floats(5, 9))
def test_where_a_level_ends_it_is_just_felt(magnitude, depth, level):
    quake = intensity.Quake(magnitude, 40, 49, depth)
    km = intensity.reach_km(quake, level)
    if km:
        at_the_edge = intensity.around_hypocentre(magnitude, max(hypot(km, depth), 0.1))
        assert at_the_edge == pytest.approx(level, abs=0.2)


def test_a_point_gets_an_estimated_area():
    reading = one(quake())
    assert reading.outcome is Outcome.ACCEPTED
    assert reading.area.estimated
    assert reading.facts["basis"] == "point"
    assert reading.area.ranges.contains(cell_at(40.4, 49.9))
    levels = [band["intensity"] for band in reading.area.intensities]
    assert levels[0] == intensity.DAMAGE
    assert levels == sorted(levels)


def test_small_earthquakes_have_an_area_too():
    reading = one(quake(mag=3.1))
    assert reading.severity == "Minor"
    assert 300 < reading.area.km2 < 330


@pytest.mark.parametrize(
    ("city", "lat", "lon"),
    [
        ("Gaziantep", 37.0662, 37.3833),
        ("Kahramanmaraş", 37.5847, 36.9264),
        ("Adıyaman", 37.7644, 38.2763),
        ("Malatya", 38.3554, 38.3335),
        ("Antakya in Hatay", 36.2021, 36.1600),
    ],
)
def test_our_event_of_6_february_2023_reaches_its_cities(city, lat, lon):
    (reading,) = read_bytes(PAZARCIK.read_bytes())
    assert (reading.outcome, reading.identifier) == (Outcome.ACCEPTED, "us6000jllz")
    assert reading.onset.isoformat() == "2023-02-06T01:17:34+00:00"
    assert reading.facts["basis"] == "rupture"
    assert reading.area.estimated
    assert reading.area.ranges.contains(cell_at(lat, lon)), city


def test_our_event_of_6_february_2023_spares_ankara_and_baku():
    (reading,) = read_bytes(PAZARCIK.read_bytes())
    assert not reading.area.ranges.contains(cell_at(39.93, 32.86))
    assert not reading.area.ranges.contains(cell_at(40.41, 49.87))


def test_contours_become_nested_areas():
    reading = one(contours((6.0, RING), (7.0, CORE)))
    assert not reading.area.estimated
    assert [band["intensity"] for band in reading.area.intensities] == [6.0, 7.0]
    assert reading.area.km2 == pytest.approx(18_880, rel=0.01)
    assert reading.area.ranges.contains(cell_at(40.1, 49.1))


def test_contours_cut_off_at_the_edge_of_the_map_are_closed_along_it():
    # The map ends at 51° east; VI runs out over its edge and never comes back.
    open_line = [[51, 40], [49, 40], [49, 41], [51, 41]]
    frame = [[48, 39], [51, 39], [51, 42], [48, 42], [48, 39]]
    reading = one(contours((5.0, frame), (6.0, open_line), (7.0, CORE)))
    assert reading.area.ranges.contains(cell_at(40.5, 50.99))
    assert not reading.area.ranges.contains(cell_at(41.5, 50.9))
    assert reading.area.km2 == pytest.approx(18_880, rel=0.01)


def test_a_hole_of_weaker_shaking_stays_a_hole():
    hole = [[49.1, 40.05], [49.2, 40.05], [49.2, 40.15], [49.1, 40.15], [49.1, 40.05]]
    document = contours((6.0, RING), (7.0, CORE))
    whole = one(document).area.km2
    document["features"][0]["geometry"]["coordinates"].append(hole)
    assert whole - one(document).area.km2 == pytest.approx(94.6, rel=0.01)


@pytest.mark.parametrize("mag", [None, "x", float("nan")])
def test_an_unknown_magnitude_is_said(mag):
    reading = one(quake(mag=mag))
    assert any("magnitude" in str(repair) for repair in reading.repairs)
    assert reading.area.cells


def test_an_earthquake_nobody_can_place_is_a_problem():
    reading = one(quake(lat=400))
    assert reading.outcome is Outcome.TOLERATED
    assert reading.problems


def test_a_collection_gives_one_reading_a_feature():
    collection = {"type": "FeatureCollection", "features": [quake(), quake(), {"type": "Feature"}]}
    readings = read_bytes(json.dumps(collection).encode())
    assert [one.outcome for one in readings] == ["accepted", "accepted", "refused"]
    assert read_bytes(b'{"type": "FeatureCollection", "features": []}') == []


def test_a_shakemap_taken_back_is_not_what_was_measured():
    def product(status, level):
        lines = contours((level, RING))
        carried = {"cont_mmi.json": {"bytes": json.dumps(lines)}}
        return {"status": status, "contents": carried}

    both = {"shakemap": [product("DELETE", 9.0), product("UPDATE", 6.0)]}
    reading = one(quake(products=both))
    assert reading.facts["basis"] == "shakemap"
    assert [band["intensity"] for band in reading.area.intensities] == [6.0]
    only = one(quake(products={"shakemap": [product("DELETE", 9.0)]}))
    assert (only.facts["basis"], only.area.estimated) == ("point", True)


def test_nobody_says_how_strong_an_earthquake_of_unknown_magnitude_was():
    assert one(quake(mag=None)).severity == "Unknown"
    assert one(contours((8.0, RING))).severity == "Extreme"
    nameless = contours((8.0, RING), eventid="")
    assert one(nameless).event == "M ?"
