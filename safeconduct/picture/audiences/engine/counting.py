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
from safeconduct.picture.registry.terms import Confidence
from safeconduct.wires.messaging.terms import Channel

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]

# One 64-bit number on the wire, as int8send() and COPY BINARY write it.
_NUMBER: Final = np.dtype(">i8")
# A row of one number for COPY BINARY, and what stands around the rows (PostgreSQL 18, COPY).
_ROW: Final = np.dtype([("columns", ">i2"), ("length", ">i4"), ("value", ">i8")])
# More than any channel's bit; and an odd number without pattern.
_WAYS: Final = 16
_MIXER: Final = 0x5851F42D4C957F2D
_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"

_MEANT: Final = """
SELECT m.person_id, (ascii(m.country) * 256 + ascii(substr(m.country, 2))
    + CASE WHEN m.cell IS NULL THEN 0 ELSE 65536 END
    + ((m.record_at < %(fading)s)::int + (m.record_at < %(doubtful)s)::int) * 131072)::int8
FROM ({rows}) m
"""
# Small numbers travel together: what a row costs is its columns.
_PERSON: Final = """
p.id, p.party_id, coalesce(p.twin_key, 0), p.reach::int8
    + (coalesce(array_position(%(languages)s::text[], p.language::text), 0)::int8 << 16)
    + ((p.twin_key IS NOT NULL)::int::int8 << 32) + (least(p.unanswered, 3)::int8 << 33)
"""
_CONTACT: Final = """
k.person_id, hashtextextended(k.address, 0), k.channel::int8
    + (coalesce({working}, false)::int::int8 << 16) + (({unstopped})::int::int8 << 17)
"""
# Joined to a table that has been counted: of runs of cells the planner expects the moon.
_JOINED: Final = "JOIN audience_people a ON a.person_id ="
# Of an audience that is a larger share of the registry than this, everybody is read and the
# others put aside: the server reads with all its processors, and sorts and joins nothing.
_MOST: Final = 0.2
_MOST_DOUBT: Final = len(Confidence) - 1


class Members(NamedTuple):
    """Everybody meant, once, in the order of their ids. ``located``: by a known place."""

    person: Ints
    party: Ints
    twin: Ints
    has_twin: Flags
    reach: Ints
    language: Ints
    country: Ints
    located: Ints
    # 0 to 2: how far the record may be relied upon, the best first.
    doubt: Ints
    # Most of the registry, so that it is cheaper to read all of it.
    most: bool


class Contacts(NamedTuple):
    person: Ints
    address: Ints
    channel: Ints
    works: Flags
    unstopped: Flags


def people(rows: str, params: Params) -> Ints:
    """The ids of everybody meant, sorted, each once."""
    (found,) = _fetched(f"SELECT person_id FROM ({rows}) rows", 1, params)
    return _each_once(found)


def members(rows: str, params: Params) -> Members:
    """Everybody meant; of two stays the one with a known place counts.

    Leaves their ids in the temporary table ``audience_people`` for ``contacts``, unless
    they are most of the registry.
    """
    person, packed = _fetched(_MEANT.format(rows=rows), 2, params)
    country, located = packed & 0xFFFF, packed >> 16
    # One key of both: a second one to sort by would double the time.
    order = np.argsort(person * 2 - (located & 1), kind="stable")
    order = order[_begins(person[order])]
    person, country, located = person[order], country[order], located[order]
    age, located = located >> 1, located & 1
    most = _are_most(len(person))
    if not most:
        _lay_down(person)
    joined = "" if most else f"{_JOINED} p.id"
    sql = f"SELECT {_PERSON} FROM registry_person p {joined}"
    known = _fetched(sql, 4, {"languages": list(CODES)})
    places = _places_in(person, known[0])
    known = [column[places] for column in known]
    # Somebody deleted between the two questions is in the first answer only.
    still = np.isin(person, known[0], assume_unique=True)
    _ids, party, twin, packed = known
    return Members(
        person=person[still],
        party=party,
        twin=twin,
        has_twin=packed >> 32 & 1 == 1,
        reach=packed & 0xFFFF,
        language=packed >> 16 & 0xFFFF,
        country=country[still],
        located=located[still],
        doubt=np.minimum(age[still] + (packed >> 33), _MOST_DOUBT),
        most=most,
    )


def contacts(everybody: Members, ways: Ways, *, working: str, unstopped: str) -> Contacts:
    """Every contact point of theirs of these ways; whether it works, and nobody wrote STOP."""
    columns = _CONTACT.format(working=working, unstopped=unstopped)
    joined = "" if everybody.most else f"{_JOINED} k.person_id"
    sql = f"""
    SELECT {columns} FROM registry_contactpoint k {joined}
    WHERE k.channel = ANY(%(channels)s::smallint[])
    """
    person, address, packed = _fetched(sql, 3, {"channels": list(ways.channels)})
    theirs = np.isin(person, everybody.person)
    person, address, packed = person[theirs], address[theirs], packed[theirs]
    return Contacts(person, address, packed & 0xFFFF, packed >> 16 & 1 == 1, packed >> 17 & 1 == 1)


def usable(known: Contacts, ways: Ways) -> Flags:
    """Which contact points may be written to."""
    return known.works if ways.despite_stop else known.works & known.unstopped


def messages(everybody: Members, known: Contacts, ways: Ways) -> dict[int, int]:
    """Messages by channel: one for each address of a party, the best channel of each person."""
    fit = usable(known, ways)
    person, channel, address = known.person[fit], known.channel[fit], known.address[fit]
    order = np.argsort(person * _WAYS + _rank(channel, ways), kind="stable")
    chosen = order[_begins(person[order])]
    party = everybody.party[np.searchsorted(everybody.person, person[chosen])]
    # One number for an address of a party, its channel in the last bits; that two different
    # ones share a number happens once in a million previews.
    mixed = (address[chosen] ^ (party * _MIXER)) & ~(_WAYS - 1) | channel[chosen]
    counts = np.bincount(_each_once(mixed) & (_WAYS - 1), minlength=_WAYS)
    return {number: int(count) for number, count in enumerate(counts) if count}


def _rank(channel: Ints, ways: Ways) -> Ints:
    """Of each channel the place it has among the ways."""
    ranks = np.zeros(_WAYS, dtype=np.int64)
    ranks[list(ways.channels)] = range(len(ways.channels))
    return ranks[channel]


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
    keys = everybody.twin[everybody.has_twin]
    return int(keys.size - _each_once(keys).size)


def by_confidence(everybody: Members) -> dict[str, int]:
    """People by how far their records may be relied upon; every step, the best first."""
    counts = np.bincount(everybody.doubt, minlength=len(Confidence)).tolist()
    return {step.value: int(count) for step, count in zip(Confidence, counts, strict=True)}


def _counted(column: Ints) -> list[tuple[int, int]]:
    """Values (small, from 0 on) with their counts, the most frequent first."""
    counts = np.bincount(column).tolist()
    pairs = [(value, count) for value, count in enumerate(counts) if count]
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


def _are_most(people: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'registry_person'::regclass")
        return people > max(1.0, float(cursor.fetchone()[0])) * _MOST


def _places_in(wanted: Ints, ids: Ints) -> Ints:
    """Where in ``ids`` those stand that are wanted, in the order of their values."""
    order = np.argsort(ids, kind="stable")
    return order[np.isin(ids[order], wanted, assume_unique=True)]


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
