"""What is done in the background: laying out a release, remembering who was told."""

from datetime import timedelta

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions.contacts import tell_first_contacts
from safeconduct.response.alerts.actions.expansion import ExpansionBusyError, expand_next
from safeconduct.response.alerts.queries import unexpanded
from safeconduct.response.alerts.terms import BEGINNING, EXPANSION

# A release that takes longer has lost its job, or a second job finds nothing left to do.
_EXPANDED_BY_THEN = timedelta(minutes=1)
# Most who come again wait for another who is at it.
_RETRIES = RetryStrategy(max_attempts=60, wait=1)


@app.task(name="alerts.begin_expansion", queue=BEGINNING, retry=_RETRIES)
def begin_expansion(*, release_id: int, **_: object) -> None:
    """Write to the first people of a release, and call those who write to the others."""
    expand_next(release_id=release_id, now=clock.now())


@app.task(name="alerts.expand_release", queue=EXPANSION, retry=_RETRIES)
def expand_release(*, release_id: int, **_: object) -> None:
    """Write to everybody a release is for, beside others. May be started again at any time."""
    has_written = False
    try:
        while expand_next(release_id=release_id, now=clock.now()):
            has_written = True
    except ExpansionBusyError as busy:
        # Others do the rest. Should one of them die, its own job is put back.
        if busy.has_more_to_come or not has_written:
            raise


@app.periodic(cron="* * * * *")
@app.task(name="alerts.go_on", queue=BEGINNING, queueing_lock="alerts.go_on", pass_context=False)
def go_on(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it to every periodic task
    """Take up releases whose job was lost or gave up; how many were not waiting already."""
    before = clock.now() - _EXPANDED_BY_THEN
    return sum(_take_up(release_id) for release_id in unexpanded(released_before=before))


def _take_up(release_id: int) -> bool:
    # The lock of the first worker: while that one runs, this one waits, and then finds an end.
    name = f"release:{release_id}:0"
    job = app.configure_task("alerts.expand_release", lock=name, queueing_lock=name)
    try:
        with transaction.atomic():
            job.defer(release_id=release_id)
    except AlreadyEnqueued:
        return False
    return True


@app.task(name="alerts.note_told", retry=RetryStrategy(max_attempts=5, wait=30))
def note_told(*, batch_id: int, **_: object) -> None:
    """Remember who has been told by mail where we have them from."""
    tell_first_contacts(batch_id=batch_id, now=clock.now(), actor=Actor.system("alerts"))
