"""Looking after open climbs: each look plans the next one, and lost ones are planned anew."""

from datetime import timedelta

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from safeconduct.ground.kernel import clock
from safeconduct.response.ladder.engine.climbing import look
from safeconduct.response.ladder.queries import open_climbs

# As a release: somebody waits for it.
_PRIORITY = 100


@app.task(name="ladder.climb", priority=_PRIORITY, retry=RetryStrategy(max_attempts=5, wait=2))
def climb(*, climb_id: int, **_: object) -> None:
    """Look after one climb, and plan the next look unless it is over."""
    pause = look(climb_id=climb_id, now=clock.of_database())
    if pause is not None:
        look_after(climb_id, pause)


@app.periodic(cron="* * * * *")
@app.task(name="ladder.go_on", queueing_lock="ladder.go_on", pass_context=False)
def go_on(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it to every periodic task
    """Take up climbs whose job was lost or gave up; how many were not waiting already."""
    return sum(look_after(climb_id, timedelta(0)) for climb_id in open_climbs())


def look_after(climb_id: int, pause: timedelta) -> bool:
    """Plan a look; False where one is planned already."""
    name = f"climb:{climb_id}"
    # No lock beside the queueing lock: a look takes a lock of its own, and a job that waits
    # behind one whose worker died would wait until that one is rescued.
    job = app.configure_task("ladder.climb", queueing_lock=name, schedule_in=_seconds(pause))
    try:
        with transaction.atomic():
            job.defer(climb_id=climb_id)
    except AlreadyEnqueued:
        return False
    return True


def _seconds(pause: timedelta) -> dict[str, int] | None:
    milliseconds = int(pause.total_seconds() * 1000)
    return {"milliseconds": milliseconds} if milliseconds else None
