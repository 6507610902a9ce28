"""Who may release what, which state may follow which, whom a word may reach."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from safeconduct.picture.audiences.terms import Ways
from safeconduct.response.alerts.terms import AlertState, CapScope, MsgType

# Unknown may be anything, so it is treated as the worst.
GRAVE: Final = frozenset({"Extreme", "Severe", "Unknown"})
_FOLLOWS: Final = {
    AlertState.DRAFT: frozenset({AlertState.SUBMITTED, AlertState.RELEASED}),
    AlertState.SUBMITTED: frozenset({AlertState.DRAFT, AlertState.RELEASED}),
    AlertState.RELEASED: frozenset({AlertState.STOPPED}),
    AlertState.STOPPED: frozenset[AlertState](),
}
# The most careful last.
_CAREFUL: Final = (CapScope.PUBLIC, CapScope.RESTRICTED, CapScope.PRIVATE)


class Obstacle(StrEnum):
    """Why an alert cannot be released now, by this person."""

    WRONG_STATE = "wrong_state"
    NOT_SUBMITTED = "not_submitted"
    OWN_WORDS = "own_words"
    EXPIRED = "expired"
    NO_TEXT = "no_text"
    NO_LINK = "no_link"


def may_follow(before: AlertState, after: AlertState) -> bool:
    """Whether an alert in one state may come into another. Nothing leads back from a release."""
    return after in _FOLLOWS[before]


def needs_second_person(severity: str) -> bool:
    """Severe and Extreme are released by somebody who wrote no word of them."""
    return severity in GRAVE


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the decision to release looks at."""

    state: AlertState
    severity: str
    writers: frozenset[int]
    expires_at: datetime
    asks: bool
    sms_texts: tuple[str, ...]


def obstacle_to_release(
    candidate: Candidate, *, releaser_id: int, now: datetime
) -> Obstacle | None:
    """The first thing that stands in the way, or None: it may go."""
    if not may_follow(candidate.state, AlertState.RELEASED):
        return Obstacle.WRONG_STATE
    if now >= candidate.expires_at:
        return Obstacle.EXPIRED
    if not candidate.sms_texts or not all(text.strip() for text in candidate.sms_texts):
        return Obstacle.NO_TEXT
    if candidate.asks and not all("{link}" in text for text in candidate.sms_texts):
        return Obstacle.NO_LINK
    return _lacks_second_person(candidate, releaser_id)


def _lacks_second_person(candidate: Candidate, releaser_id: int) -> Obstacle | None:
    if not needs_second_person(candidate.severity):
        return None
    if releaser_id in candidate.writers:
        return Obstacle.OWN_WORDS
    # A draft that its writer has not let go of may be half a sentence.
    return None if candidate.state is AlertState.SUBMITTED else Obstacle.NOT_SUBMITTED


def may_share(*, exercise: bool, with_exercise: bool) -> bool:
    """Whether an alert may belong to an incident, or correct an alert: never across the border.

    A rehearsed "safe" among real answers would end the search for somebody.
    """
    return exercise is with_exercise


def is_urgent(severity: str, urgency: str) -> bool:
    """Whether its messages are claimed before all others."""
    return severity in GRAVE or urgency == "Immediate"


def ways_for(severity: str, urgency: str, channels: Sequence[int] = ()) -> Ways:
    """How its messages may go: those who wrote STOP hear only what may threaten their lives.

    ``channels`` are those of its steps; without any, an SMS where there is a number, else a mail.
    """
    despite_stop = is_urgent(severity, urgency)
    return Ways(tuple(channels), despite_stop) if channels else Ways(despite_stop=despite_stop)


def most_careful(scopes: Iterable[CapScope]) -> CapScope:
    return max(scopes, key=_CAREFUL.index, default=CapScope.PUBLIC)


def default_scope(countries: Iterable[str], table: Mapping[str, CapScope]) -> CapScope:
    """The scope an alert starts with: the most careful word about any country it touches."""
    usual = table.get("default", CapScope.PUBLIC)
    return most_careful([usual, *(table.get(code, usual) for code in countries)])


def is_published(scope: str, *, exercise: bool) -> bool:
    """Whether a page or feed may ever show it. Exercises are not shown: somebody would believe."""
    return scope == CapScope.PUBLIC and not exercise


def cap_status(mode: str, *, exercise: bool) -> str:
    """CAP's status (1.2, 3.2.1): only a ministry's own installation speaks of what is actual."""
    if exercise or mode == "exercise":
        return "Exercise"
    return "Actual" if mode == "production" else "Test"


def is_active(
    identifier: str, msg_type: str, expires_at: datetime, cancelled: Collection[str], now: datetime
) -> bool:
    """Whether a published message still warns of something."""
    return msg_type != MsgType.CANCEL and now < expires_at and identifier not in cancelled
