"""Rows by the thousand on Django's connection, in its transaction, past its ORM."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
import psycopg
from django.db import connection
from psycopg import sql
from psycopg.types.json import set_json_dumps, set_json_loads

# "roll" as a number: the class of advisory locks that guard incidents' standings.
_STANDINGS: Final = 0x726F_6C6C
# "seat" as a number: of those that keep two from putting one person on a roll at once.
_PLACES: Final = 0x7365_6174

type Row = tuple[object, ...]
type Cursor = psycopg.Cursor[tuple[Any, ...]]


def cursor() -> Cursor:
    """A psycopg cursor with server-side parameters, where Django's would paste values into text."""
    connection.ensure_connection()
    bare: Cursor = psycopg.Cursor(connection.connection)
    set_json_loads(orjson.loads, bare)
    set_json_dumps(orjson.dumps, bare)
    return bare


def copy_in(cursor: Cursor, table: str, types: dict[str, str], rows: Iterable[Row]) -> None:
    """``COPY`` rows into the columns that ``types`` names, in its order, in binary."""
    columns = sql.SQL(", ").join(map(sql.Identifier, types))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), columns
    )
    with cursor.copy(statement) as copy:
        copy.set_types(list(types.values()))
        for row in rows:
            copy.write_row(row)


def scratch(cursor: Cursor, table: str, types: dict[str, str]) -> None:
    """A table of this session alone, empty at every commit."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in types.items()
    )
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} ({}) ON COMMIT DELETE ROWS").format(
            sql.Identifier(table), columns
        )
    )


def ids(numbers: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array: made ten times as fast as from a list."""
    return f"{{{','.join(map(str, numbers))}}}"


def hold(cursor: Cursor, incident_ids: Iterable[int]) -> None:
    """Be the only one to change these incidents' standings until the transaction ends.

    A lock for each incident, in one order for everybody, instead of one for each row:
    thousands of rows change at once, and their tallies are the same rows anyway.
    """
    for incident_id in sorted(incident_ids):
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [_STANDINGS, incident_id])


def begin_layout(cursor: Cursor, incident_id: int) -> None:
    """Put many on an incident's roll beside others who do; before ``hold``, never after."""
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s::int, %s::int)", [_PLACES, incident_id])


def await_layouts(cursor: Cursor, incident_ids: Iterable[int]) -> None:
    """Have nobody lay out these incidents until the transaction ends; before ``hold``.

    For whoever holds an incident and then puts people on its roll who may just be laid out:
    a layout inserts first and holds at its end, so that each would wait for the other.
    """
    for incident_id in sorted(incident_ids):
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [_PLACES, incident_id])


def by_key(cursor: Cursor) -> None:
    """Have rows looked up by their keys until the transaction ends.

    The planner knows nothing of a scratch table and would read a whole partition,
    a million people, to find five thousand.
    """
    cursor.execute(
        "SELECT set_config(name, 'off', true) FROM unnest(%s::text[]) AS name",
        [["enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"]],
    )
