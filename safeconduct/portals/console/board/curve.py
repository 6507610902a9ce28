"""The curve of answers as lines of a drawing, computed here so that it needs no script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from safeconduct.picture.rollcall.queries import CurvePoint

WIDTH: Final = 640
HEIGHT: Final = 160
# More points than the drawing has pixels would only make the page heavy.
_MOST_POINTS: Final = 160


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines of answers so far; ``top`` is what the upper edge of the drawing stands for."""

    safe: str
    needs_help: str
    not_there: str
    top: int
    begins: datetime
    ends: datetime
    rows: list[CurvePoint]


def drawn(points: Sequence[CurvePoint]) -> Curve | None:
    """Answers added up minute by minute as SVG paths; None before the first answer."""
    if not points:
        return None
    begins, ends = points[0].minute, points[-1].minute + timedelta(minutes=1)
    lines = [_line(points, begins, ends, number) for number in (_safe, _needs_help, _not_there)]
    top = max(1, *(line[-1][1] for line in lines))
    safe, needs_help, not_there = (_path(line, top) for line in lines)
    return Curve(safe, needs_help, not_there, top, begins, ends, thinned(points, 12))


def thinned(points: Sequence[CurvePoint], most: int) -> list[CurvePoint]:
    """At most so many rows, neighbours added together; the sums stay what they were."""
    size = -(-len(points) // most)
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return [
        CurvePoint(
            group[0].minute,
            sum(point.safe for point in group),
            sum(point.needs_help for point in group),
            sum(point.not_there for point in group),
        )
        for group in groups
    ]


def _line(
    points: Sequence[CurvePoint],
    begins: datetime,
    ends: datetime,
    number: Callable[[CurvePoint], int],
) -> list[tuple[float, int]]:
    few = thinned(points, _MOST_POINTS)
    totals = list(accumulate(map(number, few)))
    span = (ends - begins).total_seconds()
    moments = [*(point.minute for point in few[1:]), ends]
    reached = [(moment - begins).total_seconds() / span for moment in moments]
    return [(0.0, 0), *zip(reached, totals, strict=True)]


def _path(line: list[tuple[float, int]], top: int) -> str:
    corners = (f"{x * WIDTH:.1f} {HEIGHT - total / top * HEIGHT:.1f}" for x, total in line)
    return "M" + "L".join(corners)


def _safe(point: CurvePoint) -> int:
    return point.safe


def _needs_help(point: CurvePoint) -> int:
    return point.needs_help


def _not_there(point: CurvePoint) -> int:
    return point.not_there
