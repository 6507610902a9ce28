"""The background work of answers."""

from collections.abc import Sequence

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.checkins import actions

_AGAIN = RetryStrategy(max_attempts=10, wait=30)


@app.task(name="checkins.forget_people", retry=_AGAIN)
def forget_people(*, person_ids: Sequence[int], **_: object) -> None:
    """Take people who left the registry out of unclear answers."""
    actions.forget_people(person_ids=person_ids, now=clock.now(), actor=Actor.system("checkins"))
