"""Cutting an area by its bands of intensity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.picture.audiences.rules import runs_by_intensity

cells = st.sets(st.integers(0, 40), max_size=25)


def _runs(chosen: set[int]) -> tuple[list[int], list[int]]:
    lows = [cell for cell in sorted(chosen) if cell - 1 not in chosen]
    highs = [cell for cell in sorted(chosen) if cell + 1 not in chosen]
    return lows, highs


@given(cells, st.lists(st.tuples(st.integers(10, 90), cells), max_size=4))
def test_each_cell_of_the_area_has_the_highest_band_it_lies_in(
    area: set[int], bands: list[tuple[int, set[int]]]
) -> None:
    stored = [
        {"intensity": tenths / 10, "from": _runs(inside)[0], "until": _runs(inside)[1]}
        for tenths, inside in bands
    ]
    runs = runs_by_intensity(*_runs(area), stored)
    felt = {
        cell: tenths
        for low, high, tenths in zip(runs.lows, runs.highs, runs.tenths, strict=True)
        for cell in range(low, high + 1)
    }
    expected = {
        cell: max((tenths for tenths, inside in bands if cell in inside), default=0)
        for cell in area
    }
    assert felt == expected


@given(cells, st.lists(st.tuples(st.integers(10, 90), cells), max_size=4))
def test_runs_are_sorted_and_disjoint(area: set[int], bands: list[tuple[int, set[int]]]) -> None:
    stored = [
        {"intensity": tenths / 10, "from": _runs(inside)[0], "until": _runs(inside)[1]}
        for tenths, inside in bands
    ]
    runs = runs_by_intensity(*_runs(area), stored)
    edges = [edge for pair in zip(runs.lows, runs.highs, strict=True) for edge in pair]
    assert edges == sorted(edges)
    assert all(high < low for high, low in zip(runs.highs, runs.lows[1:], strict=False))


@pytest.mark.parametrize("band", [{"from": 1, "until": [2]}, {"from": [1], "until": None}])
def test_a_band_without_lists_of_cells_is_refused(band: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="two lists"):
        runs_by_intensity([1], [9], [band | {"intensity": 5.0}])
