"""Shapes that USGS and GDACS draw, and shapes by the thousand: what was done to them is listed."""

import json
import random

import pytest

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine import areas, cap_area, counties
from safeconduct.wires.hazards.engine.geocodes import place_of_code
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.messages import cap, contours, quake

POLYGON = "<polygon>40,49 40,50 41,50 41,49 40,49</polygon>"
SQUARE = [[49, 40], [50, 40], [50, 41], [49, 41], [49, 40]]
BOWTIE = [[49, 40], [50, 41], [50, 40], [49, 41], [49, 40]]
# Two squares that meet at a corner, drawn in one go.
TOUCHING = [
    [49, 40],
    [50, 40],
    [50, 41],
    [51, 41],
    [51, 42],
    [50, 42],
    [50, 41],
    [49, 41],
    [49, 40],
]
CROSSES = "A polygon that crosses itself was taken as the ground it surrounds."
TOO_OFTEN = "A polygon crosses itself too often to tell its ground; all around it was taken."
SHAPES_CROSS = (
    "The shapes cross each other too often to tell their ground; all around them was taken."
)


def one(payload: bytes):
    (reading,) = read_bytes(payload, place_of_code)
    return reading


def repairs(reading) -> list[str]:
    return [str(note) for note in reading.repairs]


def scribble(corners: int, seed: int = 1) -> list[list[float]]:
    dice = random.Random(seed)
    found = [[49 + dice.random(), 40 + dice.random()] for _at in range(corners)]
    return [*found, found[0]]


def gdacs(
    *rings: list[list[float]], kind: str = "FL", named: str = "Poly_Affected", **more
) -> dict:
    told = {
        "eventtype": kind,
        "eventid": 7,
        "episodeid": 1,
        "alertlevel": "Red",
        "name": "Flood in Azerbaijan",
        "Class": named,
        "datemodified": "2026-03-01T10:00:00",
    }
    shape = {"type": "Polygon", "coordinates": list(rings)}
    return {"type": "Feature", "properties": told | more, "geometry": shape}


def listed(*features: dict) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    ("ring", "said", "km2"),
    [
        (SQUARE, [], 9_387),
        (BOWTIE, [CROSSES], 4_693),
        (TOUCHING, [], 18_635),
        (scribble(1000), [TOO_OFTEN], 9_300),
        ([[49, 40], [49, 40], [49, 40], [49, 40]], [], 125_600),
    ],
)
def test_what_a_polygon_of_gdacs_needed_is_listed(ring, said, km2):
    reading = one(listed(gdacs(ring), gdacs_point()))
    assert repairs(reading) == said
    assert reading.outcome == ("tolerated" if said else "accepted")
    assert reading.area.km2 == pytest.approx(km2, rel=0.02)


def gdacs_point(**more) -> dict:
    found = gdacs(SQUARE, named="Point_Centroid", **more)
    return found | {"geometry": {"type": "Point", "coordinates": [49.5, 40.5]}}


def test_only_what_became_the_area_is_listed():
    basin = gdacs(BOWTIE, named="Poly_Global")
    assert repairs(one(listed(gdacs(SQUARE), basin))) == []
    weak = gdacs(BOWTIE, kind="EQ", named="Poly_SMPInt_4")
    strong = gdacs(SQUARE, kind="EQ", named="Poly_SMPInt_6")
    assert repairs(one(listed(weak, strong))) == []
    assert repairs(one(listed(strong, gdacs(BOWTIE, kind="EQ", named="Poly_SMPInt_7")))) == [
        CROSSES
    ]


@pytest.mark.parametrize("corner", [[49, 95], [49, "north"], [700, 40]])
def test_a_shape_of_gdacs_that_is_nowhere_is_a_problem(corner):
    off = gdacs([corner, [50, 40], [50, 41], corner])
    reading = one(listed(off, gdacs_point()))
    said = "A Polygon cannot be placed on the map: “Poly_Affected”."
    assert (repairs(reading), str(reading.reason)) == ([said], said)
    assert reading.area.estimated


def test_each_episode_of_an_event_of_gdacs_is_a_message():
    west = [[lon - 10, lat] for lon, lat in SQUARE]
    first, second = gdacs(west), gdacs(SQUARE, episodeid=2)
    readings = read_bytes(listed(gdacs_point(), first, gdacs_point(episodeid=2), second))
    assert [reading.identifier for reading in readings] == ["GDACS_FL_7_1", "GDACS_FL_7_2"]
    assert [reading.area.ranges.contains(cell_at(40.5, 49.5)) for reading in readings] == [
        False,
        True,
    ]
    assert [reading.area.estimated for reading in readings] == [False, False]


def test_a_feature_of_another_kind_splits_no_event_of_gdacs():
    whole = (gdacs_point(), {"type": "Feature", "properties": {}}, gdacs(SQUARE))
    readings = read_bytes(listed(*whole))
    assert [reading.outcome for reading in readings] == ["accepted", "refused"]
    assert not readings[0].area.estimated


