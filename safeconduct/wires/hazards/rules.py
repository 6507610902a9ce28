"""Which signal stands when several speak of one event."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

from safeconduct.wires.hazards.terms import BASES

_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Ranked(Protocol):
    """What a signal shows of itself to be compared."""

    facts: Any
    sent: datetime | None


def replaces(newer: Ranked, older: Ranked) -> bool:
    """Whether one signal stands in place of another of the same event.

    A measured area replaces an estimated one however late the estimate was repeated;
    between equals the later message counts, and of two equally late ones neither.
    """
    ranks = rank(newer), rank(older)
    if ranks[0] != ranks[1]:
        return ranks[0] > ranks[1]
    return (newer.sent or _EARLIEST) > (older.sent or _EARLIEST) or older.sent is None


def rank(signal: Ranked) -> int:
    """How well the area is known; sources that do not say rank alike."""
    basis = signal.facts.get("basis")
    return BASES.index(basis) if basis in BASES else 0


def named(references: Iterable[str]) -> list[tuple[str, str]]:
    """(sender, identifier) of each CAP reference “sender,identifier,sent”."""
    parts = (one.split(",") for one in references)
    return [(one[0], ",".join(one[1:-1])) for one in parts if len(one) > 2]
