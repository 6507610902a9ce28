"""Which steps hold where, and how far a batch has come on them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from safeconduct.response.ladder import rules
from safeconduct.response.ladder.models import Climb, DeliveryPlan
from safeconduct.response.ladder.rules import Plan
from safeconduct.response.ladder.terms import FAILED, Step, Steps, steps_from
from safeconduct.wires.messaging.queries import Tally, batch_tally
from safeconduct.wires.messaging.terms import Channel, State

_OURS: Final = Path(__file__).resolve().parent / "plans.toml"
_MINUTE: Final = 60


@cache
def our_plans() -> tuple[Plan, ...]:
    """The steps this installation came with, one plan for each severity."""
    rows = tomllib.loads(_OURS.read_text("utf-8"))["plan"]
    return tuple(
        Plan(
            severity,
            frozenset(),
            tuple(Step(Channel[name.upper()], minute * _MINUTE) for name, minute in row["steps"]),
        )
        for row in rows
        for severity in row["severities"]
    )


def plans_in_force() -> list[Plan]:
    """The ministry's own plans, and ours for each severity it has set none for all countries."""
    theirs = [
        Plan(row.severity, frozenset(row.countries), steps_from(row.steps))
        for row in DeliveryPlan.objects.order_by("severity", "pk")
    ]
    general = {plan.severity for plan in theirs if not plan.countries}
    return theirs + [plan for plan in our_plans() if plan.severity not in general]


def steps_for(severity: str, countries: Iterable[str]) -> Steps:
    """The steps an alert of this severity starts with in these countries."""
    return rules.steps_for(severity, countries, plans_in_force())


@dataclass(frozen=True, slots=True)
class PlanRow:
    """Steps that hold; ``plan`` is the ministry's own row of them, None where they are ours."""

    severity: str
    countries: list[str]
    steps: Steps
    plan: DeliveryPlan | None


def plan_rows() -> list[PlanRow]:
    """Every plan that holds somewhere, the ministry's and ours."""
    own = list(DeliveryPlan.objects.order_by("severity", "countries", "pk"))
    general = {plan.severity for plan in own if not plan.countries}
    ours = [
        PlanRow(plan.severity, [], plan.steps, None)
        for plan in our_plans()
        if plan.severity not in general
    ]
    return ours + [
        PlanRow(plan.severity, plan.countries, steps_from(plan.steps), plan) for plan in own
    ]


def open_climbs() -> list[int]:
    return list(Climb.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True))


def climb_of(batch_id: int) -> Climb | None:
    return Climb.objects.select_related("batch", "round").filter(batch_id=batch_id).first()


@dataclass(frozen=True, slots=True)
class Reached:
    """People a message was handed over for, and of those proven, each once."""

    handed: int
    proven: int


def people_reached(
    batch_id: int, countries: frozenset[str] | None = None, *, tally: Tally | None = None
) -> Reached:
    """How many people a batch has reached by whichever step, in these countries (None: all).

    Once a second step has begun, as of the last count, some seconds ago.
    """
    climb = Climb.objects.filter(batch_id=batch_id).first()
    if climb is not None and climb.reached:
        people = climb.reached["people"].items()
        ours = [both for code, both in people if countries is None or code in countries]
        return Reached(sum(both[0] for both in ours), sum(both[1] for both in ours))
    counts = [
        count
        for count in (tally or batch_tally([batch_id])).counts
        if countries is None or count.country in countries
    ]
    proven = sum(count.people for count in counts if count.state is State.DELIVERED)
    handed = sum(count.people for count in counts if count.state is State.HANDED)
    return Reached(handed + proven, proven)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a batch: when it was to begin and did, and what became of its messages.

    All but ``messages`` count people; who is written to by two steps counts in both.
    """

    step: Step
    planned_at: datetime
    begun_at: datetime | None
    messages: int
    people: int
    waiting: int
    handed: int
    proven: int
    failed: int
    taken_back: int
    # Of those handed over, people at numbers where receipts prove nothing, as of the last count.
    unprovable: int
    is_late: bool


def step_lines(climb: Climb, *, now: datetime) -> list[StepLine]:
    """The steps of a climb, in order; one query over counters."""
    tally = batch_tally([climb.batch_id])
    return [
        _line(climb, place, step, tally, now) for place, step in enumerate(steps_from(climb.steps))
    ]


def lines_of(batch_id: int, *, now: datetime) -> list[StepLine]:
    """The same for a batch; none where it has no steps."""
    climb = climb_of(batch_id)
    return step_lines(climb, now=now) if climb else []


# A step that has not begun for everybody so long after its time is late.
_LATE_AFTER: Final = timedelta(seconds=30)


def _line(climb: Climb, place: int, step: Step, tally: Tally, now: datetime) -> StepLine:
    planned = climb.began_at + timedelta(seconds=step.after)
    begun = climb.begun.get(str(place))
    ours = step.channel
    handed = tally.people(State.HANDED, State.DELIVERED, channel=ours)
    open_ = climb.ended_at is None
    return StepLine(
        step=step,
        planned_at=planned,
        begun_at=datetime.fromisoformat(begun) if begun else None,
        messages=tally.messages(channel=ours),
        people=tally.people(channel=ours),
        waiting=tally.people(State.WAITING, State.CLAIMED, channel=ours),
        handed=handed,
        proven=tally.people(State.DELIVERED, channel=ours),
        failed=tally.people(*FAILED, channel=ours),
        taken_back=tally.people(State.ANSWERED, channel=ours),
        unprovable=climb.reached.get("unprovable", 0) if ours is Channel.SMS else 0,
        is_late=open_ and begun is None and now > planned + _LATE_AFTER,
    )


def steps_are_late(now: datetime) -> bool:
    """Whether a step of any open batch has not begun for everybody in its time; one query."""
    return any(
        str(place) not in climb.begun
        and now > climb.began_at + timedelta(seconds=step.after) + _LATE_AFTER
        for climb in Climb.objects.filter(ended_at=None).only("steps", "begun", "began_at")
        for place, step in enumerate(steps_from(climb.steps))
    )
