"""A sender: claims deliveries, hands them to providers, hundreds at once, and writes what became.

No database connection is held during a provider's call: claims, results and signals each
have their own, used for milliseconds. Any number of senders may run beside each other.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any, Final

from django.conf import settings
from psycopg import AsyncConnection, sql

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.engine.book import Book
from safeconduct.wires.messaging.engine.claims import Claims
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.desk import desks
from safeconduct.wires.messaging.engine.handing import Hands
from safeconduct.wires.messaging.engine.line import Line
from safeconduct.wires.messaging.engine.links import keep_testing
from safeconduct.wires.messaging.engine.pressure import Throttle
from safeconduct.wires.messaging.engine.providers.base import Provider
from safeconduct.wires.messaging.engine.recalled import Recalled
from safeconduct.wires.messaging.engine.results import Ledger
from safeconduct.wires.messaging.engine.routing import Pace
from safeconduct.wires.messaging.terms import (
    STOP_SIGNAL,
    WITHDRAWN_SIGNAL,
    WORK_SIGNAL,
    Lane,
)

_DRAIN_SECONDS: Final = 20.0
_LAST_CLAIM_SECONDS: Final = 2.0
_MOST_UNWRITTEN: Final = 2000
log = logging.getLogger(__name__)


class Sender:
    """Runs until ``leave()``; then finishes what is on its way and gives the rest back."""

    def __init__(self, providers: list[Provider], messaging: dict[str, Any] | None = None) -> None:
        """To be made inside the loop it runs in."""
        self._settings = messaging or settings.MESSAGING
        hands, pace = self._settings["IN_FLIGHT"], Pace.of(self._settings["ROUTING"])
        self.lines = [Line(p, hands=p.in_flight or hands, pace=pace) for p in providers]
        self._poll = self._settings["POLL_SECONDS"]
        self._claims = Claims(
            lease_seconds=self._settings["LEASE_SECONDS"], poll_seconds=self._poll
        )
        # Bulk is moved on well before it has seen nothing for as long as is promised.
        patience = self._settings["BULK_STARVES_SECONDS"] / 2
        self._desks = desks(self.lines, bulk_patience=patience)
        self._ledger = Ledger()
        self._recalled = Recalled(lease_seconds=self._settings["LEASE_SECONDS"])
        self._book = Book(self.lines)
        self._throttles = [Throttle(desk) for desk in self._desks.values()]
        self._wake = {lane: asyncio.Event() for lane in Lane}
        self._leaving = asyncio.Event()

    async def run(self) -> None:
        """Send until told to leave; survives a database that goes away and comes back."""
        try:
            # What a provider may be given, and whether any: to be known before the first message.
            await self._unless_leaving(self._book.read())
            await self._work()
        finally:
            # Here, since who is told to leave at once never begins to keep it.
            await self._book.close()

    async def _work(self) -> None:
        for line in self.lines:
            await line.provider.open()
        writer = asyncio.create_task(self._ledger.write_forever())
        hands = [asyncio.create_task(hand) for hand in self._hands()]
        # Each lane has a seeker of its own: what is urgent waits for no claim of bulk.
        searches = [*(self._claim_on(lane) for lane in Lane), self._listen(), self._judge()]
        searches += [self._book.keep(every_seconds=self._poll), keep_testing(self.lines)]
        seekers = [asyncio.create_task(search) for search in searches]
        leaving = asyncio.create_task(self._leaving.wait())
        # Whoever ends first ended by a mistake of ours, unless we are leaving.
        await asyncio.wait([leaving, writer, *seekers, *hands], return_when="FIRST_COMPLETED")
        try:
            await self._drain(writer, seekers, hands)
        finally:
            leaving.cancel()
            for line in self.lines:
                await line.provider.close()

    def leave(self) -> None:
        self._leaving.set()
        self._wake_all()

    def _hands(self) -> list[Coroutine[Any, Any, None]]:
        found = []
        for desk in self._desks.values():
            desk.when_low(lambda lane: self._wake[lane].set())
            for line in desk.lines:
                hands = Hands(line, desk, self._ledger, self._recalled, self._settings)
                found += [hands.work(reserved=n < line.reserved) for n in range(line.hands)]
        return found

    async def _drain(
        self,
        writer: asyncio.Task[None],
        seekers: list[asyncio.Task[None]],
        hands: list[asyncio.Task[None]],
    ) -> None:
        # A claim under way is let finish: cut off, its messages would wait for a lease.
        await asyncio.wait(seekers[: len(Lane)], timeout=_LAST_CLAIM_SECONDS)
        for seeker in seekers:
            seeker.cancel()
        ended = await asyncio.gather(*seekers, return_exceptions=True)
        for desk in self._desks.values():
            for claimed in desk.close():
                self._ledger.give_back(claimed, at=clock.now())
        await _ended(hands, _DRAIN_SECONDS)
        for hand in hands:
            hand.cancel()
        ended += await asyncio.gather(*hands, return_exceptions=True)
        self._ledger.leave()
        try:
            await asyncio.wait_for(writer, _DRAIN_SECONDS)
        except TimeoutError:
            log.warning("No database: %d results are lost.", self._ledger.unwritten())
        for end in ended:
            if isinstance(end, Exception):
                raise end

    # ── seeking ──────────────────────────────────────────────────────────────────────

    async def _claim_on(self, lane: Lane) -> None:
        async def claim(connection: AsyncConnection) -> int:
            return await self._claim_round(connection, lane)

        wake = self._wake[lane]
        async with Wire(f"claims {lane.name.lower()}") as wire:
            while not self._leaving.is_set():
                wake.clear()
                # A claim of unknown fate waits for the end of its lease; it was never sent.
                took = await wire.insist(claim)
                if not took:
                    await _within(wake.wait(), self._poll)

    async def _claim_round(self, connection: AsyncConnection, lane: Lane) -> int:
        took = 0
        if self._ledger.unwritten() > _MOST_UNWRITTEN:
            # What is handed over but not written goes out again if we are killed now.
            return 0
        for desk in self._desks.values():
            worth = desk.room(lane)
            room = worth - desk.held(lane)
            if not worth:
                continue
            room = room if room > worth // 2 else 0
            claimed = await self._claims.take(connection, lane=lane, desk=desk, room=room)
            desk.put(claimed, lane)
            took += len(claimed)
        return took

    def _wake_all(self) -> None:
        for wake in self._wake.values():
            wake.set()

    async def _listen(self) -> None:
        async with Wire("signals") as wire:
            await wire.insist(self._hear)

    async def _hear(self, connection: AsyncConnection) -> None:
        for signal in (WORK_SIGNAL, STOP_SIGNAL, WITHDRAWN_SIGNAL):
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(signal)))
        while True:
            await self._claims.refresh(connection)
            self._wake_all()
            # Leaving early may drop notices of the same moment; the refresh covers them.
            async with aclosing(connection.notifies(timeout=self._poll)) as notices:
                async for notice in notices:
                    if not self._heed(notice.channel, notice.payload):
                        break

    def _heed(self, signal: str, payload: str) -> bool:
        """Act on a signal; returns whether we knew the batch."""
        if signal == WITHDRAWN_SIGNAL:
            self._recalled.hear(payload)
            return True
        batch_id = int(payload)
        if signal == STOP_SIGNAL:
            self._claims.stop(batch_id)
            return True
        self._claims.stir(batch_id)
        self._wake_all()
        return batch_id in self._claims.batches

    # ── judging ──────────────────────────────────────────────────────────────────────

    async def _judge(self) -> None:
        """Once a poll interval: who gets how much, and what has been held for too long."""
        while True:
            for desk, throttle in zip(self._desks.values(), self._throttles, strict=True):
                throttle.follow(self._poll, now=asyncio.get_running_loop().time())
                desk.judge()
                for claimed in desk.surplus():
                    self._ledger.give_back(claimed, at=clock.now())
            await asyncio.sleep(self._poll)

    async def _unless_leaving(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something, or leave."""
        leaving = asyncio.create_task(self._leaving.wait())
        doing = asyncio.create_task(work)
        await asyncio.wait([leaving, doing], return_when="FIRST_COMPLETED")
        leaving.cancel()
        doing.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)


async def _ended(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    # Without a provider there are no hands, and asyncio refuses to wait for nothing.
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def _within(work: Coroutine[Any, Any, Any], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return
