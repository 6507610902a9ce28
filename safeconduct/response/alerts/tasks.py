"""What is done in the background: laying out a release, remembering who was told."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions.contacts import tell_first_contacts
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


@app.task(name="alerts.note_told", retry=RetryStrategy(max_attempts=5, wait=30))
def note_told(*, batch_id: int, **_: object) -> None:
    """Remember who has been told by mail where we have them from."""
    tell_first_contacts(batch_id=batch_id, now=clock.now(), actor=Actor.system("alerts"))
