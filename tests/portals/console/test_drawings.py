"""The curve and the drawing of cells, which need no script."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.picture.rollcall.queries import Cell, CurvePoint
from safeconduct.portals.console.board import curve, mapping

START = datetime(2023, 2, 6, 1, 17, tzinfo=UTC)
answers = st.integers(0, 1000)
series = st.lists(st.tuples(answers, answers, answers), min_size=1, max_size=400)


def _points(numbers: list[tuple[int, int, int]]) -> list[CurvePoint]:
    return [CurvePoint(START + timedelta(minutes=at), *said) for at, said in enumerate(numbers)]


@given(series, st.integers(1, 200))
def test_thinning_keeps_every_sum(numbers: list[tuple[int, int, int]], most: int) -> None:
    points = _points(numbers)
    few = curve.thinned(points, most)
    assert len(few) <= most
    assert sum(p.safe for p in few) == sum(p.safe for p in points)
    assert sum(p.needs_help for p in few) == sum(p.needs_help for p in points)


@given(series)
def test_lines_rise_and_stay_in_the_drawing(numbers: list[tuple[int, int, int]]) -> None:
    drawn = curve.drawn(_points(numbers))
    assert drawn is not None
    for path in (drawn.safe, drawn.needs_help, drawn.not_there):
        corners = [tuple(map(float, pair.split())) for pair in path[1:].split("L")]
        assert all(0 <= x <= curve.WIDTH and 0 <= y <= curve.HEIGHT for x, y in corners)
        assert corners == sorted(corners, key=lambda corner: (corner[0], -corner[1]))


def test_there_is_no_curve_before_the_first_answer() -> None:
    assert curve.drawn([]) is None
    assert mapping.drawing(()) is None


@given(st.floats(-60, 70), st.floats(-179.99, 179.99), st.integers(0, 50))
def test_every_cell_is_one_small_closed_ring(lat: float, lon: float, silent: int) -> None:
    cell = Cell(cell_at(lat, lon, 5), people=50, asked=50, not_heard_from=silent, needs_help=0)
    (feature,) = mapping.geojson((cell,))["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert max(x for x, _ in ring) - min(x for x, _ in ring) < 5
    drawing = mapping.drawing((cell,))
    assert drawing is not None
    assert drawing.hexagons[0].step == mapping.step_of(silent / 50)


@given(st.floats(0, 1))
def test_colours_follow_the_share(share: float) -> None:
    assert mapping.step_of(share) <= mapping.step_of(1.0) == 4
    assert mapping.step_of(0.0) == 0
