"""Results on their way to the database: kept in memory until they are written, however long."""

import asyncio
from datetime import datetime
from typing import Final

from psycopg import AsyncConnection, errors

from safeconduct.wires.messaging.engine import outbox
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.outbox import Claimed, Results
from safeconduct.wires.messaging.terms import State

# Long enough to write hundreds with one statement, short enough for a board.
_GATHER_SECONDS: Final = 0.02
_MOST_AT_ONCE: Final = 2000


class Ledger:
    """Gathers results and writes them in sets, one batch and provider at a time."""

    def __init__(self) -> None:
        self._wire = Wire("results")
        self._waiting: dict[tuple[int, str], Results] = {}
        self._some = asyncio.Event()
        self._leaving = False

    def note(
        self,
        claimed: Claimed,
        *,
        provider: str,
        state: State,
        at: datetime,
        tried: bool,
        twice: bool = False,
        ref: str = "",
        failure: str = "",
        due: datetime | None = None,
    ) -> None:
        """Remember one result; it is written within milliseconds if the database is there."""
        results = self._waiting.get((claimed.batch.id, provider))
        if results is None:
            results = self._waiting[claimed.batch.id, provider] = Results()
        results.ids.append(claimed.id)
        results.states.append(int(state))
        results.tried.append(int(tried))
        results.twice.append(twice)
        results.refs.append(_storable(ref) if ref else "")
        results.failures.append(_storable(failure) if failure else "")
        results.ats.append(at)
        results.dues.append(due)
        results.leases.append(claimed.leased_until)
        self._some.set()

    def give_back(self, claimed: Claimed, *, at: datetime) -> None:
        """Let somebody else have it, as if it had not been taken."""
        self.note(claimed, provider="", state=State.WAITING, at=at, tried=False)

    def unwritten(self) -> int:
        return sum(len(results.ids) for results in self._waiting.values())

    async def write_forever(self) -> None:
        """Write what comes; ends after ``leave()`` once everything is written."""
        try:
            await self._write_all()
        finally:
            # Also where it is cut off, since PostgreSQL does not come back.
            await self._wire.close()

    async def _write_all(self) -> None:
        while not (self._leaving and not self._waiting):
            await self._some.wait()
            if not self._leaving:
                await asyncio.sleep(_GATHER_SECONDS)
            self._some.clear()
            waiting, self._waiting = self._waiting, {}
            for (batch_id, provider), results in waiting.items():
                for part in _parts(results):
                    await self._write(batch_id, provider, part)

    def leave(self) -> None:
        self._leaving = True
        self._some.set()

    async def _write(self, batch_id: int, provider: str, results: Results) -> None:
        async def settled(connection: AsyncConnection) -> None:
            try:
                await outbox.settle(
                    connection, batch_id=batch_id, provider=provider, results=results
                )
            except errors.UndefinedTable:
                # The whole batch was forgotten meanwhile, and its results with it.
                return

        await self._wire.insist(settled)


def _storable(text: str) -> str:
    """What a provider said, as PostgreSQL can keep it: one odd answer must not stop us all."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\x00", "")[:100]


def _parts(results: Results) -> list[Results]:
    columns = results.columns()
    return [
        Results(*(list(column[start : start + _MOST_AT_ONCE]) for column in columns))
        for start in range(0, len(results.ids), _MOST_AT_ONCE)
    ]
