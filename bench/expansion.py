"""From a release to a row for every message, beside a bare INSERT … SELECT of the same rows."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from django.conf import settings
from django.db import connection

from bench import BenchOptions, Round, entry, middle_of, watch
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from safeconduct.ground.kernel import clock
from safeconduct.picture.audiences.models import Audience
from safeconduct.response.alerts.actions import release_alert
from safeconduct.response.alerts.models import Release

_RELEASES = 3
_PATIENCE_SECONDS = 600
_IDLE_SECONDS = 5


@dataclass(frozen=True)
class _Release(Round):
    seconds: float
    first_chunk: float
    ordering: float
    people: int
    messages: int
    limit_side_by_side: float


def run(options: BenchOptions) -> dict[str, object]:
    """Delivery rows a second for one alert to nearly the whole registry, from its release on.

    A real worker process does it, with as many jobs side by side as it is set to. What is
    timed also asks everybody, puts them on the roll and counts them; the limit is the same
    rows copied into a table with the same indexes, in one statement, and nothing else; of
    three such copies the one in the middle.
    ``limit_side_by_side`` is that by as many statements at once as there were jobs.

    Of three releases the one whose ratio is in the middle, since a machine that others share
    may be half as fast within seconds; ``rates`` and ``ratios`` are those of all three.
    """
    people = ensure_people(options)
    middle, all_of_them = middle_of([_release(people) for _ in range(_RELEASES)])
    return entry(
        middle.value,
        "rows/s",
        limit=middle.limit,
        limit_side_by_side=round(middle.limit_side_by_side),
        **all_of_them,
        rows=middle.messages,
        people=middle.people,
        people_per_second=round(middle.people / middle.seconds),
        seconds=round(middle.seconds, 2),
        first_chunk_ms=round(middle.first_chunk * 1000, 1),
        # The list of those not heard from gets its index afterwards, beside everything else.
        index_seconds=round(middle.ordering, 2),
    )


def _release(people: int) -> _Release:
    signal = bench_signal(people)
    writer, releaser = officers()
    alert = submitted(signal, writer)
    try:
        with _worker():
            with watch() as taken:
                release = release_alert(
                    alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser
                )
                with watch() as first:
                    _wait_until(lambda: _has(release, first_party_ids__isnull=False))
                # Asked more often it would take an eighth of a processor from those who write.
                _wait_until(lambda: _has(release, expanded_at__isnull=False), every=0.1)
            with watch() as ordered:
                _wait_until(lambda: _is_ordered(release), every=0.1)
        final = Audience.objects.get(pk=release.audience_id).final
        # One of them alone differs by half from the next.
        bares = [_bare_rate(release.batch_id, final["messages"], side_by_side=1) for _ in range(3)]
        workers = settings.ALERTS["EXPANSION_WORKERS"]
        bare_both = _bare_rate(release.batch_id, final["messages"], side_by_side=workers)
    finally:
        forget(signal)
    return _Release(
        value=final["messages"] / taken.seconds,
        limit=median(bares),
        seconds=taken.seconds,
        first_chunk=first.seconds,
        ordering=ordered.seconds,
        people=final["people"],
        messages=final["messages"],
        limit_side_by_side=bare_both,
    )


@contextmanager
def _worker() -> Iterator[None]:
    before = _workers()
    command = [sys.executable, "-m", "safeconduct.cli", "worker", "--only", "jobs"]
    process = subprocess.Popen(command, env=os.environ)
    try:
        _wait_until(lambda: bool(_workers() - before))
        # What is due every minute or day runs when a worker starts; it is no part of a release.
        for _second in range(_IDLE_SECONDS):
            time.sleep(1)
            _wait_until(_is_idle)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _is_idle() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing')")
        return bool(cursor.fetchone()[0])


def _workers() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_workers")
        return {number for (number,) in cursor.fetchall()}


def _has(release: Release, **what: bool) -> bool:
    return Release.objects.filter(pk=release.pk, **what).exists()


def _is_ordered(release: Release) -> bool:
    incident_id = release.round.incident_id if release.round else 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(indisvalid) FROM pg_index WHERE indexrelid = to_regclass(%s)",
            [f"rollcall_standing_{incident_id}_silent"],
        )
        return bool(cursor.fetchone()[0])


def _wait_until(has_come: Callable[[], bool], *, every: float = 0.01) -> None:
    over = time.monotonic() + _PATIENCE_SECONDS
    while not has_come():
        if time.monotonic() > over:
            raise TimeoutError("The worker did not do its work.")
        time.sleep(every)


def _bare_rate(batch_id: int, rows: int, *, side_by_side: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_delivery (LIKE messaging_delivery INCLUDING ALL)")
        cursor.execute(
            "SELECT percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY id)"
            " FROM messaging_delivery WHERE batch_id = %s",
            [[(part + 1) / side_by_side for part in range(side_by_side)], batch_id],
        )
        ends = cursor.fetchone()[0]
    try:
        with ThreadPoolExecutor(side_by_side) as pool, watch() as taken:
            list(pool.map(_copy, [batch_id] * len(ends), [0, *ends], ends))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_delivery")
    return taken.rate(rows)


def _copy(batch_id: int, above: int, upto: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_delivery SELECT * FROM messaging_delivery"
            " WHERE batch_id = %s AND id > %s AND id <= %s",
            [batch_id, above, upto],
        )
    connection.close()
