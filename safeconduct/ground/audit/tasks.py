"""What runs in the background for the trail."""

from procrastinate.contrib.django import app

from safeconduct.ground.audit import actions
from safeconduct.ground.kernel import clock


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal", queueing_lock="audit.seal", pass_context=False)
def seal(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate hands it to every periodic task
    """Seal the last minute's entries."""
    return actions.seal_entries(now=clock.now())
