"""The transaction of a release, many times, with the whole registry behind it."""

from bench import BenchOptions, entry, percentile, watch
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions import release_alert
from safeconduct.wires.hazards.models import Signal

_RELEASES = 200
# Counting an area is another row; here it would be done 200 times before the clock starts.
_SHARE = 100


def run(options: BenchOptions) -> dict[str, object]:
    """p99 in milliseconds from the releaser's click to the commit, over 200 releases.

    Each opens or joins an incident, opens a round and a batch with their partitions,
    writes the CAP message and one job. Everything is taken away again afterwards.
    """
    people = ensure_people(options)
    signal = bench_signal(people // _SHARE)
    writer, releaser = officers()
    try:
        taken = [_seconds(signal, writer, releaser) for _ in range(_RELEASES)]
    finally:
        forget(signal)
    return entry(
        percentile(taken, 0.99) * 1000,
        "ms",
        releases=_RELEASES,
        people=people,
        p50_ms=round(percentile(taken, 0.5) * 1000, 1),
    )


def _seconds(signal: Signal, writer: Actor, releaser: Actor) -> float:
    alert = submitted(signal, writer)
    with watch() as taken:
        release_alert(alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser)
    return taken.seconds
