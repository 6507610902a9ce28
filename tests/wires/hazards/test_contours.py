"""ShakeMaps and earthquakes as no agency should send them, and some do."""

import json
import math
import random

import pytest

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.messages import contours, quake


def ring(lon: float, lat: float, wide: float) -> list[list[float]]:
    """An all but round line, closed; ``wide`` in degrees of latitude."""
    stretch = wide / math.cos(math.radians(lat))
    turns = [math.tau * at / 40 for at in range(40)]
    found = [[lon + stretch * math.cos(one), lat + wide * math.sin(one)] for one in turns]
    return [*found, found[0]]


def wrapped(line: list[list[float]]) -> list[list[float]]:
    return [[(lon + 180) % 360 - 180, lat] for lon, lat in line]


def one(document: dict):
    (reading,) = read_bytes(json.dumps(document).encode())
    return reading


@pytest.mark.parametrize("box", [None, [178, -22, -178, -18], [-180, -22, 180, -18]])
def test_a_shakemap_over_the_antimeridian_is_what_its_lines_surround(box):
    around = contours((6.0, ring(179.9, -20, 1.0)), (7.0, ring(179.9, -20, 0.5)))
    cut = contours((6.0, wrapped(ring(179.9, -20, 1.0))), (7.0, wrapped(ring(179.9, -20, 0.5))))
    cut |= {"bbox": box} if box else {}
    assert one(cut).area.ranges == one(around).area.ranges
    assert one(cut).area.km2 == pytest.approx(38_600, rel=0.01)


def test_lines_of_one_level_in_two_features_are_all_read():
    apart = contours((6.0, ring(50, 40, 1.0)), (6.0, ring(55, 40, 0.5)))
    cells = one(apart).area.ranges
    assert cells.contains(cell_at(40, 50))
    assert cells.contains(cell_at(40, 55))


def test_a_line_within_a_line_of_its_level_is_a_quiet_place():
    cells = one(contours((6.0, ring(50, 40, 1.0)), (6.0, ring(50, 40, 0.3)))).area.ranges
    assert cells.contains(cell_at(40.6, 50))
    assert not cells.contains(cell_at(40, 50))


def test_lines_that_cross_each_other_without_end_are_all_around_them():
    dice = random.Random(3)
    scribble = [[50 + dice.random(), 40 + dice.random()] for _at in range(700)]
    reading = one(contours((6.0, scribble)))
    assert reading.area.km2 == pytest.approx(9_400, rel=0.05)


def test_hundreds_of_levels_are_steps_of_half():
    many = contours(*((6 + at / 100, ring(50, 40, 1 - at / 400)) for at in range(200)))
    bands = one(many).area.intensities
    assert [band["intensity"] for band in bands] == [6.0, 6.5, 7.0, 7.5]
    # Each is what the lowest line of its step surrounds.
    few = contours(*((6 + at / 100, ring(50, 40, 1 - at / 400)) for at in range(0, 200, 50)))
    assert bands == one(few).area.intensities


def test_a_lowest_level_without_a_line_leaves_its_step_to_the_next():
    many = [(2 + at / 10, ring(50, 40, 1 - at / 100)) for at in range(46)]
    many[10] = (3.0, [[50, 40], [50, 40]])
    few = [(2 + at / 10, line) for at, (_level, line) in enumerate(many) if at % 5 == 0]
    few[2] = (3.0, many[11][1])
    assert one(contours(*many)).area.intensities == one(contours(*few)).area.intensities


def test_lines_of_ground_motion_say_what_they_are():
    lines = contours((6.0, ring(50, 40, 1.0)))
    lines["features"][0]["properties"]["units"] = "pctg"
    assert "ground motion (pctg), not of intensity" in str(one(lines).reason)


def test_thousands_of_crossing_traces_are_a_rupture_in_time():
    dice = random.Random(4)
    traces = [
        [[37 + dice.random() / 2, 37 + dice.random() / 2] for _end in "ab"] for _ in range(60)
    ]
    told = {"id": "us1", "mag": 7.8, "lat": 37.2, "lon": 37.2, "depth": 10}
    shape = {"type": "MultiLineString", "coordinates": traces}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    document = {"type": "FeatureCollection", "metadata": told, "features": [feature]}
    reading = one(document)
    assert reading.area.ranges.contains(cell_at(37.2, 37.2))
    assert reading.facts["basis"] == "rupture"


@pytest.mark.parametrize("magnitude", [1000, -99, "1e308"])
def test_a_magnitude_no_earthquake_has_is_not_known(magnitude):
    reading = one(quake(magnitude))
    assert reading.outcome == "tolerated"
    assert str(reading.repairs[0]) == "The magnitude is not known yet."
    assert reading.area.cells > 0


def test_a_depth_in_metres_is_not_gone_by():
    deep = quake(8.0)
    deep["geometry"]["coordinates"][2] = 10_000
    assert one(deep).area.ranges == one(quake(8.0)).area.ranges
    assert "10 km were assumed" in str(one(deep).repairs[0])


def test_milliseconds_written_as_text_are_a_time():
    assert one(quake(updated="1767229200000")).sent == one(quake()).sent is not None
