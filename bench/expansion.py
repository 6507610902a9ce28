"""From a release to a row for every message, beside a bare INSERT … SELECT of the same rows."""

from django.db import connection

from bench import BenchOptions, entry, watch
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from safeconduct.ground.kernel import clock
from safeconduct.picture.audiences.models import Audience
from safeconduct.response.alerts.actions import expand_next, release_alert
from safeconduct.response.alerts.models import Release


def run(options: BenchOptions) -> dict[str, object]:
    """Delivery rows a second for one alert to nearly the whole registry.

    What is timed also asks everybody, puts them on the roll and counts them; the limit
    is the same rows copied into a table with the same indexes, and nothing else.
    """
    people = ensure_people(options)
    signal = bench_signal(people)
    writer, releaser = officers()
    alert = submitted(signal, writer)
    release = release_alert(
        alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser
    )
    try:
        with watch() as first:
            expand_next(release_id=release.pk, now=clock.now())
        with watch() as rest:
            _expand(release)
        final = Audience.objects.get(pk=release.audience_id).final
        bare = _bare_rate(release.batch_id, final["messages"])
    finally:
        forget(signal)
    seconds = first.seconds + rest.seconds
    return entry(
        final["messages"] / seconds,
        "rows/s",
        limit=bare,
        rows=final["messages"],
        people=final["people"],
        people_per_second=round(final["people"] / seconds),
        seconds=round(seconds, 2),
        first_chunk_ms=round(first.seconds * 1000, 1),
    )


def _expand(release: Release) -> None:
    while expand_next(release_id=release.pk, now=clock.now()):
        pass


def _bare_rate(batch_id: int, rows: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_delivery (LIKE messaging_delivery INCLUDING ALL)")
        try:
            with watch() as taken:
                cursor.execute(
                    "INSERT INTO bench_delivery SELECT * FROM messaging_delivery"
                    " WHERE batch_id = %s",
                    [batch_id],
                )
        finally:
            cursor.execute("DROP TABLE bench_delivery")
    return taken.rate(rows)
