"""Cells, runs and areas: nobody in an area is left out, and runs hold descendants only."""

import math
from itertools import pairwise

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.ground.kernel import geometry

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
places = st.tuples(latitudes, longitudes)
coarse_cells = st.builds(
    lambda place, resolution: geometry.cell_at(*place, resolution), places, st.integers(4, 7)
)
PENTAGON = h3.get_pentagons(5)[3]


@given(coarse_cells)
@settings(max_examples=40, deadline=None)
def test_a_run_holds_exactly_the_descendants(cell):
    ranges = geometry.ranges_of([cell])
    descendants = h3.cell_to_children(cell, 7)
    assert len(ranges.lows) == 1
    assert ranges.count() == len(descendants)
    assert all(ranges.contains(child) for child in descendants)
    around = h3.grid_ring(cell, 1)
    assert not any(ranges.contains(h3.cell_to_center_child(other, 7)) for other in around)


def test_a_pentagon_counts_its_five_sixths():
    ranges = geometry.ranges_of([PENTAGON])
    assert ranges.count() == len(h3.cell_to_children(PENTAGON, 7)) == 41


@given(st.lists(coarse_cells, max_size=12))
@settings(max_examples=40, deadline=None)
def test_runs_are_sorted_merged_and_complete(cells):
    ranges = geometry.ranges_of(cells)
    expected = {child for cell in cells for child in h3.cell_to_children(cell, 7)}
    assert ranges.count() == len(expected)
    assert all(ranges.contains(child) for child in expected)
    pairs = list(zip(ranges.lows, ranges.highs, strict=True))
    assert all(low <= high for low, high in pairs)
    assert all(before[1] < after[0] for before, after in pairwise(pairs))


def test_a_family_becomes_one_run_and_one_cell():
    family = h3.cell_to_children(geometry.cell_at(37.06, 37.38, 5), 7)
    assert len(geometry.ranges_of(family).lows) == 1
    assert geometry.compacted(family) == [geometry.cell_at(37.06, 37.38, 5)]


def test_the_whole_earth_is_one_run_of_all_cells():
    world = geometry.polygon_cells(shapely.box(-180, -90, 180, 90))
    assert geometry.ranges_of(world).count() == h3.get_num_cells(7)
    assert len(geometry.ranges_of(world).lows) == 1


def test_a_cell_finer_than_seven_is_refused():
    with pytest.raises(ValueError, match="finer"):
        geometry.ranges_of([h3.latlng_to_cell(0, 0, 8)])


@pytest.mark.parametrize("place", [(91, 0), (0, 361), (float("nan"), 0), (0, float("inf"))])
def test_a_place_off_the_earth_is_refused(place):
    with pytest.raises(geometry.OutOfRangeError):
        geometry.cell_at(*place)


@given(places, st.floats(0, 300), st.floats(0, 1), st.floats(0, 360))
@settings(max_examples=25, deadline=None)
def test_nobody_in_a_circle_is_left_out(place, km, share, bearing):
    ranges = geometry.ranges_of(geometry.circle(*place, km))
    lon, lat = _moved(*place, km * share * 0.999, bearing)
    assert ranges.contains(geometry.cell_at(lat, lon))


@given(places, st.floats(1, 60))
@settings(max_examples=15, deadline=None)
def test_a_circle_takes_nobody_far_outside(place, km):
    for cell in geometry.circle(*place, km):
        centre = h3.cell_to_latlng(cell)
        radius = max(geometry.distance_km(*centre, *edge) for edge in geometry.boundary(cell))
        nearest = geometry.distance_km(*place, *centre) - radius
        assert nearest <= km or cell == geometry.cell_at(*place)


@given(st.floats(-85, 85), longitudes, st.floats(0.01, 3), st.floats(0.01, 9), st.data())
@settings(max_examples=12, deadline=None)
def test_nobody_in_a_polygon_is_left_out_over_the_antimeridian_either(lat, lon, high, wide, data):
    north, east = min(lat + high, 89.9), (lon + wide + 180) % 360 - 180
    ring = [(lon, lat), (east, lat), (east, north), (lon, north)]
    cells = geometry.polygon_cells(shapely.Polygon(ring))
    assert len(cells) <= geometry.MOST_CELLS
    ranges = geometry.ranges_of(cells)
    inside_lat = data.draw(st.floats(lat, north))
    inside_lon = (lon + data.draw(st.floats(0, wide)) + 180) % 360 - 180
    assert ranges.contains(geometry.cell_at(inside_lat, inside_lon))
    assert not ranges.contains(geometry.cell_at(lat, (lon - 10 + 180) % 360 - 180))


def test_fiji_is_one_area_on_both_sides_of_the_antimeridian():
    fiji = shapely.Polygon([(177, -19), (-179, -19), (-179, -16), (177, -16)])
    split = geometry.split_antimeridian(fiji)
    assert split.bounds == (-180, -19, 180, -16)
    assert geometry.area_km2(fiji) == pytest.approx(
        geometry.area_km2(shapely.box(0, -19, 4, -16)), rel=1e-9
    )
    cells = geometry.polygon_cells(fiji)
    assert set(cells) == set(geometry.polygon_cells(split))


