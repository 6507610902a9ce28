"""What is done in the background when a level changes."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import actions as registry
from safeconduct.readiness.advice.models import Edition


@app.task(name="advice.ask_still_there", retry=RetryStrategy(max_attempts=5, wait=30))
def ask_still_there(*, edition_id: int, **_: object) -> None:
    """Ask those registered in the country whether they are still there; once a day at most."""
    edition = Edition.objects.get(pk=edition_id)
    actor = Actor.system("advice")
    registry.ask_still_there(
        country=edition.country_id, reason="level", now=clock.now(), actor=actor
    )
