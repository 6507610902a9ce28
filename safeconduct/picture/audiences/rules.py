"""Which cells were hit how hard: an area and its bands of intensity, cut into runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge

# A band as hazards store it: where at least this intensity (MMI) was felt.
type Band = dict[str, object]


@dataclass(frozen=True, slots=True)
class Runs:
    """Disjoint runs of cells in ascending order, both ends included; tenths of MMI each."""

    lows: list[int]
    highs: list[int]
    tenths: list[int]


def runs_by_intensity(
    cells_from: Sequence[int], cells_until: Sequence[int], bands: Sequence[Band]
) -> Runs:
    """The area's runs, cut so that each has the one intensity of the highest band it lies in.

    Both ends of a run belong to it. Bands may lie in one another, as contours do;
    cells of the area in no band have 0. Cells of a band outside the area are not meant.
    """
    edges = merge(
        _edges(cells_from, cells_until, None),
        *(_edges(*_cells(band), _tenths(band)) for band in bands),
        key=lambda edge: edge[0],
    )
    runs = Runs([], [], [])
    inside, open_bands, since = 0, dict[int, int](), 0
    for at, step, tenths in edges:
        if inside and at > since:
            _append(runs, since, at - 1, max((t for t, n in open_bands.items() if n), default=0))
        since = at
        if tenths is None:
            inside += step
        else:
            open_bands[tenths] = open_bands.get(tenths, 0) + step
    return runs


def _edges(
    lows: Sequence[int], highs: Sequence[int], tenths: int | None
) -> list[tuple[int, int, int | None]]:
    """Where a run begins (+1) and the first cell after it (-1)."""
    begins = [(low, 1, tenths) for low in lows]
    ends = [(high + 1, -1, tenths) for high in highs]
    return sorted(begins + ends, key=lambda edge: edge[0])


def _cells(band: Band) -> tuple[list[int], list[int]]:
    lows, highs = band["from"], band["until"]
    if not isinstance(lows, list) or not isinstance(highs, list):
        raise TypeError("A band of intensity holds two lists of cells.")
    return lows, highs


def _tenths(band: Band) -> int:
    return round(float(str(band["intensity"])) * 10)


def _append(runs: Runs, low: int, high: int, tenths: int) -> None:
    if runs.highs and runs.highs[-1] + 1 == low and runs.tenths[-1] == tenths:
        runs.highs[-1] = high
        return
    runs.lows.append(low)
    runs.highs.append(high)
    runs.tenths.append(tenths)
