"""The job a release leaves behind."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.actions.expansion import expand_next

# Before anything periodic: somebody waits for the warning.
_PRIORITY = 100


@app.task(
    name="alerts.expand_release",
    priority=_PRIORITY,
    retry=RetryStrategy(max_attempts=20, wait=1),
)
def expand_release(*, release_id: int, **_: object) -> None:
    """Write to everybody a release is for. May be started again at any time."""
    while expand_next(release_id=release_id, now=clock.now()):
        pass
