"""An audience's rows as columns of numbers: a million people are counted in arrays, not in SQL.

Joining and grouping a million people four times over costs the server ten times what
handing over their numbers does.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from safeconduct.ground.kernel.languages import CODES
from safeconduct.picture.audiences.engine.selection import Params

type Rows = NDArray[np.void]
type Ints = NDArray[np.int64]

# Everything but int8 would need lengths of its own, so every column is one.
_COLUMN: Final = np.dtype([("length", ">i4"), ("value", ">i8")])
# COPY BINARY: eleven bytes of signature, flags, the length of an extension we never get; a
# count of -1 at the end (PostgreSQL 18, COPY, "Binary Format").
_HEADER: Final = 19
_TRAILER: Final = 2

WORKS: Final = 1
_MEMBERS: Final = """
SELECT m.person_id, p.party_id, coalesce(p.twin_key, 0), (p.twin_key IS NOT NULL)::int::int8,
    p.reach::int8, coalesce(array_position(%(languages)s::text[], p.language::text), 0)::int8,
    (ascii(m.country) * 256 + ascii(substr(m.country, 2)))::int8, (m.cell IS NOT NULL)::int::int8
FROM ({rows}) m JOIN registry_person p ON p.id = m.person_id
"""
_CONTACTS: Final = """
SELECT k.person_id, k.channel::int8, coalesce({working}, false)::int::int8, hashtextextended(k.address, 0), k.id
FROM registry_contactpoint k WHERE k.channel IN (1, 2)
    AND k.person_id IN (SELECT person_id FROM ({rows}) rows)
"""


class Members(NamedTuple):
    """Everybody meant, once, in the order of their ids."""

    person: Ints
    party: Ints
    twin: Ints
    has_twin: Ints
    reach: Ints
    language: Ints
    country: Ints
    located: Ints


class Contacts(NamedTuple):
    person: Ints
    channel: Ints
    works: Ints
    address: Ints
    id: Ints


def people(rows: str, params: Params) -> Ints:
    """The ids of everybody meant, sorted, each once."""
    (found,) = _fetched(f"SELECT person_id FROM ({rows}) rows", 1, params)
    return np.unique(found)


def members(rows: str, params: Params) -> Members:
    """Everybody meant; of two stays the one with a known place counts."""
    found = Members(*_fetched(_MEMBERS.format(rows=rows), 8, params | {"languages": list(CODES)}))
    order = np.lexsort((-found.located, found.person))
    first = order[np.unique(found.person[order], return_index=True)[1]]
    return Members(*(column[first] for column in found))


def contacts(rows: str, params: Params, *, working: str) -> Contacts:
    """Every contact point of theirs; ``works`` tells which of them may be written to."""
    sql = _CONTACTS.format(rows=rows, working=working)
    return Contacts(*_fetched(sql, 5, params))


def messages(everybody: Members, known: Contacts) -> dict[int, int]:
    """Messages by channel: one for each address of a party, the best channel of each person."""
    usable = known.works == WORKS
    person, channel, address, number = (
        column[usable] for column in (known.person, known.channel, known.address, known.id)
    )
    order = np.lexsort((number, channel, person))
    chosen = order[np.unique(person[order], return_index=True)[1]]
    party = everybody.party[np.searchsorted(everybody.person, person[chosen])]
    sent = np.unique(np.column_stack((party, channel[chosen], address[chosen])), axis=0)
    channels, counts = np.unique(sent[:, 1], return_counts=True)
    return dict(zip(channels.tolist(), counts.tolist(), strict=True))


def by_language(everybody: Members) -> dict[str, int]:
    names = ["", *CODES]
    return {names[number]: count for number, count in _counted(everybody.language)}


def by_country(codes: Ints) -> dict[str, int]:
    return {chr(code >> 8) + chr(code & 255): count for code, count in _counted(codes)}


def duplicates(everybody: Members) -> int:
    """How many people more there are than there are different ones by twin key."""
    keys = everybody.twin[everybody.has_twin == 1]
    return int(keys.size - np.unique(keys).size)


def _counted(column: Ints) -> list[tuple[int, int]]:
    """Values with their counts, the most frequent first."""
    values, counts = np.unique(column, return_counts=True)
    pairs = zip(values.tolist(), counts.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def somewhere(sql: str, params: Params, everybody: Members) -> dict[str, int]:
    """People by country from rows (person, country code) who are meant by no known place."""
    person, code = _fetched(sql, 2, params)
    located = everybody.person[everybody.located == 1]
    apart = ~np.isin(person, located)
    pairs = np.unique(np.column_stack((person[apart], code[apart])), axis=0)
    return by_country(pairs[:, 1])


def _fetched(sql: str, columns: int, params: Params) -> list[Ints]:
    """Columns of a query that yields nothing but 64-bit numbers, none of them NULL."""
    buffer = bytearray()
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        with raw.copy(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)", params) as stream:
            for block in stream:
                buffer += block
    row = np.dtype([("count", ">i2"), ("columns", _COLUMN, (columns,))])
    body = memoryview(buffer)[_HEADER : len(buffer) - _TRAILER]
    table: Rows = np.frombuffer(body, dtype=row)
    return [table["columns"]["value"][:, place].astype(np.int64) for place in range(columns)]
