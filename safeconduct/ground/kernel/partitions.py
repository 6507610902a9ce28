"""Partitions of the big tables: one for each incident or batch, so that deletion is a drop."""

from typing import Final

from django.db import connection
from psycopg import sql

# The drop locks the whole table: while it waits, everybody who comes later waits behind it.
PATIENCE: Final = "2s"


def ensure_partition(parent: str, key: int) -> None:
    """Give ``parent`` (partitioned by list) a partition for ``key`` unless it has one.

    Made beside the table and attached: ``ATTACH`` waits for nobody who reads or
    writes the parent, where ``CREATE TABLE … PARTITION OF`` would lock them out
    (PostgreSQL 18, ALTER TABLE). Call it before the rows, inside a transaction.
    """
    name = f"{parent}_{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        child, table = sql.Identifier(name), sql.Identifier(parent)
        cursor.execute(
            sql.SQL(
                "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
                " INCLUDING STORAGE)"
            ).format(child, table)
        )
        cursor.execute(
            sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(
                table, child, sql.Literal(key)
            )
        )


def drop_partition(parent: str, key: int) -> None:
    """Forget everything filed under ``key``, at once. Inside a transaction.

    :raises OperationalError: if somebody reads the whole table for longer than we may wait,
        as a backup does; come again later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(f"{parent}_{key}")))
