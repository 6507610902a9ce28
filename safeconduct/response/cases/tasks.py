"""The background work of requests."""

from collections.abc import Sequence

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.cases import actions

_AGAIN = RetryStrategy(max_attempts=10, wait=30)


@app.task(name="cases.forget_people", retry=_AGAIN)
def forget_people(*, person_ids: Sequence[int], **_: object) -> None:
    """Forget whose the requests of people are who left the registry."""
    actions.forget_people(person_ids=person_ids, now=clock.now())


@app.task(name="cases.note_call_closed", retry=_AGAIN)
def note_call_closed(*, incident_id: int, person_id: int, **_: object) -> None:
    """Say on a request that its call was closed on the board."""
    actions.note_call_closed(incident_id=incident_id, person_id=person_id, now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="cases.end_positions", queueing_lock="cases.end_positions", pass_context=False)
def end_positions(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate's
    """Delete the positions whose time is over."""
    return actions.end_positions(now=clock.now(), actor=Actor.system("positions"))
