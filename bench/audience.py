"""Counting and paging the people of an area, at three sizes, beside one bare count."""

from django.db import connection

from bench import BenchOptions, entry, watch
from bench.people import area_of, audience_of, ensure_people
from safeconduct.ground.kernel.geometry import CellRanges
from safeconduct.picture.audiences import queries

_RUNS = 3
_BARE = """
    SELECT count(*) FROM unnest(%s::bigint[], %s::bigint[]) AS r(low, high)
    JOIN registry_stay s ON s.cell BETWEEN r.low AND r.high AND s.departed_on IS NULL
"""


def run(options: BenchOptions) -> dict[str, object]:
    """Milliseconds to count everybody in an area and fetch a page of them, the best of three.

    The value is that of the largest area, in which nearly all of the registry stays;
    ``sizes`` tells people and milliseconds of each, and what the preview took on top.
    """
    people = ensure_people(options)
    sizes = [_size(people // share) for share in (100, 10, 1)]
    largest = sizes[-1]
    return entry(
        largest["ms"],
        "ms",
        limit=largest["bare_ms"],
        people=int(largest["people"]),
        preview_ms=largest["preview_ms"],
        sizes=sizes,
    )


def _size(people: int) -> dict[str, float]:
    runs, _ = area_of(people)
    audience = audience_of(runs)
    ours, bare, counted = [], [], 0
    for _run in range(_RUNS):
        with watch() as taken:
            counted = queries.count_and_page(audience).people
        ours.append(taken.seconds)
        bare.append(_bare_count(runs))
    with watch() as previewed:
        queries.preview(audience)
    return {
        "people": counted,
        "ms": _ms(min(ours)),
        "bare_ms": _ms(min(bare)),
        "preview_ms": _ms(previewed.seconds),
    }


def _bare_count(runs: CellRanges) -> float:
    with watch() as taken, connection.cursor() as cursor:
        cursor.execute(_BARE, [runs.lows, runs.highs])
        cursor.fetchone()
    return taken.seconds


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
