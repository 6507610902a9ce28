"""Letting outcomes take effect once they can't be undone any more."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.response.calls.actions import forget_told_by, settle_ended
from safeconduct.response.calls.queries import unsettled


@app.task(name="calls.settle", retry=RetryStrategy(max_attempts=5, wait=5))
def settle(*, call_id: int, **_: object) -> None:
    """Let one outcome take effect, unless it was undone."""
    settle_ended(call_id=call_id, now=clock.now())


@app.task(name="calls.forget_told_by", retry=RetryStrategy(max_attempts=10, wait=30))
def forget(*, person_ids: list[int], **_: object) -> None:
    """Blank who spoke of people who left the registry."""
    forget_told_by(person_ids=person_ids)


@app.periodic(cron="* * * * *")
@app.task(name="calls.go_on", queueing_lock="calls.go_on", pass_context=False)
def go_on(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it to every periodic task
    """Settle outcomes whose job was lost; how many."""
    return sum(settle_ended(call_id=call_id, now=clock.now()) for call_id in unsettled())
