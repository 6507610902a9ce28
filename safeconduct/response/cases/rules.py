"""What follows from what was said: how soon, whose post, and what may be done. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.response.cases.terms import REFUSED_WAYS, Need, Outcome, State, Urgency

_NOW: Final = frozenset({Need.INJURED, Need.MEDICAL, Need.TRAPPED, Need.DANGER})
_DAYS: Final = frozenset({Need.DOCUMENTS, Need.TRANSPORT, Need.OTHER})
_SHOWN: Final = 160


def need_of(said: str) -> Need:
    """What a form said; what it never offered is something else."""
    try:
        return Need(said)
    except ValueError:
        return Need.OTHER


def urgency_of(need: Need, *, injuries: str = "") -> Urgency:
    """How soon by the published rule: life and limb now, a bare call for help today.

    Somebody who could only tap "I need help" may lie under rubble or have lost a passport:
    an officer has to ask, today.
    """
    if need in _NOW or injuries.strip():
        return Urgency.NOW
    return Urgency.DAYS if need in _DAYS else Urgency.TODAY


def why_urgent(need: Need, *, injuries: bool) -> str | Promise:
    """The rule's reason, for whoever wonders at an urgency."""
    if need in _NOW:
        return _("Life or health may be at stake.")
    if injuries:
        return _("Injuries were told of.")
    if need is Need.UNSAID:
        return _("They could not say what they need: ask them.")
    if need in _DAYS:
        return _("Nothing was said of danger or injuries.")
    return _("They cannot help themselves for long.")


def first_line(words: str) -> str:
    """The beginning of what somebody wrote, for a list."""
    line = " ".join(words.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rstrip()}…"


def state_after_word(state: str) -> State:
    """Where a request stands once its sender has written: it waits for us again."""
    return State.OPEN if state == State.WAITING else State(state)


def may_move(state: str, wanted: str) -> bool:
    """Whether an officer may set this state: a closed request stays closed, new is for no one."""
    return state != State.CLOSED and wanted in {State.OPEN, State.WAITING}


def position_ends(received_at: datetime, now: datetime, kept: timedelta) -> datetime | None:
    """When a position is deleted; None where it came too late to be kept at all."""
    ends = received_at + kept
    return ends if ends > now else None


def told(state: str, *, owned: bool, outcome: str, withdrawn: bool) -> tuple[str, str]:
    """The two sentences its sender reads of a request: where it stands, what happens next."""
    if state == State.CLOSED:
        return "closed", f"closed_{outcome or Outcome.HELPED.value}"
    if withdrawn:
        return "withdrawn", "withdrawn_next"
    if state == State.WAITING:
        return "waiting", "waiting_next"
    return ("open", "open_next") if owned else ("new", "new_next")


def changed_words(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """The fields of a report that say something the request does not hold yet."""
    return {name: value for name, value in after.items() if value and before.get(name) != value}


def refused_ways(details: Mapping[str, object]) -> frozenset[int]:
    """The channels by which no word of an answer may go, because they said so."""
    return frozenset(int(way) for name, way in REFUSED_WAYS.items() if details.get(name) == "yes")


def asks_for_care(details: Mapping[str, object]) -> bool:
    """Whether they wrote how or when it is safe: that only a person can read."""
    return bool(details.get("reach_how") or details.get("reach_when"))


def may_record_read(share: object, *, members: int) -> bool:
    """Whether the link to a party's record shows a request whole.

    A family shares that link, and not everybody in it is safe from everybody else: there it
    takes their word. Who is registered alone holds the link alone, until they say otherwise.
    """
    return share == "yes" or (share != "no" and members == 1)
