"""What runs at night for those who trusted us with their data."""

from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import actions, forgotten


@app.periodic(cron="* * * * *")
@app.task(name="privacy.keep_list", queueing_lock="privacy.keep_list", pass_context=False)
def keep_list(timestamp: int) -> int:  # noqa: ARG001 -- procrastinate's
    """Write to the list of deletions what its disk refused when it was due."""
    return forgotten.keep_list(now=clock.now())


# The second time for rules that were in somebody's way, a backup's say, and gave way.
@app.periodic(cron="17 2,5 * * *")
@app.task(name="privacy.retention", queueing_lock="privacy.retention", pass_context=False)
def apply_retention(timestamp: int) -> dict[str, int | None]:  # noqa: ARG001 -- procrastinate's
    """Forget what is over, by every rule there is."""
    return actions.apply_retention(now=clock.now(), actor=Actor.system("retention"))
