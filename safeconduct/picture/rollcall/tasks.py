"""The roll's background work."""

from collections.abc import Sequence

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall import actions, queries


@app.task(name="rollcall.forget_people", retry=RetryStrategy(max_attempts=10, wait=30))
def forget_people(*, person_ids: Sequence[int], **_: object) -> None:
    """Take people who left the registry off every roll."""
    actions.forget_people(person_ids=person_ids, now=clock.now(), actor=Actor.system("rollcall"))


@app.task(name="rollcall.forget_left", retry=RetryStrategy(max_attempts=10, wait=30))
def forget_left(*, incident_id: int, person_id: int | None = None, **_: object) -> None:
    """Take those off a roll who left the registry earlier; all of them, or one person."""
    left = queries.left_registry(incident_id, person_id)
    if left:
        actions.forget_people(person_ids=left, now=clock.now(), actor=Actor.system("rollcall"))


@app.task(name="rollcall.order_roll", retry=RetryStrategy(max_attempts=10, wait=30))
def order_roll(*, incident_id: int, **_: object) -> None:
    """Add an incident's roll up, and index it by whom to look for first."""
    actions.add_up_roll(incident_id=incident_id)
    actions.order_roll(incident_id=incident_id)