def test_a_ring_around_the_earth_holds_its_pole():
    ring = shapely.Polygon([(lon, 70) for lon in range(-180, 180, 30)])
    ranges = geometry.ranges_of(geometry.polygon_cells(ring))
    assert ranges.contains(geometry.cell_at(90, 0))
    assert ranges.contains(geometry.cell_at(75, 179))
    assert not ranges.contains(geometry.cell_at(60, 0))


def test_areas_are_those_of_the_ellipsoid():
    # WGS 84: 510 065 622 km² in all; a degree square on the equator 12 309 km².
    assert geometry.area_km2(shapely.box(-180, -90, 180, 90)) == pytest.approx(
        510_065_622, rel=1e-6
    )
    assert geometry.area_km2(shapely.box(0, 0, 1, 1)) == pytest.approx(12_308.8, rel=1e-3)
    assert geometry.area_km2(geometry.disc(89.95, 10, 100)) == pytest.approx(31_700, rel=0.01)
    assert geometry.area_km2(shapely.Point(0, 0)) == 0


def test_a_crossed_ring_still_has_an_area():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert geometry.area_km2(bow) > 20_000


def test_huge_ragged_areas_stay_within_the_budget():
    # Two degrees a tooth are as ragged as one, and quicker to cut.
    corners = [(lon, (60 if lon // 2 % 2 else -60) + lon % 7) for lon in range(-170, 170, 2)]
    cells = geometry.polygon_cells(shapely.Polygon([*corners, (170, 80), (-170, 80)]))
    assert 0 < len(cells) <= geometry.MOST_CELLS


def _moved(lat, lon, km, bearing):
    from math import asin, atan2, cos, degrees, radians, sin

    reach, phi, turn = km / geometry.EARTH_KM, radians(lat), radians(bearing)
    sine = sin(phi) * cos(reach) + cos(phi) * sin(reach) * cos(turn)
    new = asin(max(-1.0, min(1.0, sine)))
    lam = atan2(sin(turn) * sin(reach) * cos(phi), cos(reach) - sin(phi) * sin(new))
    return (lon + degrees(lam) + 180) % 360 - 180, degrees(new)


def coast(corners: int) -> shapely.Polygon:
    turns = [math.tau * at / corners for at in range(corners)]
    away = [5 + (at % 2) * 0.01 for at in range(corners)]
    return shapely.Polygon(
        [(10 + r * math.cos(t), 45 + r * math.sin(t)) for t, r in zip(turns, away, strict=True)]
    )


def test_a_mainland_among_islands_is_asked_by_itself():
    islands = [shapely.box(20 + at, 40, 20.2 + at, 40.2) for at in range(30)]
    main = coast(2_000)
    ground = geometry._Ground(shapely.MultiPolygon([*islands, main]))
    assert [one.equals(main) for one in ground._whole] == [True]
    asked = np.array(
        [shapely.Point(x, y).buffer(0.05) for x, y in ((10, 45), (21.1, 40.1), (0, 0))]
    )
    assert ground.meets(asked).tolist() == [True, True, False]
    assert ground.holds(asked).tolist() == [True, True, False]


def test_many_shapes_are_cut_as_each_would_be():
    shapes = [
        shapely.box(0, 0, 1, 1),
        shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)]),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.box(350, 0, 370, 1),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
    ]
    alone = [geometry.split_antimeridian(one) for one in shapes]
    cut = geometry.split_all(shapes)
    assert cut[0] is shapes[0]
    assert all(one.equals(other) for one, other in zip(cut, alone, strict=True))
    assert geometry.split_antimeridian(shapely.MultiPolygon(shapes[:2])).area == pytest.approx(3)


def test_a_sound_shape_wider_than_half_the_earth_is_left_as_it_is():
    wide = shapely.Polygon(
        [(x, y) for y, xs in ((0, range(-170, 171, 10)), (9, range(170, -171, -10))) for x in xs]
    )
    assert geometry.split_antimeridian(wide) is wide
    short = shapely.Polygon([(-170, 0), (170, 0), (170, 9), (-170, 9)])
    assert geometry.split_antimeridian(short).area == pytest.approx(20 * 9)


@given(st.floats(-90, 90), st.floats(-540, 540), st.floats(1, 9_000))
def test_a_box_holds_its_circle(lat, lon, km):
    box = geometry.box_around(np.array([[lat, lon]]), km)
    circle = geometry.disc(lat, lon, km)
    assert shapely.difference(circle, shapely.buffer(box, 1e-6)).area < 1e-3


@pytest.mark.parametrize("lat", [0, -17.5, 40, 70, 85])
@pytest.mark.parametrize("km", [1, 35, 300])
def test_a_circle_is_that_of_the_ellipsoid(lat, km):
    # Geodesic circles so small have the area of flat ones, less a ten-thousandth.
    circle = geometry.disc(lat, 33, km)
    assert geometry.area_km2(circle) == pytest.approx(math.pi * km**2, rel=2e-3)
    # A degree of latitude is 110.57 km at the equator and 111.69 km at a pole.
    degree = 111.13 - 0.56 * math.cos(math.radians(2 * lat))
    north = circle.bounds[3] - circle.bounds[1]
    assert north * degree == pytest.approx(2 * km, rel=2e-3)
