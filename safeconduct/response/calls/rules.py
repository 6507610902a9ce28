"""What an outcome makes of a call, and when somebody is rung again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from safeconduct.picture.rollcall.terms import Outcome as Attempted
from safeconduct.response.calls.terms import (
    LATEST_CALL_BACK,
    MOST_TRIES,
    OF_INFORMATION,
    OF_QUESTION,
    UNDO_FOR,
    Outcome,
)
from safeconduct.wires.intake.terms import Answer
from safeconduct.wires.messaging.terms import State

# Said when nothing else is.
USUAL_CALL_BACK: Final = timedelta(minutes=15)
_STATES: Final = {
    Outcome.SAFE: State.DELIVERED,
    Outcome.HELP: State.DELIVERED,
    Outcome.NOT_THERE: State.DELIVERED,
    Outcome.TOLD: State.DELIVERED,
    Outcome.LEFT_MESSAGE: State.HANDED,
    Outcome.WRONG_NUMBER: State.INVALID_ADDRESS,
    Outcome.REFUSED: State.UNSUBSCRIBED,
}
_ANSWERS: Final = {
    Outcome.SAFE: Answer.SAFE,
    Outcome.HELP: Answer.NEEDS_HELP,
    Outcome.NOT_THERE: Answer.NOT_THERE,
}
_ATTEMPTS: Final = {
    Outcome.NO_ANSWER: Attempted.NO_REPLY,
    Outcome.LEFT_MESSAGE: Attempted.NO_REPLY,
    Outcome.WRONG_NUMBER: Attempted.WRONG_NUMBER,
    Outcome.REFUSED: Attempted.REFUSED,
}


def choices(*, asks: bool) -> tuple[Outcome, ...]:
    """What a call can end with: who was only to be told something is asked nothing."""
    return OF_QUESTION if asks else OF_INFORMATION


def answer_of(outcome: Outcome) -> Answer | None:
    """What the person said by it, or None where nobody spoke for themselves."""
    return _ANSWERS.get(outcome)


def attempt_of(outcome: Outcome) -> Attempted | None:
    """How it is written on the roll that nobody was reached."""
    return _ATTEMPTS.get(outcome)


def state_after(outcome: Outcome, *, tries: int) -> State:
    """What becomes of the message: a call nobody answered waits, but not for ever."""
    if outcome in {Outcome.LAPSED, Outcome.GIVEN_BACK}:
        return State.WAITING
    if outcome is Outcome.NO_ANSWER:
        return State.GAVE_UP if tries >= MOST_TRIES else State.WAITING
    return _STATES[outcome]


def call_back_at(wanted: datetime | None, *, now: datetime) -> datetime:
    """When to ring again: as wanted, but in the future and within a day."""
    if wanted is None:
        return now + USUAL_CALL_BACK
    return min(max(wanted, now), now + LATEST_CALL_BACK)


def takes_effect_at(outcome: Outcome, *, ended_at: datetime) -> datetime:
    """From when an outcome holds: a call for help at once, any other once it can't be undone."""
    at_once = {Outcome.HELP, Outcome.GIVEN_BACK}
    return ended_at if outcome in at_once else ended_at + UNDO_FOR


def proves_number(outcome: Outcome) -> bool | None:
    """Whether the number was shown to work (True) or not (False); None where it shows nothing."""
    if outcome is Outcome.WRONG_NUMBER:
        return False
    return True if state_after(outcome, tries=0) is State.DELIVERED else None


def spoken_for(wanted: Iterable[int], party: Iterable[int], *, called: int) -> list[int]:
    """Whom an answer is written down for: those chosen of the party, else whoever was called."""
    chosen = sorted(frozenset(wanted) & frozenset(party))
    return chosen or [called]
