"""Who looked at a person's data and why: what is written down, and in which words it is read.

The person reads role, post, moment, what was seen and the reason; see docs/decisions for why
no name. Whoever shows a person's record, or unseals something of it, calls
``missions.actions.note_look``.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from safeconduct.ground.kernel.catalogues import Catalogue

# Names of reasons by their numbers, for the person to read: of incidents, of alerts.
type Namer = Callable[[Collection[int]], dict[int, str]]


@dataclass(frozen=True)
class Kind:
    """``sentence`` says to the person what was seen of theirs.

    The same look is one within an hour; of a ``daily`` kind, within a day (UTC).
    """

    name: str
    sentence: str | Promise
    daily: bool = False


@dataclass(frozen=True)
class Reason:
    """``sentence`` says to the person what it was for; ``{subject}`` is what ``namer`` calls it."""

    name: str
    sentence: str | Promise
    namer: Namer | None = None


@dataclass(frozen=True)
class Why:
    """A declared reason and the number of what it speaks of, an incident's or a case's."""

    reason: str
    id: int | None = None


kinds: Catalogue[Kind] = Catalogue("kind of look")
reasons: Catalogue[Reason] = Catalogue("reason of a look")


def look_kind(name: str, sentence: str | Promise, *, daily: bool = False) -> str:
    """Declare what can be seen of a person, ``capability.what``; returns its name."""
    kinds.register(name, Kind(name, sentence, daily))
    return name


def look_reason(name: str, sentence: str | Promise, namer: Namer | None = None) -> str:
    """Declare what an officer may look for; returns its name."""
    reasons.register(name, Reason(name, sentence, namer))
    return name
