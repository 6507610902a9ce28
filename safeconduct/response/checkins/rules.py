"""What an answer means, whom it speaks for, and when a machine must not decide that."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from safeconduct.picture.rollcall.terms import Presence, Safety, Witness
from safeconduct.response.checkins.terms import Reason
from safeconduct.wires.intake.terms import Answer, Scope

ANSWERS: Final = frozenset(Answer)
_SAYS: Final[Mapping[int, tuple[Presence, Safety]]] = {
    Answer.SAFE: (Presence.CONFIRMED, Safety.SAFE),
    Answer.NEEDS_HELP: (Presence.CONFIRMED, Safety.NEEDS_HELP),
    # Whether they left or were never there follows from what else is known of them.
    Answer.NOT_THERE: (Presence.NEVER_THERE, Safety.NO_ANSWER),
}


class Asking(NamedTuple):
    """One person asked in one round."""

    asked_id: int
    incident_id: int
    round_id: int
    round_number: int
    person_id: int
    party_id: int
    asked_at: datetime
    incident_closed_at: datetime | None
    closes_at: datetime | None = None


class Users(NamedTuple):
    """Everybody registered with one telephone number, and the questions put to them."""

    people: set[int]
    askings: list[Asking]


def meaning(answer: int) -> tuple[Presence, Safety]:
    """What an answer says of presence and safety.

    :raises KeyError: for something we never offered.
    """
    return _SAYS[answer]


def accepts_reply(*, incident_closed_at: datetime | None, received_at: datetime) -> bool:
    """Answers count until the incident is closed, however late for their round.

    What comes afterwards goes to a person: nobody watches a closed incident's board.
    """
    return incident_closed_at is None or received_at <= incident_closed_at


def spoken_for(
    asking: Asking, party: Iterable[Asking], *, scope: int, others: Collection[int]
) -> list[Asking]:
    """Whom an answer speaks for, of the party asked in the same round.

    Ids from outside the party are passed over: a link must not speak for strangers.
    """
    if scope == Scope.ME:
        return [asking]
    members = [one for one in party if one.party_id == asking.party_id]
    members = [one for one in members if one.round_id == asking.round_id]
    if scope == Scope.ALL_OF_US:
        return members
    return [one for one in members if one.asked_id in others]


def witness_of(spoken: Asking, answering: Asking) -> Witness:
    return Witness.SELF if spoken.person_id == answering.person_id else Witness.PARTY


def asking_of_sender(users: Users, *, received_at: datetime) -> Asking | Reason:
    """The one question a text message can answer, or why a person must read it.

    Two rounds of one incident ask a person the same thing; the later one counts. Whoever
    shares the telephone may be writing, asked or not. A link names its question for ever,
    a text message answers it only while it is open.
    """
    latest = _open_ones(users, received_at)
    if not latest:
        return Reason.QUESTION_CLOSED if users.askings else Reason.NOT_ASKED
    if len(users.people) > 1:
        return Reason.SEVERAL_PEOPLE
    if len(latest) > 1:
        return Reason.SEVERAL_QUESTIONS
    return next(iter(latest.values()))


def family_asking(users: Users, *, received_at: datetime) -> Asking | None:
    """Whose link lets the users of one number say for whom they answered, or None.

    They must be one party asked in one round, all of them: who was not asked is not on
    that page, and who is no relative must not read the names there.
    """
    latest = _open_ones(users, received_at)
    families = {(one.round_id, one.party_id) for one in latest.values()}
    people = {one.person_id for one in latest.values()}
    if len(people) < 2 or len(families) != 1 or people != users.people:
        return None
    return min(latest.values(), key=lambda one: one.asked_id)


def _open_ones(users: Users, received_at: datetime) -> dict[tuple[int, int], Asking]:
    """Of each person the last open question in each incident."""
    latest: dict[tuple[int, int], Asking] = {}
    for asking in users.askings:
        if asking.closes_at is not None and asking.closes_at <= received_at:
            continue
        key = (asking.incident_id, asking.person_id)
        if key not in latest or latest[key].round_number < asking.round_number:
            latest[key] = asking
    return latest


def telephone(sender: str) -> str:
    """A sender as contact points write numbers (ITU-T E.164); some gateways drop the plus."""
    return f"+{sender}" if sender.isascii() and sender.isdigit() else sender
