"""What a plan may be, which one holds, and when a step's time has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from safeconduct.response.ladder.terms import LONGEST, POINT_OF, Ending, Step, Steps, StopsOn
from safeconduct.wires.messaging.terms import Channel

# How soon a look follows another: while something waits it must be taken back within 5 s,
# and a failed message must have another one beside it within 30 s.
_SOON: Final = timedelta(seconds=2)
_LATER: Final = timedelta(seconds=10)
_LAID_OUT_PER_SECOND: Final = 10_000
_LONGEST_LEAD: Final = timedelta(seconds=90)


class Flaw(StrEnum):
    """What is wrong with a list of steps."""

    NONE_AT_ALL = "none_at_all"
    TWICE = "twice"
    CALL_FIRST = "call_first"
    LATE_START = "late_start"
    OUT_OF_ORDER = "out_of_order"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps that hold for a severity, in these countries or (empty) in all."""

    severity: str
    countries: frozenset[str]
    steps: Steps


@dataclass(frozen=True, slots=True)
class Rung:
    """A step as one person meets it. ``begins_at`` None: they have no contact point for it."""

    step: Step
    begins_at: datetime | None


def flaw_of(steps: Sequence[Step]) -> Flaw | None:
    """What keeps these steps from being a plan, or None."""
    if not steps:
        return Flaw.NONE_AT_ALL
    channels = [step.channel for step in steps]
    if len(set(channels)) < len(channels):
        return Flaw.TWICE
    # A release always writes first: with a call before it, people would get a text all the same.
    if channels[0] is Channel.CALL:
        return Flaw.CALL_FIRST
    times = [step.after for step in steps]
    if times[0] != 0:
        return Flaw.LATE_START
    # Two ways at one instant would be two messages to everybody.
    if any(one >= other for one, other in pairwise(times)):
        return Flaw.OUT_OF_ORDER
    return Flaw.TOO_LATE if times[-1] > LONGEST.total_seconds() else None


def steps_for(severity: str, countries: Iterable[str], plans: Iterable[Plan]) -> Steps:
    """The steps of the narrowest plan that speaks of this severity and all these countries.

    An alert that reaches beyond a plan's countries falls back on the one for all: half of
    its people would otherwise be reached by rules made for others.
    """
    touched = frozenset(countries)
    fitting = [
        plan
        for plan in plans
        if plan.severity == severity
        and (not plan.countries or (touched and touched <= plan.countries))
    ]
    narrow = sorted(
        fitting, key=lambda plan: (not plan.countries, len(plan.countries), sorted(plan.countries))
    )
    return narrow[0].steps if narrow else ()


def written_channels(steps: Iterable[Step]) -> tuple[Channel, ...]:
    """The channels a machine writes by, in their order: the first message goes by one of them."""
    return tuple(step.channel for step in steps if step.channel is not Channel.CALL)


def steps_due(steps: Steps, *, began_at: datetime, now: datetime) -> int:
    """How many steps' times have come. ``began_at`` is the release."""
    return sum(began_at + timedelta(seconds=step.after) <= now for step in steps)


def lead(messages: int) -> timedelta:
    """How long before its time a step is begun to be laid out, for a batch of so many messages.

    So long as laying out may take on a busy machine: when the time comes all of it is there.
    """
    return min(_LONGEST_LEAD, timedelta(seconds=messages / _LAID_OUT_PER_SECOND))


def next_aim(steps: Steps, *, done: int, began_at: datetime, now: datetime, lead: timedelta) -> int:
    """How many steps should be laid out by now.

    What is overdue goes first and alone: it may leave at once, what is laid out ahead may not.
    """
    due = steps_due(steps, began_at=began_at, now=now)
    return due if due > done else max(done, steps_due(steps, began_at=began_at, now=now + lead))


def steps_laid_out(steps: Steps) -> int:
    """How many steps a release itself has seen to: its first, unless that is a call."""
    return 1 if steps and steps[0].channel is not Channel.CALL else 0


def rungs(steps: Steps, channels: Iterable[int], *, began_at: datetime) -> list[Rung]:
    """When each step begins for somebody with contact points of these channels.

    The first one they can take begins at the release, whatever its time says. That a failed
    step brings the next one forward is not foreseen here.
    """
    have, first, found = frozenset(channels), True, []
    for step in steps:
        if POINT_OF[step.channel] not in have:
            found.append(Rung(step, None))
            continue
        found.append(Rung(step, began_at + timedelta(seconds=0 if first else step.after)))
        first = False
    return found


def usual_stop(*, asks: bool) -> StopsOn:
    """A question ends with an answer: that a phone has a message says nothing of its owner."""
    return StopsOn.ANSWER if asks else StopsOn.DELIVERY


def ending_of(*, not_after: datetime, stopped: bool, closed: bool, now: datetime) -> Ending | None:
    """Why nothing more may begin, or None."""
    if stopped:
        return Ending.STOPPED
    if closed:
        return Ending.CLOSED
    return Ending.EXPIRED if now >= not_after else None


def pause_before_next_look(
    steps: Steps, *, began_at: datetime, waiting: int, now: datetime, lead: timedelta
) -> timedelta:
    """How long a look may be put off: never beyond the time to lay out the next step."""
    starts = (began_at + timedelta(seconds=step.after) - lead for step in steps)
    ahead = [start - now for start in starts if start > now]
    return min([_SOON if waiting else _LATER, *ahead])
