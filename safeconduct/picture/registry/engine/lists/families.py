"""Which party a row with a family's mark belongs to: its own list's, or one stored before.

A mark is a small number that other files of one collector and day use as well, and whoever
opens a party's link reads and changes all of it: the mark alone joins nobody to a stored party.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from safeconduct.picture.registry import rules
from safeconduct.picture.registry.engine.lists.judging import Judged
from safeconduct.picture.registry.models import ContactPoint, Party, Person

# So many files of one collector and day may mark a family alike and still find it again.
_ALIKE: Final = 8


@dataclass
class Family:
    """A stored party, and what shows that a row is of it."""

    party_id: int
    names: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)

    def meets(self, one: Judged) -> bool:
        names = rules.family_key(one.family_name)
        return not (self.names.isdisjoint(names) and self.contacts.isdisjoint(_contacts(one)))

    def take_in(self, one: Judged) -> None:
        self.names |= rules.family_key(one.family_name)
        self.contacts.update(_contacts(one))


@dataclass
class Families:
    """The families of one run. ``post`` are the countries its officer may speak of."""

    source_id: int
    post: str = ""
    # Mark → the party all further rows with it belong to.
    ours: dict[str, int] = field(default_factory=dict)
    # Mark → by number, the parties stored under it before.
    stored: dict[str, dict[int, Family]] = field(default_factory=dict)

    def remember(self, judged: Sequence[Judged], known: Mapping[str, Collection[str]]) -> None:
        """Look up the marks of these rows; ``known`` are the people the list itself puts there.

        Somebody whom this list and the stored party both have proves that they are one.
        """
        marks = {one.party for one in judged if one.party} - self.stored.keys() - self.ours.keys()
        places = {
            self._key(mark, place): (mark, place) for mark in marks for place in range(_ALIKE)
        }
        found = {}
        # Of a long list of keys PostgreSQL does not see that the index, which has no empty ones,
        # holds them all.
        stored = Party.objects.exclude(source_key="").filter(source_key__in=list(places))
        for key, party_id in stored.values_list("source_key", "pk"):
            mark, place = places[key]
            found[party_id] = mark, Family(party_id)
            self.stored.setdefault(mark, {})[place] = found[party_id][1]
        if found:
            self._describe(found, known)

    def _describe(
        self, found: Mapping[int, tuple[str, Family]], known: Mapping[str, Collection[str]]
    ) -> None:
        people = Person.objects.filter(party__in=list(found)).order_by("pk")
        for party_id, name, key in people.values_list("party_id", "family_name", "source_key"):
            mark, family = found[party_id]
            family.names |= rules.family_key(name)
            if key in known.get(mark, ()):
                self.ours.setdefault(mark, party_id)
        points = ContactPoint.objects.filter(person__party__in=list(found))
        for party_id, address in points.values_list("person__party_id", "address"):
            found[party_id][1].contacts.add(address)

    def party_of(self, one: Judged) -> int | None:
        """The party the row joins; None where it begins one."""
        if one.party in self.ours:
            return self.ours[one.party]
        for family in self.stored.get(one.party, {}).values():
            if family.meets(one):
                family.take_in(one)
                return family.party_id
        return None

    def begin(self, mark: str, party_id: int) -> str:
        """The key of a new party of this mark; empty where too many are marked alike."""
        self.ours[mark] = party_id
        taken = self.stored.get(mark, {})
        free = next((place for place in range(_ALIKE) if place not in taken), None)
        return "" if free is None else self._key(mark, free)

    def _key(self, mark: str, place: int) -> str:
        """Of this list alone: the next one counts its families anew."""
        told = "\x1f".join((str(self.source_id), self.post, mark, str(place)))
        return blake2b(told.encode(), digest_size=20).hexdigest()


def _contacts(one: Judged) -> tuple[str, ...]:
    return one.phones + one.mails
