"""Heaps of ids: whom something was just found out about, for whoever must act within seconds.

A hint, no record: a heap is lost with a crash of the database, and what was lost is found
again in the rows it hinted at. Nothing waits for it, and it writes nothing ahead.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection

MOST: Final = 20_000


@dataclass(frozen=True)
class Heap:
    """An unlogged table of two columns, named by us: what it is about and whose id lies there."""

    table: str
    about: str
    whom: str

    def put(self, about: int, ids: Iterable[int]) -> None:
        """Lay ids there; the same one may lie there twice."""
        written = f"{{{','.join(map(str, ids))}}}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.table} ({self.about}, {self.whom})"
                " SELECT %s, unnest(%s::bigint[])",
                [about, written],
            )

    def take(self, limit: int = MOST) -> dict[int, list[int]]:
        """At most ``limit`` ids by what they are about; the caller's to act on.

        In the caller's transaction: rolled back, they lie there again. Two who take at
        once take different ones.
        """
        found: defaultdict[int, list[int]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.table} WHERE ctid = ANY (ARRAY("
                f"SELECT ctid FROM {self.table} LIMIT %s FOR UPDATE SKIP LOCKED))"
                f" RETURNING {self.about}, {self.whom}",
                [limit],
            )
            for about, one in cursor.fetchall():
                found[about].append(one)
        return found
