"""Judged rows into the registry by COPY, each only once."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from psycopg import sql

from safeconduct.ground.kernel.names import script_of, search_key, sort_key, twin_of
from safeconduct.picture.registry import rules
from safeconduct.picture.registry.engine.lists.blocks import Block, Order
from safeconduct.picture.registry.engine.lists.families import Families
from safeconduct.picture.registry.engine.lists.judging import Judged
from safeconduct.wires.messaging.terms import Channel

SORTED_IN: Final = "az"
_COLUMNS: Final = {
    "registry_party": ("id", "kind", "source_id", "source_key", "created_at"),
    "registry_person": (
        "id", "party_id", "source_id", "given_name", "family_name", "name_language",
        "name_script", "name_key", "sort_key", "twin_key", "birth_on", "language", "reach",
        "vulnerability", "source_key", "created_at", "changed_at",
    ),
    "registry_contactpoint": ("person_id", "channel", "address", "language"),
    "registry_stay": (
        "person_id", "kind", "country_id", "city_id", "cell", "stay_from", "stay_until",
        "confirmed_at",
    ),
}  # fmt: skip


@dataclass
class Store:
    """Stores the rows of one list. Its families are known again by its own mark for them.

    Also in another run: one that was cut short is repeated, and rows that came back come again.
    """

    families: Families
    collected_at: datetime
    now: datetime

    def add(
        self,
        judged: Sequence[Judged],
        known: Mapping[str, Collection[str]],
        blocks: Sequence[Block],
        order: Order,
    ) -> tuple[int, int]:
        """First and last id of the people added; the caller has seen to it that none is known.

        ``known`` are the keys of those who are, by the mark the list gives their family, and
        ``blocks`` how all of these rows stand together in the list, of which ``order`` is.
        """
        self.families.remember(blocks, known)
        block_of = {row.key: block for block in blocks for row in block.rows}
        people = _reserve("registry_person", len(judged))
        spare = iter(_reserve("registry_party", len(judged)))
        new_parties: list[tuple[object, ...]] = []
        rows, settled = [], set()
        for person_id, one in zip(people, judged, strict=True):
            block = block_of.get(one.key)
            if block and id(block) not in settled:
                settled.add(id(block))
                self.families.settle(block, is_doubtful=order.doubts(block.mark))
            rows.append((person_id, self._party_of(one, block, spare, new_parties), one))
        _copy("registry_party", new_parties)
        _copy("registry_person", (self._person(*row) for row in rows))
        _copy("registry_contactpoint", (point for row in rows for point in _points(*row)))
        _copy("registry_stay", (self._stay(person_id, one) for person_id, _, one in rows))
        return people[0], people[-1]

    @property
    def source_id(self) -> int:
        return self.families.source_id

    def _party_of(
        self,
        one: Judged,
        block: Block | None,
        spare: Iterator[int],
        new_parties: list[tuple[object, ...]],
    ) -> int:
        joined = self.families.join(one, block) if block else None
        if joined is not None:
            return joined
        party_id = next(spare)
        kind = "family" if block else "single"
        key = self.families.begin(one, party_id, block) if block else ""
        new_parties.append((party_id, kind, self.source_id, key, self.now))
        return party_id

    def _person(self, person_id: int, party_id: int, one: Judged) -> tuple[object, ...]:
        given, family, born = one.given_name, one.family_name, one.birth_on
        name_key = search_key(f"{given} {family}")
        reach = (Channel.SMS if one.phones else 0) | (Channel.EMAIL if one.mails else 0)
        return (
            person_id, party_id, self.source_id, given, family, "", script_of(given + family),
            name_key, sort_key(f"{family} {given}", SORTED_IN)[:200],
            twin_of(name_key, born) if born else None, born, one.language, reach,
            rules.vulnerability_at(born, self.now.date()), one.key, self.now, self.now,
        )  # fmt: skip

    def _stay(self, person_id: int, one: Judged) -> tuple[object, ...]:
        kind = "trip" if one.stay_until else "residence"
        return (
            person_id, kind, one.country, one.city_id, one.cell, one.stay_from, one.stay_until,
            self.collected_at,
        )  # fmt: skip


def hold_still(keys: Sequence[str]) -> None:
    """Let no family change or delete its record until these rows are stored.

    Whatever deletes or changes people takes their party first. It has only to wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM registry_party WHERE id IN"
            " (SELECT party_id FROM registry_person"
            " WHERE source_key <> '' AND source_key = ANY (%s::varchar[]))"
            " ORDER BY id FOR NO KEY UPDATE) AS held",
            [list(keys)],
        )


def known_keys(keys: Sequence[str]) -> set[str]:
    """Those of the keys that the registry holds already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_key FROM registry_person"
            " WHERE source_key <> '' AND source_key = ANY (%s::varchar[])",
            [list(keys)],
        )
        return {key for (key,) in cursor.fetchall()}


def _points(person_id: int, _party_id: int, one: Judged) -> Iterable[tuple[object, ...]]:
    for phone in dict.fromkeys(one.phones):
        yield person_id, int(Channel.SMS), phone, one.language
    for mail in dict.fromkeys(one.mails):
        yield person_id, int(Channel.EMAIL), mail, one.language


def _reserve(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _copy(table: str, rows: Iterable[tuple[object, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, _COLUMNS[table]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)
