"""A sender: claims deliveries, hands them to providers, hundreds at once, and writes what became.

No database connection is held during a provider's call: claims, results and signals each
have their own, used for milliseconds. Any number of senders may run beside each other.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from psycopg import AsyncConnection, sql

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import rules
from safeconduct.wires.messaging.engine.claims import Claims
from safeconduct.wires.messaging.engine.connections import Wire
from safeconduct.wires.messaging.engine.line import Line
from safeconduct.wires.messaging.engine.outbox import Claimed
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel, Provider, later
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.engine.results import Ledger
from safeconduct.wires.messaging.engine.stock import ClosedError, Stock
from safeconduct.wires.messaging.engine.wording import NoWordsError
from safeconduct.wires.messaging.terms import STOP_SIGNAL, WORK_SIGNAL, Channel, Lane, State

_DRAIN_SECONDS: Final = 20.0
_LAST_CLAIM_SECONDS: Final = 2.0
_MOST_UNWRITTEN: Final = 2000
log = logging.getLogger(__name__)


class Sender:
    """Runs until ``leave()``; then finishes what is on its way and gives the rest back."""

    def __init__(self, providers: list[Provider], messaging: dict[str, Any] | None = None) -> None:
        self._settings = messaging or settings.MESSAGING
        hands = self._settings["IN_FLIGHT"]
        self.lines = [Line(p, hands=p.in_flight or hands) for p in providers]
        self._lease = self._settings["LEASE_SECONDS"]
        self._poll = self._settings["POLL_SECONDS"]
        self._claims = Claims(lease_seconds=self._lease, poll_seconds=self._poll)
        self._stocks: dict[Channel, Stock[Claimed]] = {p.channel: Stock() for p in providers}
        self._ledger = Ledger()
        self._wake = {lane: asyncio.Event() for lane in Lane}
        self._leaving = asyncio.Event()

    async def run(self) -> None:
        """Send until told to leave; survives a database that goes away and comes back."""
        for line in self.lines:
            await line.provider.open()
        writer = asyncio.create_task(self._ledger.write_forever())
        hands = [
            asyncio.create_task(self._work(line, reserved=number < line.reserved))
            for line in self.lines
            for number in range(line.hands)
        ]
        # Each lane has a seeker of its own: what is urgent waits for no claim of bulk.
        searches = [*(self._claim_on(lane) for lane in Lane), self._listen()]
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
        for stock in self._stocks.values():
            for claimed in stock.close():
                self._give_back(claimed)
        await asyncio.wait(hands, timeout=_DRAIN_SECONDS)
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
                    await _either(wake.wait(), self._poll)

    async def _claim_round(self, connection: AsyncConnection, lane: Lane) -> int:
        took = 0
        if self._ledger.unwritten() > _MOST_UNWRITTEN:
            # What is handed over but not written goes out again if we are killed now.
            return 0
        for channel, stock in self._stocks.items():
            room = self._room(channel) - stock.size(lane)
            if room <= self._room(channel) // 2:
                continue
            claimed = await self._claims.take(connection, lane=lane, channel=channel, room=room)
            stock.put(claimed, lane)
            took += len(claimed)
        return took

    def _wake_all(self) -> None:
        for wake in self._wake.values():
            wake.set()

    def _room(self, channel: Channel) -> int:
        return sum(line.room() for line in self.lines if line.provider.channel is channel)

    async def _listen(self) -> None:
        async with Wire("signals") as wire:
            await wire.insist(self._hear)

    async def _hear(self, connection: AsyncConnection) -> None:
        for signal in (WORK_SIGNAL, STOP_SIGNAL):
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(signal)))
        while True:
            await self._claims.refresh(connection)
            self._wake_all()
            # Leaving early may drop notices of the same moment; the refresh covers them.
            async with aclosing(connection.notifies(timeout=self._poll)) as notices:
                async for notice in notices:
                    if not self._heed(notice.channel, int(notice.payload)):
                        break

    def _heed(self, signal: str, batch_id: int) -> bool:
        """Act on a signal; returns whether we knew the batch."""
        if signal == STOP_SIGNAL:
            self._claims.stop(batch_id)
            return True
        self._claims.stir(batch_id)
        self._wake_all()
        return batch_id in self._claims.batches

    # ── handing over ─────────────────────────────────────────────────────────────────

    async def _work(self, line: Line, *, reserved: bool) -> None:
        stock = self._stocks[line.provider.channel]
        try:
            while True:
                await line.gate.enter(may_try=not reserved)
                claimed = await self._next(line, stock, reserved=reserved)
                lane = claimed.batch.lane
                if 2 * stock.size(lane) < self._room(line.provider.channel):
                    self._wake[lane].set()
                if line.gate.may_pass():
                    await self._send(line, claimed)
                else:
                    self._give_back(claimed)
        except ClosedError:
            return

    async def _next(self, line: Line, stock: Stock[Claimed], *, reserved: bool) -> Claimed:
        if line.pace is None:
            return await stock.take(reserved=reserved)
        # One hand at a time waits for leave, and only then picks: what became urgent
        # meanwhile goes first.
        async with line.turn[reserved]:
            while True:
                await stock.ready(reserved=reserved)
                await line.pace.token()
                if (claimed := stock.pick(reserved=reserved)) is not None:
                    return claimed

    async def _send(self, line: Line, claimed: Claimed) -> None:
        now = clock.now()
        if ended := _ended(claimed, now):
            self._ledger.note(
                claimed, provider=line.provider.name, state=ended, at=now, tried=False
            )
        elif claimed.leased_until - now < timedelta(seconds=line.provider.timeout):
            self._give_back(claimed)
        else:
            await self._hand_over(line, claimed)

    async def _hand_over(self, line: Line, claimed: Claimed) -> None:
        loop = asyncio.get_running_loop()
        try:
            parcel = _parcel(claimed)
        except NoWordsError as missing:
            self._settle(line, claimed, Answer(State.GAVE_UP, failure=str(missing)), clock.now())
            return
        began = loop.time()
        answer = await _answer_of(line.provider, parcel)
        now = clock.now()
        line.note(answer, seconds=loop.time() - began, now=now)
        if not answer.unreachable:
            line.gate.answered()
        elif line.gate.unanswered():
            self._return_stock(line.provider.channel)
        self._settle(line, claimed, answer, now)

    def _settle(self, line: Line, claimed: Claimed, answer: Answer, now: datetime) -> None:
        state, due, failure = answer.state, None, answer.failure
        if state is State.WAITING and not answer.unreachable:
            due = self._due(claimed, answer, now)
            state = State.WAITING if due else State.GAVE_UP
        self._ledger.note(
            claimed,
            provider=line.provider.name,
            state=state,
            at=now,
            tried=not answer.unreachable,
            twice=answer.maybe_twice and state is State.WAITING,
            ref=answer.ref,
            failure=failure,
            due=due,
        )

    def _due(self, claimed: Claimed, answer: Answer, now: datetime) -> datetime | None:
        waits = self._settings["RETRY_SECONDS"]
        not_after = claimed.batch.not_after
        due = rules.next_attempt(claimed.attempts + 1, now=now, waits=waits, not_after=not_after)
        if due is None or answer.wait is None:
            return due
        return min(max(due, now + timedelta(seconds=answer.wait)), not_after)

    def _return_stock(self, channel: Channel) -> None:
        """Hold nothing for a channel that nobody serves; its leases would run out here."""
        if not any(ln.gate.is_open for ln in self.lines if ln.provider.channel is channel):
            for claimed in self._stocks[channel].empty():
                self._give_back(claimed)

    def _give_back(self, claimed: Claimed) -> None:
        self._ledger.note(claimed, provider="", state=State.WAITING, at=clock.now(), tried=False)


async def _answer_of(provider: Provider, parcel: Parcel) -> Answer:
    """What the provider says; a mistake in its code costs this message a try, nothing more."""
    try:
        return await provider.hand_over(parcel)
    except Exception as fault:  # noqa: BLE001 -- else one message would end the sender
        kind = type(fault).__name__
        # Not what it says: that may quote the number and the text.
        log.error("The provider %s failed unforeseen: %s.", provider.name, kind)  # noqa: TRY400
        return later(f"unforeseen: {kind}", maybe_twice=True)


def _parcel(claimed: Claimed) -> Parcel:
    batch = claimed.batch
    spoken, subject, body = batch.wording.render(
        claimed.channel, claimed.language, claimed.subject_id, claimed.post_id
    )
    return Parcel(
        reference=reference(batch.id, claimed.id),
        address=claimed.address,
        subject=subject,
        body=body,
        language=spoken,
        exercise=batch.exercise,
    )


def _ended(claimed: Claimed, now: datetime) -> State | None:
    if claimed.batch.stopped:
        return State.STOPPED
    return State.EXPIRED if now >= claimed.batch.not_after else None


async def _either(work: Coroutine[Any, Any, Any], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return
