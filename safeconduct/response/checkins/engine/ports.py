"""What the door for answers asks of us: the given names of a party.

Async and past Django: the door waits for nobody, and its own pool of two
connections is all that a storm of pages may cost.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from psycopg_pool import AsyncConnectionPool

from safeconduct.wires.intake.engine.commit import conninfo_of_settings

_BLOCK: Final = """
    SELECT incident_id FROM checkins_askedblock
    WHERE first_id <= %(asked)s AND until_id > %(asked)s ORDER BY first_id DESC LIMIT 1
"""
# The incident as a value: with it the planner reads one partition, not all of them.
_PARTY: Final = """
    SELECT member.id,
        coalesce(nullif(p.given_name, ''), '# ' || row_number() OVER (ORDER BY member.id))
    FROM checkins_asked AS reader
    JOIN checkins_asked AS member ON member.incident_id = reader.incident_id
        AND member.round_id = reader.round_id AND member.party_id = reader.party_id
    JOIN registry_person AS p ON p.id = member.person_id
    WHERE reader.incident_id = %(incident)s AND reader.id = %(asked)s
    ORDER BY member.id
"""
_POOL_SIZE: Final = 2


class Directory:
    """Reads for the door. Its pool opens with the first question, in the loop that asks it."""

    def __init__(self, conninfo: str = "") -> None:
        self._conninfo = conninfo
        self._pool: AsyncConnectionPool | None = None
        self._opening = asyncio.Lock()

    async def people_of(self, asked_id: int) -> Sequence[tuple[int, str]]:
        """Asked-id and given name of everybody asked with this one; nobody for an unknown id.

        :raises psycopg.Error: while the database is away; the page goes out without names.
        """
        pool = await self._opened()
        async with pool.connection() as connection:
            cursor = await connection.execute(_BLOCK, {"asked": asked_id})
            block = await cursor.fetchone()
            if block is None:
                return []
            cursor = await connection.execute(_PARTY, {"asked": asked_id, "incident": block[0]})
            return [(member_id, name) for member_id, name in await cursor.fetchall()]

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _opened(self) -> AsyncConnectionPool:
        async with self._opening:
            if self._pool is None:
                pool = AsyncConnectionPool(
                    self._conninfo or conninfo_of_settings(),
                    min_size=0,
                    max_size=_POOL_SIZE,
                    timeout=1.0,
                    open=False,
                    kwargs={"autocommit": True},
                )
                await pool.open()
                self._pool = pool
            return self._pool
