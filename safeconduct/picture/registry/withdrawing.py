"""What people took back of how we reach them, noted so that a restored backup keeps to it.

A mark is made of the person, the channel and the address together: whose number becomes
somebody else's takes nothing from them. What was given again later stands.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from safeconduct.ground.privacy.forgotten import remember, take_back
from safeconduct.picture.registry.models import ContactPoint, Person

STOP: Final = "stop"
START: Final = "start"
REMOVED: Final = "contact"
GIVEN_AGAIN: Final = "contact given again"
KIN: Final = "emergency contact"
# A form by the key a page or telephone made for it, of a record that was deleted.
FORM: Final = "form"


class Way(NamedTuple):
    """One address of one person."""

    person_id: int
    channel: int
    address: str

    def __str__(self) -> str:
        return f"{self.person_id}\n{self.channel}\n{self.address}"

    @classmethod
    def named(cls, place: str) -> "Way":
        """The way that a mark was made of."""
        person_id, channel, address = place.split("\n", 2)
        return cls(int(person_id), int(channel), address)


def ways_of(points: Iterable[ContactPoint]) -> list[Way]:
    """What marks of these contact points are made of."""
    return [Way(point.person_id, point.channel, point.address) for point in points]


def note_removed(ways: Iterable[Way]) -> None:
    """These addresses are no longer how we reach these people."""
    remember(REMOVED, map(str, ways))


def note_given(ways: Iterable[Way]) -> None:
    """These are, also where somebody once removed them; what is new says no STOP either."""
    given = list(map(str, ways))
    take_back(REMOVED, given, by=GIVEN_AGAIN)
    take_back(STOP, given, by=START)


def note_stopped(ways: Iterable[Way]) -> None:
    """These people want no more written there."""
    remember(STOP, map(str, ways))


def note_forms(people: Iterable[int]) -> None:
    """Before these people are deleted: their form may lie on a telephone and come once more."""
    forms = Person.objects.filter(pk__in=list(people), source_key__startswith="web:")
    remember(FORM, forms.values_list("source_key", flat=True))


def note_started(ways: Iterable[Way]) -> None:
    """They want it again."""
    remember(START, map(str, ways))
