"""Shapes as agencies write them, and as nobody should: each where it was meant, in bounded time."""

import math
import random

import pytest
import shapely

from safeconduct.ground.kernel import geometry, tangles
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine import areas, cap_area
from safeconduct.wires.hazards.engine.reading import Repairs
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.messages import cap

POLYGON = "<polygon>40,49 40,50 41,50 41,49 40,49</polygon>"
EARTH_KM2 = 510_065_622


def drawn(shapes: str):
    (reading,) = read_bytes(cap((POLYGON, shapes)))
    return reading


def repairs(reading) -> list[str]:
    return [str(one) for one in reading.repairs]


@pytest.mark.parametrize(
    ("lat", "lon", "km", "km2", "inside"),
    [
        (-90, 0, 500, 784_500, -89),
        (90, 0, 500, 784_500, 89),
        (40, 49, 12_000, 0.653 * EARTH_KM2, -40),
        (40, 49, 20_038, EARTH_KM2, -90),
        (-10, 170, 15_000, 0.854 * EARTH_KM2, 60),
    ],
)
def test_a_circle_is_as_large_as_it_says_at_the_poles_and_over_half_the_earth(
    lat, lon, km, km2, inside
):
    whole = geometry.disc(lat, lon, km)
    assert geometry.area_km2(whole) == pytest.approx(km2, rel=0.01)
    assert whole.intersects(shapely.Point(100, inside))


def test_a_circle_around_a_pole_has_cells_and_an_outline():
    reading = drawn("<circle>-90,0 50</circle>")
    assert reading.area.ranges.contains(cell_at(-89.9, 100))
    assert reading.area.outline["type"] == "Polygon"
    assert reading.outcome == "accepted"


@pytest.mark.parametrize("circle", ["40,49,10", "40 49 10", "40,49 10km", "40, 49 10", "−40,49 10"])
def test_a_circle_written_otherwise_is_read_and_said(circle):
    reading = drawn(f"<circle>{circle}</circle>")
    assert repairs(reading) == ["A circle is not written as “latitude,longitude radius”."]
    assert reading.area.km2 == pytest.approx(314, rel=0.01)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("<polygon>40,49 40,50</polygon>", "polygon"),
        ("<circle>40,49</circle>", "circle"),
        ("<circle>40,49 -5</circle>", "circle"),
    ],
)
def test_a_shape_that_is_left_out_is_listed_and_a_problem(shape, kind):
    reading = drawn(POLYGON + shape)
    assert reading.outcome == "tolerated"
    assert reading.repairs == reading.problems
    assert f"A {kind} cannot be placed" in repairs(reading)[0]
    assert reading.area.cells > 0


def test_an_empty_shape_is_said():
    assert repairs(drawn("<polygon/>")) == ["<polygon> is empty."]


def test_height_in_a_corner_moves_nobody():
    flat = drawn(POLYGON).area
    high = drawn("<polygon>40,49,0 40,50,0 41,50,0 41,49,0 40,49,0</polygon>")
    assert high.area.ranges == flat.ranges
    assert len(high.repairs) == 1


@pytest.mark.parametrize(
    "corners", ["٤٠,49 40,50 41,50 41,49 ٤٠,49", "4_0,49 40,50 41,50 41,49 4_0,49"]
)
def test_numbers_only_python_reads_are_said(corners):
    reading = drawn(f"<polygon>{corners}</polygon>")
    assert reading.outcome == "tolerated"
    assert reading.area.cells > 0


def test_one_slip_in_a_latitude_does_not_turn_the_map():
    reading = drawn("<polygon>95,49 40,50 41,50 41,49 95,49</polygon>")
    assert reading.area.cells == 0
    assert reading.problems


def test_a_garden_has_an_area():
    garden = drawn("<polygon>40,49 40,49.0001 40.0001,49.0001 40.0001,49 40,49</polygon>")
    assert garden.area.km2 == pytest.approx(9.48e-5, rel=0.01)


def scribble(dice: random.Random, corners: int, wide: float = 2.0) -> str:
    pairs = [(dice.random() * wide, dice.random() * wide) for _at in range(corners)]
    text = " ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in [*pairs, pairs[0]])
    return f"<polygon>{text}</polygon>"


