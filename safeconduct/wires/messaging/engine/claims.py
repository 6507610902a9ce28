"""Where a sender looks for work: batches in the order of their lanes, onwards from where it was."""

import asyncio
from collections.abc import Iterator
from typing import Final

from psycopg import AsyncConnection, errors

from safeconduct.wires.messaging.engine import outbox
from safeconduct.wires.messaging.engine.outbox import Claimed, OpenBatch
from safeconduct.wires.messaging.terms import Lane

_END: Final = 2**63 - 1
# Retries and rescued messages lie behind where we are.
_LOOK_BACK_SECONDS: Final = 5.0


class _Place:
    """How far one sender has come in one channel of one batch.

    Claiming onwards from the last id keeps a claim's cost flat: what was sent lies
    dead in the index until vacuum, and a long expansion keeps vacuum away.
    """

    def __init__(self) -> None:
        self.above = 0
        self.dry_until = 0.0
        self.look_back_at = 0.0


class Claims:
    """The open batches and our place in each."""

    def __init__(self, *, lease_seconds: float, poll_seconds: float) -> None:
        self.batches: dict[int, OpenBatch] = {}
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._places: dict[tuple[int, int], _Place] = {}
        self._round = 0

    async def refresh(self, connection: AsyncConnection) -> None:
        """Learn of new, stopped and finished batches."""
        self.batches = await outbox.open_batches(connection, self.batches)
        self._places = {key: place for key, place in self._places.items() if key[0] in self.batches}

    def stop(self, batch_id: int) -> None:
        if batch_id in self.batches:
            self.batches[batch_id].stopped = True

    def stir(self, batch_id: int) -> None:
        """Something was put into a batch: if we had come to its end, look at it again."""
        now = asyncio.get_running_loop().time()
        for (number, _), place in self._places.items():
            if number == batch_id and place.dry_until > now:
                place.dry_until = place.look_back_at = 0.0

    async def take(
        self, connection: AsyncConnection, *, lane: Lane, channel: int, room: int
    ) -> list[Claimed]:
        """Claim up to ``room`` messages of a lane and channel; bulk batches take turns."""
        taken: list[Claimed] = []
        for batch in self._in_turn(lane):
            if room - len(taken) <= 0:
                break
            taken += await self._from(connection, batch, channel, room - len(taken))
        return taken

    def _in_turn(self, lane: Lane) -> Iterator[OpenBatch]:
        batches = [b for b in self.batches.values() if b.lane is lane and not b.stopped]
        if lane is Lane.BULK and batches:
            self._round = (self._round + 1) % len(batches)
            batches = batches[self._round :] + batches[: self._round]
        return iter(batches)

    async def _from(
        self, connection: AsyncConnection, batch: OpenBatch, channel: int, room: int
    ) -> list[Claimed]:
        place = self._places.setdefault((batch.id, channel), _Place())
        now = asyncio.get_running_loop().time()
        taken: list[Claimed] = []
        if place.above and place.look_back_at <= now:
            taken = await self._claim(connection, batch, channel, ids=(0, place.above), room=room)
            if len(taken) < room:
                place.look_back_at = now + _LOOK_BACK_SECONDS
        room -= len(taken)
        if room and place.dry_until <= now:
            found = await self._claim(
                connection, batch, channel, ids=(place.above, _END), room=room
            )
            if found:
                place.above = found[-1].id
            if len(found) < room:
                place.dry_until = now + self._poll_seconds
                # What becomes due later lies behind us as well.
                place.look_back_at = min(place.look_back_at, place.dry_until)
            taken += found
        return taken

    async def _claim(
        self,
        connection: AsyncConnection,
        batch: OpenBatch,
        channel: int,
        *,
        ids: tuple[int, int],
        room: int,
    ) -> list[Claimed]:
        try:
            return await outbox.claim(
                connection,
                batch,
                channel=channel,
                above=ids[0],
                upto=ids[1],
                limit=room,
                lease_seconds=self._lease_seconds,
            )
        except errors.UndefinedTable:
            # Forgotten as a whole, between two looks.
            batch.stopped = True
            return []
