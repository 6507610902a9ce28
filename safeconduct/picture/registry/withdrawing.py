"""What people took back of how we reach them, noted so that a restored backup keeps to it.

A mark is made of the person, the channel and the address together: whose number becomes
somebody else's takes nothing from them. What was given again later stands.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from safeconduct.ground.privacy.forgotten import remember, take_back
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.wires.messaging.engine.spoken import Former, note_former

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
    gone = list(ways)
    note_changed(gone)
    remember(REMOVED, map(str, gone))


def note_changed(ways: Iterable[Way]) -> None:
    """Before these addresses go: what went there to somebody of the family was theirs as well."""
    gone = list(ways)
    people = Person.objects.filter(pk__in={way.person_id for way in gone})
    party_of = dict(people.values_list("pk", "party_id"))
    members: dict[int, list[int]] = {}
    whole = Person.objects.filter(party_id__in=party_of.values())
    for person_id, party_id in whole.values_list("pk", "party_id"):
        members.setdefault(party_id, []).append(person_id)
    note_former(
        Former(way.person_id, other, way.channel, way.address)
        for way in gone
        for other in members.get(party_of.get(way.person_id, 0), ())
        if other != way.person_id
    )


def note_given(ways: Iterable[Way]) -> None:
    """These are, also where somebody once removed them; what is new says no STOP either."""
    given = list(map(str, ways))
    take_back(REMOVED, given, by=GIVEN_AGAIN)
    take_back(STOP, given, by=START)


def note_stopped(ways: Iterable[Way]) -> None:
    """These people want no more written there."""
    remember(STOP, map(str, ways))


def note_forms(people: Iterable[int]) -> None:
    """Before these people are deleted: their form may lie on a telephone and come once more.

    Whoever of the party stays answers for it from now on: it leads to the record that lives.
    """
    gone = list(people)
    forms = Person.objects.filter(pk__in=gone, source_key__startswith="web:")
    keys = dict(forms.values_list("party_id", "source_key"))
    stay = Person.objects.filter(party_id__in=keys, source_key="").exclude(pk__in=gone)
    heirs = list(stay.order_by("party_id", "pk").distinct("party_id"))
    # No two people have one key.
    forms.update(source_key="")
    for heir in heirs:
        heir.source_key = keys.pop(heir.party_id)
    Person.objects.bulk_update(heirs, ["source_key"])
    remember(FORM, keys.values())


def note_started(ways: Iterable[Way]) -> None:
    """They want it again."""
    remember(START, map(str, ways))