def test_lines_of_a_shakemap_that_cross_without_end_are_listed():
    assert repairs(one(json.dumps(contours((6.0, scribble(700)))).encode())) == [SHAPES_CROSS]


def test_a_line_of_a_shakemap_that_is_nowhere_is_listed():
    both = contours((6.0, SQUARE), (7.0, [[49, 95], [50, 95]]))
    said = repairs(one(json.dumps(both).encode()))
    assert said == ["A MultiLineString cannot be placed on the map: “7.0”."]


def test_a_rupture_left_out_is_listed():
    told = {"id": "us1", "mag": 7.8, "lat": 40, "lon": 49, "depth": 10}
    line = {"type": "LineString", "coordinates": [[-80, -10, 0], [80, 10, 0]]}
    document = {"type": "FeatureCollection", "metadata": told, "features": [{"geometry": line}]}
    said = "The rupture is longer than any known; the epicentre alone was used."
    assert repairs(one(json.dumps(document).encode())) == [said]


def test_longitudes_that_go_on_around_the_earth_are_read_and_listed():
    reading = one(cap((POLYGON, "<polygon>40,350 40,370 41,370 41,350 40,350</polygon>")))
    assert repairs(reading) == ["A longitude beyond 360° was counted on around the earth."]
    assert reading.area.ranges.contains(cell_at(40.5, 5))
    assert reading.area.ranges.contains(cell_at(40.5, -5))
    assert reading.area.km2 == pytest.approx(20 * 9_387, rel=0.02)
    circle = one(cap((POLYGON, "<circle>40,365 10</circle>")))
    assert circle.area.ranges.contains(cell_at(40, 5))
    assert one(cap((POLYGON, "<circle>40,600 10</circle>"))).area.cells == 0


def test_an_epicentre_is_within_half_a_turn():
    assert one(json.dumps(quake(lon=185.0)).encode()).longitude == -175.0
    assert one(json.dumps(quake(lon=179.95)).encode()).longitude == 179.95


def test_a_polygon_that_touches_itself_is_as_it_was_drawn():
    around_a_hole = "40,49 40,52 43,52 43,49 40,49 41,50 42,50 42,51 41,51 41,50 40,49"
    reading = one(cap((POLYGON, f"<polygon>{around_a_hole}</polygon>")))
    assert (reading.outcome, repairs(reading)) == ("accepted", [])
    assert not reading.area.ranges.contains(cell_at(41.5, 50.5))


def many(count: int) -> str:
    places = [(20 + at // 200 * 0.2, at % 200 * 0.2) for at in range(count)]
    return "".join(f"<circle>{lat:.1f},{lon:.1f} 5</circle>" for lat, lon in places)


def test_of_shapes_beyond_counting_the_box_is_taken_and_said(monkeypatch):
    monkeypatch.setattr(cap_area, "_MOST_DRAWN", 3)
    over = "<polygon>40,179 40,-179 41,-179 41,179</polygon>"
    shapes = "<circle>10,20 50</circle><circle>10,30 50</circle><circle>10,40 50</circle>"
    reading = one(
        cap((POLYGON, f"{over}{shapes}<circle>89.9,0 50</circle><polygon>1,1 2,2</polygon>"))
    )
    said = "The message draws more than 3 shapes; of the others the box around each was taken."
    assert said in repairs(reading)
    assert "cannot be placed" in str(reading.reason)
    for place in ((40.5, 179.9), (40.5, -179.9), (10.4, 20), (10.4, 30), (10.4, 30.4), (90, 0)):
        assert reading.area.ranges.contains(cell_at(*place)), place
    assert not reading.area.ranges.contains(cell_at(10.42, 20.42))
    assert not reading.area.ranges.contains(cell_at(40.5, 0))


def test_a_crowd_of_shapes_is_joined_by_squares_and_said(monkeypatch):
    monkeypatch.setattr(areas, "_MOST_SHAPES", 300)
    reading = one(cap((POLYGON, many(400))))
    assert repairs(reading) == [
        "There are too many shapes to draw each; all around those close together was taken."
    ]
    assert reading.area.ranges.contains(cell_at(20, 39.8))
    assert not reading.area.ranges.contains(cell_at(20, 45))


def test_a_county_named_a_thousand_times_is_drawn_once(monkeypatch):
    counties.county.cache_clear()
    codes = [f"{part}{number:05}" for part in range(4) for number in range(1001, 1134, 2)]
    texts = "".join(
        f"<geocode><valueName>SAME</valueName><value>{one}</value></geocode>" for one in codes
    )
    reading = one(cap((POLYGON, texts)))
    assert reading.area.km2 == pytest.approx(135_000, rel=0.05)
    assert counties.county.cache_info().maxsize >= 3_300
