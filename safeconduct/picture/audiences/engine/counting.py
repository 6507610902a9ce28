"""An audience's rows as columns of numbers: a million people are counted in arrays, not in SQL.

Joining and grouping a million people four times over costs the server ten times what
handing over their numbers does.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from safeconduct.ground.kernel.languages import CODES
from safeconduct.picture.audiences.engine.selection import Params
from safeconduct.picture.audiences.terms import Ways
from safeconduct.wires.messaging.terms import Channel

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]

# One 64-bit number on the wire, as int8send() and COPY BINARY write it.
_NUMBER: Final = np.dtype(">i8")
# A row of one number for COPY BINARY, and what stands around the rows (PostgreSQL 18, COPY).
_ROW: Final = np.dtype([("columns", ">i2"), ("length", ">i4"), ("value", ">i8")])
_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"

_MEANT: Final = """
SELECT m.person_id, (ascii(m.country) * 256 + ascii(substr(m.country, 2)))::int8,
    (m.cell IS NOT NULL)::int::int8 FROM ({rows}) m
"""
# Joined to a table that has been counted: of runs of cells the planner expects the moon.
_PEOPLE: Final = """
SELECT p.id, p.party_id, coalesce(p.twin_key, 0), (p.twin_key IS NOT NULL)::int::int8,
    p.reach::int8, coalesce(array_position(%(languages)s::text[], p.language::text), 0)::int8
FROM audience_people a JOIN registry_person p ON p.id = a.person_id
"""
_CONTACTS: Final = """
SELECT k.person_id, k.channel::int8, coalesce({working}, false)::int::int8,
    ({unstopped})::int::int8, hashtextextended(k.address, 0), k.id
FROM audience_people a
JOIN registry_contactpoint k ON k.person_id = a.person_id AND k.channel = ANY(%(channels)s)
"""


class Members(NamedTuple):
    """Everybody meant, once, in the order of their ids. ``located``: by a known place."""

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
    unstopped: Ints
    address: Ints
    id: Ints


def people(rows: str, params: Params) -> Ints:
    """The ids of everybody meant, sorted, each once."""
    (found,) = _fetched(f"SELECT person_id FROM ({rows}) rows", 1, params)
    return _each_once(found)


def members(rows: str, params: Params) -> Members:
    """Everybody meant; of two stays the one with a known place counts.

    Leaves their ids in the temporary table ``audience_people`` for ``contacts``.
    """
    person, country, located = _fetched(_MEANT.format(rows=rows), 3, params)
    order = np.lexsort((-located, person))
    first = order[_begins(person[order])]
    _lay_down(person[first])
    known = _fetched(_PEOPLE, 6, {"languages": list(CODES)})
    by_id = np.argsort(known[0])
    # Somebody deleted between the two questions is in the first answer only.
    still = np.isin(person[first], known[0])
    columns = [column[by_id] for column in known]
    columns += [column[first][still] for column in (country, located)]
    return Members(*columns)


def contacts(ways: Ways, *, working: str, unstopped: str) -> Contacts:
    """Every contact point of theirs of these ways; whether it works, and nobody wrote STOP."""
    sql = _CONTACTS.format(working=working, unstopped=unstopped)
    return Contacts(*_fetched(sql, 6, {"channels": list(ways.channels)}))


def usable(known: Contacts, ways: Ways) -> Flags:
    """Which contact points may be written to."""
    works: Flags = known.works == 1
    return works if ways.despite_stop else works & (known.unstopped == 1)


def messages(everybody: Members, known: Contacts, ways: Ways) -> dict[int, int]:
    """Messages by channel: one for each address of a party, the best channel of each person."""
    fit = usable(known, ways) & np.isin(known.person, everybody.person)
    person, channel, address, number = (
        column[fit] for column in (known.person, known.channel, known.address, known.id)
    )
    order = np.lexsort((number, _places(channel, ways), person))
    chosen = order[_begins(person[order])]
    party = everybody.party[np.searchsorted(everybody.person, person[chosen])]
    channel, address = channel[chosen], address[chosen]
    order = np.lexsort((address, party))
    # The address says its channel: no telephone number is a mail address.
    sent = channel[order][_begins(party[order], address[order])]
    return {int(one): int((sent == one).sum()) for one in _each_once(sent)}


def _places(channel: Ints, ways: Ways) -> Ints:
    """Of each channel the place it has among the ways."""
    places = np.zeros(1 + max(ways.channels, default=0), dtype=np.int64)
    places[list(ways.channels)] = range(len(ways.channels))
    return places[channel]


def by_language(everybody: Members) -> dict[str, int]:
    names = ["", *CODES]
    return {names[number]: count for number, count in _counted(everybody.language)}


def by_reach(everybody: Members) -> dict[str, int]:
    """People with a working contact point of each channel a machine writes by."""
    channels = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
    return {one.name.lower(): int((everybody.reach & one != 0).sum()) for one in channels}


def by_country(codes: Ints) -> dict[str, int]:
    return {chr(code >> 8) + chr(code & 255): count for code, count in _counted(codes)}


def duplicates(everybody: Members) -> int:
    """How many people more there are than there are different ones by twin key."""
    keys = everybody.twin[everybody.has_twin == 1]
    return int(keys.size - _each_once(keys).size)


def _counted(column: Ints) -> list[tuple[int, int]]:
    """Values with their counts, the most frequent first."""
    ordered = np.sort(column)
    begins = np.flatnonzero(_begins(ordered))
    counts = np.diff(np.append(begins, len(ordered)))
    pairs = zip(ordered[begins].tolist(), counts.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def somewhere(sql: str, params: Params, everybody: Members) -> dict[str, int]:
    """People by country from rows (person, country code) who are meant by no known place."""
    person, code = _fetched(sql, 2, params)
    located = everybody.person[everybody.located == 1]
    apart = ~np.isin(person, located)
    order = np.lexsort((code[apart], person[apart]))
    person, code = person[apart][order], code[apart][order]
    return by_country(code[_begins(person, code)])


def parties(everybody: Members) -> int:
    return len(_each_once(everybody.party))


def _each_once(column: Ints) -> Ints:
    """Sorted, each value once. NumPy's own ``unique`` hashes, which takes fifty times as long."""
    ordered = np.sort(column)
    return ordered[_begins(ordered)]


