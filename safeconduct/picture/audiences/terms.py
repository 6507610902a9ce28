"""The words of asking who is meant."""

from dataclasses import asdict, dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final, Self

from safeconduct.wires.messaging.terms import Channel

# The page of people shown beside a count.
PAGE: Final = 50
# What the temporary table of a chunk is called, and the one its audience waits in.
CHUNK_TABLE: Final = "audience_chunk"
STAGED_TABLE: Final = "audiences_staged_"


@dataclass(frozen=True, slots=True)
class Ways:
    """How people may be written to: channels, the first that works for a person is theirs."""

    channels: tuple[int, ...] = (Channel.SMS, Channel.EMAIL)
    # What threatens life goes to those too who wrote STOP.
    despite_stop: bool = False

    @property
    def mask(self) -> int:
        """The channels as the bits of a person's ``reach``."""
        return reduce(or_, self.channels, 0)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """People no message can be sent to, by the reason why."""

    # No contact of a kind that the message could go to.
    no_contact: int = 0
    only_failed: int = 0
    # They wrote STOP, and the message is no threat to life.
    only_stopped: int = 0

    @property
    def people(self) -> int:
        return self.no_contact + self.only_failed + self.only_stopped


@dataclass(frozen=True, slots=True)
class Preview:
    """What an audience comes to: counts only, as of ``as_of`` (ISO 8601, UTC).

    ``languages`` and ``countries`` count people; ``messages`` counts messages by
    channel name, one for each address of a party. ``somewhere`` counts those known
    only to be somewhere in a country and not meant otherwise, whether chosen or not.
    ``reach`` counts people with a working contact point, by channel name.
    """

    as_of: str
    people: int = 0
    parties: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    countries: dict[str, int] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    unreachable: Unreachable = field(default_factory=Unreachable)
    somewhere: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    # People by how far their records may be relied upon (registry.terms.Confidence).
    confidence: dict[str, int] = field(default_factory=dict)
    reach: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self | None:
        """A preview as it was stored; None where none was counted yet."""
        if not stored:
            return None
        return cls(**stored | {"unreachable": Unreachable(**stored.get("unreachable", {}))})


# To look up an entry of an index costs as much as to read on over four.
_LOOKUP: Final = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """How many people and parties were put into the table."""

    people: int
    parties: int
    # The lowest and the highest id of the people; of nobody there is none.
    person_ids: tuple[int, int] | None = None
    # Filled where parties were picked out of order: whoever goes on must leave them out.
    party_ids: tuple[int, ...] = ()

    @property
    def stretch(self) -> tuple[int, int] | None:
        """Their ids, where what belongs to them is read faster in one go than for each."""
        if self.person_ids is None:
            return None
        lowest, highest = self.person_ids
        return self.person_ids if highest - lowest < _LOOKUP * self.people else None
