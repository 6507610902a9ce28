"""Which party a row with a family's mark belongs to: its own list's, or one stored before.

A mark is a small number that other files of one collector and day use as well, and whoever
opens a party's link reads and changes all of it: the mark alone joins nobody to a stored party,
nor does a surname that half a village bears. Two families of one are mended sooner than one of two.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from django.db import connection

from safeconduct.picture.registry import rules
from safeconduct.picture.registry.engine.lists.blocks import Block
from safeconduct.picture.registry.engine.lists.judging import Judged

# So many files of one collector and day may mark a family alike and still find it again.
_ALIKE: Final = 8


@dataclass
class Family:
    """A stored party, and what shows that a row is of it. ``place`` is None where none was free."""

    party_id: int
    place: int | None
    keys: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)

    def shares_contact(self, rows: Iterable[Judged]) -> bool:
        return any(not self.contacts.isdisjoint(_contacts(row)) for row in rows)

    def shares_name(self, rows: Iterable[Judged]) -> bool:
        return any(not self.names.isdisjoint(rules.family_key(row.family_name)) for row in rows)

    def take_in(self, row: Judged) -> None:
        self.names |= rules.family_key(row.family_name)
        self.contacts.update(_contacts(row))


@dataclass
class Families:
    """The families of one run. ``post`` are the countries its officer may speak of.

    ``came_back`` if the list is one of our refused rows: they are of the list they came from.
    """

    source_id: int
    post: str = ""
    came_back: bool = False
    # Mark → the parties that rows of this list are in.
    ours: dict[str, set[int]] = field(default_factory=dict)
    # Mark → by party, what is stored under it: of the rows at hand alone.
    stored: dict[str, dict[int, Family]] = field(default_factory=dict)

    def remember(self, blocks: Sequence[Block], known: Mapping[str, Collection[str]]) -> None:
        """Look up the marks of these blocks; ``known`` are the people the list itself puts there.

        Somebody whom this list and the stored party both have proves that they are one. The
        parties stay as they are until the rows are stored: a family may delete its record now.
        """
        marks = {block.mark for block in blocks}
        self.stored = {mark: {} for mark in marks}
        # Places are taken from the first on: where the first two are free all are.
        self._look_up(marks, range(2))
        self._look_up((mark for mark in marks if self.stored[mark]), range(2, _ALIKE))
        self._describe()
        for mark, families in self.stored.items():
            keys = known.get(mark, ())
            met = {one.party_id for one in families.values() if not one.keys.isdisjoint(keys)}
            self.ours[mark] = (self.ours.get(mark, set()) & families.keys()) | met

    def _look_up(self, marks: Iterable[str], numbers: range) -> None:
        marks = list(marks)
        places = {self._key(mark, place): (mark, place) for mark in marks for place in numbers}
        of_ours = {party_id: mark for mark in marks for party_id in self.ours.get(mark, ())}
        for party_id, key in _rows(_PARTIES, list(places), list(of_ours)) if marks else ():
            mark, place = places.get(key) or (of_ours[party_id], None)
            if place is not None or party_id not in self.stored[mark]:
                self.stored[mark][party_id] = Family(party_id, place)

    def _describe(self) -> None:
        found = {
            party_id: family
            for families in self.stored.values()
            for party_id, family in families.items()
        }
        if not found:
            return
        for party_id, name, key in _rows(_PEOPLE, list(found)):
            found[party_id].names |= rules.family_key(name)
            found[party_id].keys.add(key)
        for party_id, address in _rows(_POINTS, list(found)):
            found[party_id].contacts.add(address)

    def settle(self, block: Block, *, is_doubtful: bool) -> None:
        """Say whose the block is, as far as that is known; ``is_doubtful`` by the list's order."""
        stored, keys = self.stored[block.mark], {row.key for row in block.rows}
        here = {one.party_id for one in stored.values() if not one.keys.isdisjoint(keys)}
        if here:
            block.is_mixed = len(here) > 1
            block.party_id = None if block.is_mixed else here.pop()
        elif block.party_id not in stored:
            block.party_id = self._party_of(block, is_doubtful=is_doubtful)

    def _party_of(self, block: Block, *, is_doubtful: bool) -> int | None:
        stored, rows = self.stored[block.mark], block.rows
        ours = [stored[party_id] for party_id in sorted(self.ours[block.mark])]
        touched = [one for one in (ours or stored.values()) if one.shares_contact(rows)]
        if touched:
            return touched[0].party_id
        if len(ours) == 1 and not is_doubtful:
            return ours[0].party_id
        has_own_contact = any(map(_contacts, rows))
        if (ours and has_own_contact) or not (ours or self.came_back):
            return None
        named = [one for one in (ours or stored.values()) if one.shares_name(rows)]
        return named[0].party_id if len(named) == 1 else None

    def join(self, one: Judged, block: Block) -> int | None:
        """The party the row joins; None where it begins one."""
        if block.is_mixed:
            family = self._touched(one)
        else:
            family = self.stored[block.mark].get(block.party_id or 0)
        if family is None:
            return None
        family.take_in(one)
        self.ours[block.mark].add(family.party_id)
        return family.party_id

    def _touched(self, one: Judged) -> Family | None:
        families = self.stored[one.party].values()
        return next((family for family in families if family.shares_contact([one])), None)

    def begin(self, one: Judged, party_id: int, block: Block) -> str:
        """The key of a new party of the row; empty where too many are marked alike."""
        families = self.stored[block.mark]
        taken = {family.place for family in families.values()}
        free = next((place for place in range(_ALIKE) if place not in taken), None)
        families[party_id] = family = Family(party_id, free)
        family.take_in(one)
        self.ours[block.mark].add(party_id)
        block.party_id = None if block.is_mixed else party_id
        return "" if free is None else self._key(block.mark, free)

    def _key(self, mark: str, place: int) -> str:
        """Of this list alone: the next one counts its families anew."""
        told = "\x1f".join((str(self.source_id), self.post, mark, str(place)))
        return blake2b(told.encode(), digest_size=20).hexdigest()


def _contacts(one: Judged) -> tuple[str, ...]:
    return one.phones + one.mails


def _rows(statement: str, *values: list[str] | list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


# The index has no empty keys: of a long list PostgreSQL does not see by itself that it holds none.
_PARTIES = """
SELECT id, source_key FROM registry_party
 WHERE (source_key <> '' AND source_key = ANY (%s::varchar[])) OR id = ANY (%s::bigint[])
 ORDER BY id FOR NO KEY UPDATE
"""
_PEOPLE = """
SELECT party_id, family_name, source_key FROM registry_person
 WHERE party_id = ANY (%s::bigint[]) ORDER BY id
"""
_POINTS = """
SELECT person.party_id, point.address
  FROM registry_contactpoint AS point JOIN registry_person AS person ON person.id = point.person_id
 WHERE person.party_id = ANY (%s::bigint[])
"""