def _begins(*columns: Ints) -> Flags:
    """Where a new value (or pair of values) begins in sorted columns."""
    begins = np.zeros(len(columns[0]), dtype=bool)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    return begins


def _fetched(sql: str, columns: int, params: Params) -> list[Ints]:
    """Columns of a query that yields nothing but 64-bit numbers, none of them NULL.

    Each comes as one string of bytes: a million rows apart would be a million
    Python objects.
    """
    names = [f"c{place}" for place in range(columns)]
    sums = ", ".join(f"string_agg(int8send({name}), ''::bytea)" for name in names)
    buffer = bytearray()
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        summed = f"SELECT {sums} FROM ({sql}) AS t({', '.join(names)})"
        with raw.copy(f"COPY ({summed}) TO STDOUT (FORMAT BINARY)", params) as stream:
            for block in stream:
                buffer += block
    return list(_columns(buffer, columns))


def _columns(buffer: bytearray, columns: int) -> Iterator[Ints]:
    """The one row of a COPY BINARY: a count, then the length and the bytes of each value."""
    at = len(_HEADER) + 2
    for _column in range(columns):
        # -1 stands for NULL: the sum over no rows.
        length = max(0, int.from_bytes(buffer[at : at + 4], signed=True))
        at += 4 + length
        yield np.frombuffer(buffer[at - length : at], dtype=_NUMBER).astype(np.int64)


def _lay_down(ids: Ints) -> None:
    rows = np.empty(len(ids), dtype=_ROW)
    rows["columns"], rows["length"], rows["value"] = 1, 8, ids
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE audience_people (person_id bigint) ON COMMIT DROP")
        raw: Any = cursor.cursor
        with raw.copy("COPY audience_people FROM STDIN (FORMAT BINARY)") as stream:
            stream.write(_HEADER + rows.tobytes() + _TRAILER)
        cursor.execute("ANALYZE audience_people")


def forget() -> None:
    """Drop the ids laid down, for a caller whose transaction goes on."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audience_people")