@pytest.mark.parametrize("decimals", [2, 3])
def test_a_large_polygon_whose_corners_repeat_stays_as_drawn(decimals):
    turns = [math.tau * at / 4_000 for at in range(4_000)]
    pairs = [
        (round(40 + math.sin(one), decimals), round(50 + math.cos(one), decimals)) for one in turns
    ]
    # A bay, for a hull to fill.
    pairs = [*[(40, 50)] * 1_500, *pairs[:3_000], (40, 50)]
    found = Repairs()
    text = " ".join(f"{lat},{lon}" for lat, lon in pairs)
    shape, crossed = cap_area.polygon_of(text, found, 0)
    assert (crossed, found.notes()) == (0, ())
    assert shape.equals(shapely.Polygon([(lon, lat) for lat, lon in pairs]))
    assert shape.area == pytest.approx(math.pi * 3 / 4, rel=0.01)


def test_strips_that_never_cross_but_all_lie_side_by_side_are_read_in_time():
    ends = [(at * 1e-4, side) for at in range(3000) for side in ((0, 2)[at % 2], (2, 0)[at % 2])]
    text = " ".join(f"{lat + lon},{lon}" for lat, lon in [*ends, ends[0]])
    reading = drawn(f"<polygon>{text}</polygon>")
    assert "all around it was taken" in repairs(reading)[0]
    assert reading.area.ranges.contains(cell_at(1.1, 1))


def test_the_polygons_of_a_message_share_one_patience(monkeypatch):
    monkeypatch.setattr(cap_area, "_PATIENCE", 300)
    dice = random.Random(1)
    reading = drawn("".join(scribble(dice, 30) for _at in range(5)))
    assert any("too often" in text for text in repairs(reading))
    assert any("it surrounds" in text for text in repairs(reading))


def test_needles_that_cross_each_other_thousands_of_times_are_all_around_them(monkeypatch):
    monkeypatch.setattr(areas, "_MEETINGS", 1_000)
    dice = random.Random(2)
    needles = ""
    for _at in range(700):
        a, b, c, d = (f"{dice.uniform(1, 5):.4f}" for _side in range(4))
        needles += f"<polygon>{a},{b} {c},{d} {c}1,{d} {a},{b}</polygon>"
    reading = drawn(needles)
    assert repairs(reading) == [
        "The shapes cross each other too often to tell their ground; all around them was taken."
    ]
    assert reading.area.km2 == pytest.approx(16 * 12_300, rel=0.1)


def test_blocks_that_repeat_a_polygon_are_drawn_once(monkeypatch):
    drawn_so_far = []
    true = cap_area.polygon_of
    monkeypatch.setattr(
        cap_area, "polygon_of", lambda *told: drawn_so_far.append(told[0]) or true(*told)
    )
    open_one = POLYGON.replace(" 40,49</", "</")
    reading = drawn(open_one * 3)
    assert len(drawn_so_far) == 1
    assert repairs(reading) == ["A polygon that ends elsewhere than it starts was closed."]


def test_meetings_are_counted_exactly_until_there_are_too_many():
    one, other = geometry.disc(40, 49, 10, corners=4), geometry.disc(40, 49.1, 10, corners=4)
    assert tangles.meetings([one], 100) == 4
    assert tangles.meetings([one, other], 100) == 10
    assert tangles.meetings([one, other], 9) == 10
    assert tangles.meetings([], 9) == 0


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("40N,49E 40N,50E 41N,50E 41N,49E 40N,49E", 40.5, 49.5),
        ("10.5S,70W 10.5S,69W 11.5s,69w 10.5S,70W", -10.8, -69.2),
    ],
)
def test_halves_of_the_earth_by_their_letters_are_read_and_said(text, lat, lon):
    reading = drawn(f"<polygon>{text}</polygon>")
    assert reading.area.ranges.contains(cell_at(lat, lon))
    assert repairs(reading) == ["A polygon is not written as pairs “latitude,longitude”."]
