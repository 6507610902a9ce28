"""The words of the ladder: steps, what ends them, permissions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from safeconduct.ground.audit import kinds
from safeconduct.ground.kernel.permissions import declare
from safeconduct.wires.messaging.terms import Channel, State

PLAN: Final = declare("ladder.plan", _("Set by which steps people are reached"))
SECTION: Final = _("Steps")

for _name, _sentence in (
    ("ladder.plan_set", _("{actor} set the steps for {severity} alerts ({countries}).")),
    ("ladder.plan_reset", _("{actor} took back the steps for {severity} alerts ({countries}).")),
    (
        "ladder.step_begun",
        lambda number: ngettext(
            "Step {step} began for {count} message of batch {subject}.",
            "Step {step} began for {count} messages of batch {subject}.",
            number,
        ),
    ),
    (
        "ladder.stood_in",
        lambda number: ngettext(
            "{count} message of batch {subject} stands in for one that failed.",
            "{count} messages of batch {subject} stand in for ones that failed.",
            number,
        ),
    ),
    (
        "ladder.taken_back",
        lambda number: ngettext(
            "{count} message of batch {subject} was not needed any more.",
            "{count} messages of batch {subject} were not needed any more.",
            number,
        ),
    ),
    ("ladder.ended", _("The steps of batch {subject} ended: {reason}.")),
):
    kinds.declare(_name, _sentence)

# A step may begin this long after the release at the latest.
LONGEST: Final = timedelta(hours=24)
# At most so many people in one statement.
CHUNK_SIZE: Final = 20_000
# Ends after which another way is tried without waiting.
FAILED: Final = frozenset(
    {
        State.INVALID_ADDRESS,
        State.REFUSED_BY_PROVIDER,
        State.BLOCKED_BY_OPERATOR,
        State.GAVE_UP,
        State.EXPIRED,
        State.UNSUBSCRIBED,
    }
)
# What a step needs of a person: an officer calls the number that an SMS would go to.
POINT_OF: Final = {
    Channel.PUSH: Channel.PUSH,
    Channel.SMS: Channel.SMS,
    Channel.EMAIL: Channel.EMAIL,
    Channel.CALL: Channel.SMS,
}
CHANNELS: Final = {
    Channel.PUSH: _("App"),
    Channel.SMS: _("SMS"),
    Channel.EMAIL: _("E-mail"),
    Channel.CALL: _("Telephone call by an officer"),
}


class StopsOn(TextChoices):
    """What ends the steps for a person."""

    ANSWER = "answer", _("They, or somebody for them, were heard from")
    DELIVERY = "delivery", _("A message was proven to have arrived")


class Ending(TextChoices):
    """Why a whole climb is over."""

    EXPIRED = "expired", _("the alert has expired")
    STOPPED = "stopped", _("the alert was stopped")
    CLOSED = "closed", _("the incident was closed")


@dataclass(frozen=True, slots=True)
class Step:
    """A channel, and how many seconds after the release it begins."""

    channel: Channel
    after: int

    def as_dict(self) -> dict[str, Any]:
        return {"channel": self.channel.name.lower(), "after": self.after}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        return cls(Channel[str(stored["channel"]).upper()], int(stored["after"]))


type Steps = tuple[Step, ...]


def stored(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [step.as_dict() for step in steps]


def steps_from(rows: Iterable[dict[str, Any]]) -> Steps:
    return tuple(Step.from_dict(row) for row in rows)
