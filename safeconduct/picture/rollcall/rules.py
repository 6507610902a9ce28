"""How standings follow from sightings, whatever order the sightings arrive in.

Everything a standing remembers is a maximum or a minimum over sightings, so folding
the same ones in another order, or some of them twice, ends in the same standing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from safeconduct.picture.rollcall.terms import (
    Closing,
    How,
    NextStep,
    Outcome,
    Presence,
    Safety,
    Unreached,
    Witness,
)
from safeconduct.wires.messaging.terms import Channel, State

# Words that call for an officer. They stay until one closes the call.
CALLS: Final = frozenset({Safety.NEEDS_HELP, Safety.INJURED})
_THERE: Final = frozenset({Presence.PRESUMED, Presence.CONFIRMED})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_OFFICER: Final = f"{Witness.OFFICER:d}"

# What a witness said last: (when, presence) and (when, safety); 0 says nothing.
# Instants are microseconds since 1970, since thousands are compared at once.
type Moment = int


class Word(NamedTuple):
    presence_at: Moment = 0
    presence: int = 0
    safety_at: Moment = 0
    safety: int = 0


type Words = Mapping[str, Word]
_NOTHING: Final = Word()
NO_WORDS: Final[Words] = MappingProxyType({})


class Sighting(NamedTuple):
    """One thing said of one person. ``stated_at`` is a believed moment, not a claimed one."""

    witness: int
    presence: int
    safety: int
    stated_at: datetime
    received_at: datetime
    # The person who spoke, where somebody of the party spoke for another.
    speaker_id: int | None = None
    round_number: int = 0
    closes_help_at: datetime | None = None


class Standing(NamedTuple):
    """What we hold true of a person; the first five follow from the rest."""

    presence: int = Presence.UNKNOWN
    safety: int = Safety.NO_ANSWER
    conflict: bool = False
    help_open: bool = False
    stated_at: datetime | None = None
    heard_round: int = 0
    words: Words = NO_WORDS
    there_at: datetime | None = None
    called_at: datetime | None = None
    closed_through: datetime | None = None


def believed_moment(*, stated_at: datetime, asked_at: datetime, received_at: datetime) -> datetime:
    """When something was said: no earlier than the question, no later than its arrival.

    A telephone's clock may be years off, and a "safe" dated into the future
    would bury every later call for help.
    """
    return min(max(stated_at, asked_at), received_at)


def round_heard(
    *, said_at: datetime, round_number: int, asked_round: int, asked_at: datetime | None
) -> int:
    """The last round that something said at ``said_at`` answers.

    Whoever uses the link of the first round after the second was opened has been
    heard from since the second.
    """
    if asked_at is not None and said_at >= asked_at:
        return max(asked_round, round_number)
    return round_number


def standing_after(standing: Standing, sighting: Sighting) -> Standing:
    """The standing once this sighting is known too.

    A call for help stays open until an officer closes it: a later "safe" stands
    beside it, flagged, and older statements never bury newer ones.
    """
    words = _with_word(standing.words, sighting)
    there_at, called_at = standing.there_at, standing.called_at
    if sighting.presence == Presence.CONFIRMED:
        there_at = _earlier(there_at, sighting.stated_at)
    if sighting.safety in CALLS:
        called_at = _later(called_at, sighting.received_at)
    closed_through = _later(standing.closed_through, sighting.closes_help_at)
    help_open = called_at is not None and (closed_through is None or called_at > closed_through)
    last = _last_word(words)
    return Standing(
        _presence(last, there_at) or standing.presence,
        _safety(last.safety, help_open=help_open),
        (help_open and last.safety not in CALLS) or _disagree(words),
        help_open,
        _later(standing.stated_at, sighting.stated_at),
        max(standing.heard_round, sighting.round_number),
        words,
        there_at,
        called_at,
        closed_through,
    )


def standing_of(base: Standing, sightings: Iterable[Sighting]) -> Standing:
    """The standing that all these sightings make of ``base``."""
    for sighting in sightings:
        base = standing_after(base, sighting)
    return base


def moment_of(instant: datetime) -> Moment:
    return (instant - _EPOCH) // _MICROSECOND


def closing_words(reason: str) -> tuple[Presence, Safety]:
    """What an officer says of a person by closing their call for this reason."""
    return {
        Closing.HELPED: (Presence.UNKNOWN, Safety.SAFE),
        Closing.MISTAKE: (Presence.UNKNOWN, Safety.SAFE),
        Closing.LEFT: (Presence.DEPARTED, Safety.SAFE),
        Closing.DECEASED: (Presence.UNKNOWN, Safety.DECEASED),
    }[Closing(reason)]


class Contact(NamedTuple):
    """A way to somebody: whether messages to it end as undeliverable, whether they said STOP."""

    channel: int
    address: str
    exists: bool
    stopped: bool


class Trace(NamedTuple):
    """What is known of how somebody was tried.

    ``fellow`` is one of their party to ask, ``has_kin`` whether the party lets us call somebody.
    """

    contacts: Sequence[Contact] = ()
    states: Collection[int] = ()
    attempts: Collection[tuple[str, str]] = ()
    fellow: int | None = None
    has_kin: bool = False


def why_unreached(trace: Trace) -> Unreached:
    """The reason that lets an officer do most about it."""
    if not trace.contacts:
        return Unreached.NO_CONTACT
    if all(contact.stopped for contact in trace.contacts):
        return Unreached.STOPPED
    if State.HANDED in trace.states:
        return Unreached.NOT_PROVABLE
    if not trace.states:
        return Unreached.NOT_WRITTEN
    if not any(contact.exists for contact in trace.contacts):
        return Unreached.BAD_ADDRESS
    return Unreached.FAILED


def next_step(trace: Trace) -> tuple[NextStep, str]:
    """What to do next, and the number to telephone where that is it.

    From what costs least to what costs most, each once; a number that was somebody
    else's is not dialled again. STOP is about messages: an officer may still telephone.
    """
    tried = Counter(how for how, _ in trace.attempts)
    numbers = [one.address for one in trace.contacts if one.channel == Channel.SMS and one.exists]
    wrong = sum(outcome == Outcome.WRONG_NUMBER for _, outcome in trace.attempts)
    if tried[How.CALL] < len(numbers):
        return NextStep.CALL, numbers[tried[How.CALL]]
    to_ask = [NextStep.PARTY] * (trace.fellow is not None) + [NextStep.KIN] * trace.has_kin
    if tried[How.RELATIVE] < len(to_ask):
        return to_ask[tried[How.RELATIVE]], ""
    if not tried[How.VISIT]:
        return NextStep.VISIT, ""
    if wrong < len(numbers):
        return NextStep.AGAIN, numbers[tried[How.CALL] % len(numbers)]
    return NextStep.VISIT, ""


def _speaker(sighting: Sighting) -> str:
    """Officers are one witness, the ministry; each member of a party is one of their own."""
    if sighting.witness == Witness.PARTY:
        return f"{Witness.PARTY:d}:{sighting.speaker_id or 0}"
    return f"{sighting.witness:d}"


def _with_word(words: Words, sighting: Sighting) -> Words:
    key, said = _speaker(sighting), moment_of(sighting.stated_at)
    presence_at, presence, safety_at, safety = words.get(key, _NOTHING)
    # Of two words of one instant the one that keeps us looking stands: "there", "needs help".
    if sighting.presence and (said, -sighting.presence) > (presence_at, -presence):
        presence_at, presence = said, sighting.presence
    if sighting.safety and (said, sighting.safety) > (safety_at, safety):
        safety_at, safety = said, sighting.safety
    return {**words, key: Word(presence_at, presence, safety_at, safety)}


def _last_word(words: Words) -> Word:
    """The last thing said of their safety, and the last of where they are, by whomever."""
    if len(words) == 1:
        return next(iter(words.values()))
    # An officer's word wins a tie: they have heard the other one.
    each = [(key == _OFFICER, word) for key, word in words.items()]
    presence_at, _, presence = max((w.presence_at, officer, w.presence) for officer, w in each)
    safety_at, _, safety = max((w.safety_at, officer, w.safety) for officer, w in each)
    return Word(presence_at, presence, safety_at, safety)


def _safety(said: int, *, help_open: bool) -> int:
    if help_open:
        return Safety.INJURED if said == Safety.INJURED else Safety.NEEDS_HELP
    return Safety.NO_ANSWER if said in CALLS else said


def _presence(last: Word, there_at: datetime | None) -> int:
    """Where they are; "not there" from somebody who was there means they left."""
    if last.presence != Presence.NEVER_THERE or there_at is None:
        return last.presence
    return Presence.DEPARTED if moment_of(there_at) < last.presence_at else last.presence


def _disagree(words: Words) -> bool:
    """Whether witnesses contradict each other in what no officer has settled since."""
    if len(words) < 2:
        return False
    officer = words.get(_OFFICER, _NOTHING)
    safe = {
        word.safety == Safety.SAFE
        for word in words.values()
        if word.safety and word.safety_at >= officer.safety_at
    }
    there = {
        word.presence in _THERE
        for word in words.values()
        if word.presence and word.presence_at >= officer.presence_at
    }
    return len(safe) > 1 or len(there) > 1


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
