"""Durable before it says yes: the database where it answers, the journal where it does not."""

import asyncio
import itertools
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import uuid4

from safeconduct.ground.kernel import clock
from safeconduct.wires.intake.engine import journal as journals
from safeconduct.wires.intake.engine.commit import REFUSALS, AwayError, Store
from safeconduct.wires.intake.engine.journal import Journal, Sealed

log = logging.getLogger(__name__)

# Answers in one COPY; more would make the first of them wait for the last.
MAX_GROUP: Final = 2000
# Answers waiting for a commit; beyond, people are told at once that it did not work.
MAX_WAITING: Final = 50_000
# Two connections: while one waits for its commit, the other gathers.
COMMITTERS: Final = 2
_REPLAY_CHUNK: Final = 2000
# Of lines that may hold photos so many go back in one transaction: 32 MB at the most.
_REPLAY_FEW: Final = 8


class NotKeptError(Exception):
    """Neither the database nor the disk would have it: the sender must be told so."""


class Ledger:
    """Takes lines and keeps them; one in each door process for each table it fills.

    One of them speaks for the door: it tells the database that the door is alive.
    """

    def __init__(
        self,
        *,
        stores: Sequence[Store],
        journal: Journal,
        group_seconds: float,
        replay_seconds: float,
        speaks: bool = True,
        group_bytes: int | None = None,
    ) -> None:
        self._committing, self._replaying = stores[:-1], stores[-1]
        self._journal = journal
        self._group_seconds = group_seconds
        self._replay_seconds = replay_seconds
        self._speaks = speaks
        # Where lines may be long, how many bytes of them make a group.
        self._group_bytes = group_bytes
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        # Since when the first of those waiting, and of each group being committed, does.
        self._since: datetime | None = None
        self._in_hand: dict[int, datetime] = {}
        self._away_since: datetime | None = None
        self._something = asyncio.Event()
        self._journalling = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self.door = uuid4()
        # Since this process started, for those who watch it.
        self.kept = self.journalled = self.turned_away = 0
        self._stopping = False
        self._has_ended = False
        self.is_away = False
        self.is_full = False

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def oldest_since(self) -> datetime | None:
        """Since when what waits longest is not in the database; None if all of it is."""
        waits = [*self._in_hand.values()]
        if self._since is not None:
            waits.append(self._since)
        if self._away_since is not None and self.journalled_bytes:
            waits.append(self._away_since)
        return min(waits, default=None)

    @property
    def journalled_bytes(self) -> int:
        return journals.journalled_bytes(self._journal.directory)

    @property
    def journal_files(self) -> int:
        return journals.journal_files(self._journal.directory)

    @property
    def works(self) -> bool:
        """Whether an answer handed over now has a chance of being kept."""
        return not (self.is_away and self.is_full) and not self._has_ended

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._commit_forever(s)) for s in self._committing]
        self._replayer = asyncio.create_task(self._replay_forever())
        self._tasks.append(self._replayer)
        for task in self._tasks:
            task.add_done_callback(self._report_end)

    async def stop(self) -> None:
        """Settle what is waiting, then let go of connections and journal."""
        self._stopping = True
        self._something.set()
        self._replayer.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._journal.seal()
        for store in (*self._committing, self._replaying):
            await store.close()

    async def keep(self, line: bytes) -> None:
        """Return once the line is durable.

        :raises NotKeptError: if it is not. It may have been kept all the same, so the
            sender should come again with the same key.
        """
        if len(self._waiting) >= MAX_WAITING or self._has_ended:
            self.turned_away += 1
            raise NotKeptError
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._since = clock.now()
        self._waiting.append((line, kept))
        self._something.set()
        await kept

    async def _commit_forever(self, store: Store) -> None:
        while self._waiting or not self._stopping:
            await self._something.wait()
            await asyncio.sleep(self._group_seconds)
            since = self._since
            if group := self._taken():
                self._in_hand[id(store)] = since or clock.now()
                try:
                    await self._settle(store, group)
                finally:
                    del self._in_hand[id(store)]

    def _taken(self) -> list[tuple[bytes, "asyncio.Future[None]"]]:
        count = MAX_GROUP if self._group_bytes is None else self._fitting(self._group_bytes)
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        self._since = clock.now() if self._waiting else None
        if not self._waiting and not self._stopping:
            self._something.clear()
        return group

    def _fitting(self, most: int) -> int:
        """How many of those waiting are one group; the first always is."""
        total = 0
        for count, (line, _) in enumerate(self._waiting[:MAX_GROUP]):
            total += len(line)
            if total > most:
                return max(count, 1)
        return MAX_GROUP

    async def _settle(
        self, store: Store, group: list[tuple[bytes, "asyncio.Future[None]"]]
    ) -> None:
        refusal = None
        try:
            await self._commit(store, [line for line, _ in group])
        except OSError:
            self.is_full = True
            refusal = NotKeptError()
            self.turned_away += len(group)
        else:
            self.kept += len(group)
        for _, kept in group:
            if kept.done():  # its sender hung up; the answer counts all the same
                continue
            if refusal is None:
                kept.set_result(None)
            else:
                kept.set_exception(refusal)

    async def _commit(self, store: Store, lines: list[bytes]) -> None:
        if not self.is_away:
            try:
                await store.copy(lines)
            except AwayError as away:
                log.warning("PostgreSQL is away (%s): answers go to the journal.", away)
                self._goes_away()
            except REFUSALS as refusal:
                # Never the message: PostgreSQL quotes the line it could not read.
                log.error("PostgreSQL refuses an answer (%s): journalled.", refusal.sqlstate)  # noqa: TRY400
            else:
                return
        async with self._journalling:
            await asyncio.to_thread(self._journal.append, lines)
        self.journalled += len(lines)
        self.is_full = False

    async def _replay_forever(self) -> None:
        while True:
            try:
                await self._reach()
                self.is_away = False
                await self.replay()
                self._away_since = None
            except AwayError:
                self._goes_away()
            except OSError:
                log.exception("The journal cannot be read; it is tried again.")
            await asyncio.sleep(self._replay_seconds)

    def _goes_away(self) -> None:
        self.is_away = True
        self._away_since = self._away_since or clock.now()

    async def _reach(self) -> None:
        if self._speaks:
            journalled = self.journalled_bytes
            await self._replaying.pulse(door=self.door, now=clock.now(), journalled=journalled)
        else:
            await self._replaying.greet()

    async def replay(self) -> None:
        """Commit whatever journals nobody writes any more, our own included.

        :raises AwayError: if PostgreSQL goes away meanwhile; what is left waits.
        """
        async with self._journalling:
            self._journal.seal()
        for sealed in journals.adoptable(self._journal.directory):
            try:
                await self._replay_one(sealed)
            except OSError:
                # The disk's fault, or that of one file: the others wait for nothing.
                log.exception("A journal cannot be read; it is tried again.")

    async def _replay_one(self, sealed: Sealed) -> None:
        done = await self._replaying.replayed_until(sealed.id)
        size = _REPLAY_CHUNK if self._group_bytes is None else _REPLAY_FEW
        for chunk in itertools.batched(sealed.records(after=done), size, strict=False):
            try:
                await self._replay_chunk(sealed, chunk)
            except REFUSALS:
                await self._replay_singly(sealed, chunk)
        if sealed.damaged:
            log.error("%d records of a journal are damaged; it is put aside.", sealed.damaged)
        sealed.remove()
        await self._replaying.forget(sealed.id)

    async def _replay_chunk(self, sealed: Sealed, chunk: Iterable[tuple[int, bytes]]) -> None:
        ends, lines = zip(*chunk, strict=True)
        await self._replaying.replay(lines, journal=sealed.id, until=ends[-1])

    async def _replay_singly(self, sealed: Sealed, chunk: Iterable[tuple[int, bytes]]) -> None:
        for record in chunk:
            try:
                await self._replay_chunk(sealed, [record])
            except REFUSALS as refusal:
                log.error("An answer PostgreSQL refuses is put aside (%s).", refusal.sqlstate)  # noqa: TRY400
                sealed.damaged += 1

    def _report_end(self, task: "asyncio.Task[None]") -> None:
        self._has_ended = True
        if not task.cancelled() and (cause := task.exception()):
            log.critical("A part of the door has died: it must be restarted.", exc_info=cause)
