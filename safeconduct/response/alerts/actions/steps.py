"""By which steps an alert reaches people: the ministry's, until its writer chooses others."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.audiences.actions import recount
from safeconduct.picture.audiences.terms import Ways
from safeconduct.picture.incidents.models import Incident
from safeconduct.response.alerts import rules
from safeconduct.response.alerts.models import Alert, Release
from safeconduct.response.alerts.terms import AlertState
from safeconduct.response.ladder.actions import begin_climb, refuse_flawed
from safeconduct.response.ladder.queries import steps_for
from safeconduct.response.ladder.rules import usual_stop, written_channels
from safeconduct.response.ladder.terms import Step, StopsOn, steps_from, stored


class StepsRefusedError(Refusal):
    """The steps cannot be changed as the alert stands; the message says why."""


def ways_of(alert: Alert) -> Ways:
    """The channels its first messages may go by, in the order of its steps."""
    channels = written_channels(steps_from(alert.steps))
    return rules.ways_for(alert.severity, alert.urgency, channels)


def start_steps(alert: Alert, countries: Iterable[str]) -> None:
    """Give a draft the ministry's steps for where it holds, unless somebody chose others."""
    if not alert.steps_chosen:
        alert.steps = stored(steps_for(alert.severity, countries))
        alert.stops_on = usual_stop(asks=alert.asks)
    elif not alert.asks:
        # Nobody answers what asks nothing.
        alert.stops_on = StopsOn.DELIVERY


@transaction.atomic
def choose_steps(
    *,
    alert_id: int,
    version: int,
    steps: Sequence[Step],
    stops_on: StopsOn,
    now: datetime,
    actor: Actor,
) -> Alert:
    """Let a draft reach people by these steps instead of the ministry's.

    Whoever chooses them has written in the alert: a second person reads them at release.

    :raises StepsRefusedError: if it is no draft any more or was saved by somebody else meanwhile.
    :raises PlanRefusedError: if the steps make no plan.
    """
    alert = Alert.objects.select_for_update(of=["self"]).select_related("audience").get(pk=alert_id)
    if alert.state != AlertState.DRAFT:
        raise StepsRefusedError(_("This alert is no draft any more."))
    if alert.version != version:
        raise StepsRefusedError(
            _("Somebody else saved this alert meanwhile. Open it again and repeat your change.")
        )
    refuse_flawed(steps)
    alert.steps, alert.steps_chosen = stored(steps), True
    alert.stops_on = stops_on if alert.asks else StopsOn.DELIVERY
    alert.version += 1
    if actor.id is not None and actor.id not in alert.writers:
        alert.writers = [*alert.writers, actor.id]
    alert.save()
    if alert.audience is not None:
        # Which messages there will be first depends on the steps.
        recount(audience=alert.audience, now=now, ways=ways_of(alert))
    record("alerts.steps_chosen", actor=actor, subject_kind="alert", subject_id=alert.pk, now=now)
    return alert


def begin_steps(
    alert: Alert, release: Release, incident: Incident, now: datetime, actor: Actor
) -> None:
    """Freeze the steps with what was released."""
    steps = steps_from(alert.steps) or steps_for(alert.severity, alert.countries)
    begin_climb(
        batch_id=release.batch_id,
        asked_in=release.round,
        incident_id=incident.pk,
        steps=steps,
        stops_on=StopsOn(alert.stops_on) if alert.asks else StopsOn.DELIVERY,
        despite_stop=ways_of(alert).despite_stop,
        now=now,
        actor=actor,
    )
