"""What runs at night for those who trusted us with their data."""

from procrastinate.contrib.django import app

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy import actions


@app.periodic(cron="17 2 * * *")
@app.task(name="privacy.retention", queueing_lock="privacy.retention", pass_context=False)
def apply_retention(timestamp: int) -> dict[str, int | None]:  # noqa: ARG001 -- procrastinate's
    """Forget what is over, by every rule there is."""
    return actions.apply_retention(now=clock.now(), actor=Actor.system("retention"))
