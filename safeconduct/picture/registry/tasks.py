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


@app.task(name="registry.send_code", retry=RetryStrategy(max_attempts=5, wait=5))
def send_code(*, code_id: int, **_: object) -> None:
    """Send a one-time code to whoever is behind its address."""
    actions.send_code(code_id=code_id, now=clock.now(), actor=Actor.system("registry"))


@app.periodic(cron="7 8 * * *")
@app.task(name="registry.still_there", queueing_lock="registry.still_there", pass_context=False)
def still_there(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate's
    """Ask who is due today, go on with what broke off, and count the silence of the last week."""
    actor, now = Actor.system("registry"), clock.now()
    for round_id in actions.open_todays_rounds(now=now, actor=actor):
        ask_still_there.defer(round_id=round_id)
    while actions.let_questions_lapse(now=now, actor=actor):
        pass


@app.task(name="registry.ask_still_there", retry=RetryStrategy(max_attempts=5, wait=30))
def ask_still_there(*, round_id: int, **_: object) -> None:
    """Ask all of a round, chunk by chunk; repeated, it goes on where it was."""
    actor = Actor.system("registry")
    while actions.ask_chunk(round_id=round_id, now=clock.now(), actor=actor):
        pass
