"""Setting the ministry's plans, and beginning the climb of a batch."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.response.checkins.models import Round
from safeconduct.response.ladder import rules, tasks
from safeconduct.response.ladder.models import Climb, DeliveryPlan
from safeconduct.response.ladder.rules import Flaw
from safeconduct.response.ladder.terms import Step, StopsOn, stored

_SAID = {
    Flaw.NONE_AT_ALL: _("Choose at least one step."),
    Flaw.TWICE: _("Each way can be one step only."),
    Flaw.CALL_FIRST: _("Begin with a message; calls come after it."),
    Flaw.LATE_START: _("The first step begins at minute 0."),
    Flaw.OUT_OF_ORDER: _("Each step begins later than the one before it."),
    Flaw.TOO_LATE: _("The last step begins within 24 hours."),
}


class PlanRefusedError(Refusal):
    """These steps make no plan; the message says why."""


def refuse_flawed(steps: Sequence[Step]) -> None:
    """Check steps somebody has put together.

    :raises PlanRefusedError: if they make no plan.
    """
    flaw = rules.flaw_of(steps)
    if flaw is not None:
        raise PlanRefusedError(_SAID[flaw])


@transaction.atomic
def set_plan(
    *,
    severity: str,
    countries: Collection[str],
    steps: Sequence[Step],
    now: datetime,
    actor: Actor,
) -> DeliveryPlan:
    """Make these steps the ministry's for a severity, in some countries or (none named) in all.

    Alerts that were released already keep theirs.

    :raises PlanRefusedError: if they make no plan.
    """
    refuse_flawed(steps)
    plan, _created = DeliveryPlan.objects.update_or_create(
        severity=severity,
        countries=sorted(set(countries)),
        defaults={"steps": stored(steps), "changed_at": now, "changed_by_id": actor.id},
    )
    _remember("ladder.plan_set", plan, now, actor)
    return plan


@transaction.atomic
def reset_plan(*, plan_id: int, now: datetime, actor: Actor) -> None:
    """Take a plan of the ministry back, so that the wider one holds; twice is once."""
    plan = DeliveryPlan.objects.filter(pk=plan_id).first()
    if plan is not None:
        _remember("ladder.plan_reset", plan, now, actor)
        plan.delete()


@transaction.atomic
def begin_climb(
    *,
    batch_id: int,
    asked_in: Round | None,
    incident_id: int | None,
    steps: Sequence[Step],
    stops_on: StopsOn,
    despite_stop: bool,
    now: datetime,
    actor: Actor,  # noqa: ARG001 -- whoever releases the batch is audited for it
) -> Climb:
    """Freeze the steps of a batch and have them looked after from now on.

    :raises PlanRefusedError: if they make no plan.
    """
    refuse_flawed(steps)
    done = rules.steps_laid_out(tuple(steps))
    climb = Climb.objects.create(
        batch_id=batch_id,
        round=asked_in,
        incident_id=incident_id,
        steps=stored(steps),
        stops_on=stops_on,
        despite_stop=despite_stop,
        began_at=now,
        steps_done=done,
        steps_aimed=done,
        begun={"0": now.isoformat()} if done else {},
    )
    tasks.look_after(climb.pk, timedelta(seconds=1))
    return climb


def _remember(kind: str, plan: DeliveryPlan, now: datetime, actor: Actor) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="delivery_plan",
        subject_id=plan.pk,
        detail={"severity": plan.severity, "countries": " ".join(plan.countries) or "*"},
        now=now,
    )
