"""The registry's background work."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.models import ImportRun


@app.task(name="registry.run_import", retry=RetryStrategy(max_attempts=5, wait=5))
def run_import(*, run_id: int, **_: object) -> None:
    """Bring in a list that an officer handed in."""
    officer = ImportRun.objects.values_list("officer_id", flat=True).get(pk=run_id)
    actions.run_import(run_id=run_id, now=clock.now(), actor=Actor.officer(officer))


@app.task(name="registry.note_results", retry=RetryStrategy(max_attempts=5, wait=30))
def note_results(*, batch_id: int, **_: object) -> None:
    """Learn from a batch of messages which addresses work, and whom it told that we hold them."""
    actor = Actor.system("registry")
    actions.note_batch_results(batch_id=batch_id, actor=actor)
    actions.note_told_by_notice(batch_id=batch_id, now=clock.now(), actor=actor)
