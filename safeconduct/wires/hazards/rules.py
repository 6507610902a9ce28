"""Which signal stands when several speak of one event, and which is worth asking more about."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from safeconduct.wires.hazards.terms import (
    ASKED_FOR,
    BASES,
    INDEX,
    NO_WARNINGS,
    NOT_REAL,
    PAUSE,
    RECEIPTS,
    SETTLED,
    STRONG,
    Kind,
)

# Digits of a number that is none of ours to compare.
_LONG_NUMBER = 19
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Ranked(Protocol):
    """What a signal shows of itself to be compared."""

    facts: Any
    sent: datetime | None
    status: str
    msg_type: str


class Told(Protocol):
    """What a signal shows of itself to be warned about, or asked about."""

    facts: Any
    status: str
    msg_type: str
    severity: str
    onset: datetime | None
    expires: datetime | None
    received_at: datetime
    asked_at: datetime | None


def replaces(newer: Ranked, older: Ranked) -> bool:
    """Whether one signal stands in place of another of the same event.

    A measured area replaces an estimated one however late the estimate was repeated;
    between equals the later message counts, and of two equally late ones neither. What
    takes an event back, or tells of another episode of it, is never outranked by an area.
    A message stands in place of the line about it in an index, whatever either says.
    A receipt stands in place of nothing, nor does a drill in place of what is real.
    """
    if newer.msg_type in RECEIPTS or (is_real(older) and not is_real(newer)):
        return False
    ranks = rank(newer), rank(older)
    if ranks[0] != ranks[1] and (_same_state(newer, older) or BASES.index(INDEX) in ranks):
        return ranks[0] > ranks[1]
    if newer.sent == older.sent:
        return older.sent is None or _episode(newer) > _episode(older)
    return (newer.sent or _EARLIEST) > (older.sent or _EARLIEST)


def _episode(signal: Ranked) -> int:
    """GDACS counts them up, and stamps all of an event with the hour of the last."""
    number = str(signal.facts.get("episodeid"))
    return int(number) if number.isdecimal() and len(number) < _LONG_NUMBER else 0


def _same_state(one: Ranked, other: Ranked) -> bool:
    if (one.msg_type == Kind.CANCEL) != (other.msg_type == Kind.CANCEL):
        return False
    return bool(one.facts.get("episodeid") == other.facts.get("episodeid"))


def rank(signal: Ranked) -> int:
    """How well the area is known; sources that do not say rank alike."""
    basis = signal.facts.get("basis")
    return BASES.index(basis) if basis in BASES else BASES.index("none")


def is_real(signal: Told | Ranked) -> bool:
    """Whether a signal is meant for people, not for a drill, a test or a machine."""
    return signal.status not in NOT_REAL


def warns(signal: Told) -> bool:
    """Whether an alert can be made of a signal at all; a withdrawal warns of nothing."""
    return signal.msg_type not in NO_WARNINGS


def is_expired(signal: Told, *, now: datetime) -> bool:
    """Whether the time a signal names for itself is over; many name none."""
    return signal.expires is not None and signal.expires <= now


def deserves_its_area(signal: Told) -> bool:
    """Whether an event is grave enough to ask its source for more than a point."""
    if not (is_real(signal) and warns(signal)) or signal.facts.get("basis") in SETTLED:
        return False
    return signal.severity != "Minor" or float(signal.facts.get("magnitude") or 0) >= STRONG


def is_due(signal: Told, *, now: datetime) -> bool:
    """Whether to ask now: often while the event is fresh, ever less, and not after a week."""
    begun = min(signal.onset or signal.received_at, signal.received_at)
    is_earthquake = "magnitude" in signal.facts
    # Floods and droughts began long ago: what counts is how fresh the word of them is.
    age = now - (begun if is_earthquake else signal.received_at)
    if age > ASKED_FOR:
        return False
    return signal.asked_at is None or now - signal.asked_at >= max(age * PAUSE, timedelta())


def named(references: Iterable[str]) -> list[tuple[str, str]]:
    """(sender, identifier) of each CAP reference “sender,identifier,sent”."""
    parts = (one.split(",") for one in references)
    return [(one[0], ",".join(one[1:-1])) for one in parts if len(one) > 2]
