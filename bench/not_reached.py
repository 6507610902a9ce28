"""A page of those nobody reached, where hardly anybody is: the longest look for the fewest rows."""

import time

from django.db import connection

from bench import BenchOptions, entry, percentile, watch
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall.actions import order_roll
from safeconduct.portals.console.board.unreached import tasks_of
from safeconduct.response.alerts.actions import expand_next, release_alert

_PAGES = 40
# Every so many-th message failed, all others arrived.
_ONE_IN = 2000
_SETTLE = """
UPDATE messaging_delivery SET handed_at = now(), settled_at = now(),
    state = CASE WHEN id %% %s = 0 THEN 14 ELSE 3 END WHERE batch_id = %s
"""


def run(options: BenchOptions) -> dict[str, object]:
    """p95 in ms of the first forty pages, what an officer reads beside each name included."""
    ensure_people(options)
    signal = bench_signal(options.people)
    writer, releaser = officers()
    alert = submitted(signal, writer)
    try:
        release = release_alert(
            alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser
        )
        while expand_next(release_id=release.pk, now=clock.now()):
            pass
        incident_id = release.round.incident_id if release.round else 0
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [_ONE_IN, release.batch_id])
            cursor.execute("ANALYZE messaging_delivery, rollcall_standing")
        order_roll(incident_id=incident_id)
        times, found = _pages(incident_id, release.batch_id)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM rollcall_standing WHERE incident_id = %s", [incident_id]
            )
            people = int(cursor.fetchone()[0])
    finally:
        forget(signal)
    return entry(
        percentile(times, 0.95),
        "ms",
        p50_ms=round(percentile(times, 0.5)),
        first_ms=round(times[0]),
        pages=len(times),
        found=found,
        people=people,
    )


def _pages(incident_id: int, batch_id: int) -> tuple[list[float], int]:
    times: list[float] = []
    found, after = 0, ""
    over = time.monotonic() + 60
    while len(times) < _PAGES and time.monotonic() < over:
        with watch() as taken:
            page = rollcall.unreached(
                incident_id,
                rollcall.Filters(countries=None),
                batch_ids=[batch_id],
                now=clock.now(),
                after=after,
            )
            tasks_of(incident_id, page.rows, None)
        times.append(taken.seconds * 1000)
        found, after = found + len(page.rows), page.after
        if not after:
            break
    return times, found
