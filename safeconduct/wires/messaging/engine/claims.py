"""Where a sender looks for work: batches in the order of their lanes, onwards from where it was."""

import asyncio
from collections.abc import Sequence
from math import ceil
from typing import Final

from psycopg import AsyncConnection, errors

from safeconduct.wires.messaging.engine import outbox
from safeconduct.wires.messaging.engine.desk import Desk
from safeconduct.wires.messaging.engine.outbox import Claimed, OpenBatch, Slice
from safeconduct.wires.messaging.terms import Lane

_END: Final = 2**63 - 1
# Retries and rescued messages lie behind where we are.
_LOOK_BACK_SECONDS: Final = 5.0
_LOOK_BACK_COST: Final = 20


class _Place:
    """How far one sender has come in one channel of one batch, or in one country of it.

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
        self._places: dict[tuple[int, int, str], _Place] = {}
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
        for (number, *_), place in self._places.items():
            if number == batch_id and place.dry_until > now:
                place.dry_until = place.look_back_at = 0.0

    async def take(
        self, connection: AsyncConnection, *, lane: Lane, desk: Desk, room: int
    ) -> list[Claimed]:
        """Claim up to ``room`` messages of a lane for a desk; posts, then batches, take turns.

        A country with a limit of its own is claimed apart, no more than it may have soon:
        else it would fill the desk, and hold up everybody.
        """
        taken: list[Claimed] = []
        for part, worth in desk.slices(room, lane):
            taken += await self._slice(connection, lane, desk, part, worth)
        return taken

    async def _slice(
        self, connection: AsyncConnection, lane: Lane, desk: Desk, part: Slice, room: int
    ) -> list[Claimed]:
        """First each batch may fill its share of what is worth holding, then whoever has more."""
        taken: list[Claimed] = []
        shares = fair_shares(self._in_turn(lane, desk.channel, part), room + len(desk.stock))
        for batch, share in shares:
            wanted = share - desk.stock.held_under((batch.post_id, batch.id))
            wanted = min(wanted, room - len(taken))
            if wanted > 0:
                taken += await self._from(connection, batch, desk.channel, wanted, part)
        for batch, _ in shares if len(shares) > 1 else []:
            if room > len(taken):
                left = room - len(taken)
                taken += await self._from(connection, batch, desk.channel, left, part)
        return taken

    def _in_turn(self, lane: Lane, channel: int, part: Slice) -> list[OpenBatch]:
        now = asyncio.get_running_loop().time()
        batches = [
            batch
            for batch in self.batches.values()
            if batch.lane is lane
            and not batch.stopped
            and self._may_look((batch.id, channel, part.country), now)
        ]
        self._round += 1
        first = self._round % len(batches) if batches else 0
        return batches[first:] + batches[:first]

    def _may_look(self, key: tuple[int, int, str], now: float) -> bool:
        place = self._places.get(key)
        return place is None or min(place.dry_until, place.look_back_at) <= now

    async def _from(
        self,
        connection: AsyncConnection,
        batch: OpenBatch,
        channel: int,
        room: int,
        part: Slice,
    ) -> list[Claimed]:
        place = self._places.setdefault((batch.id, channel, part.country), _Place())
        now = asyncio.get_running_loop().time()
        taken: list[Claimed] = []
        if place.above and place.look_back_at <= now:
            taken = await self._claim(
                connection, batch, channel, ids=(0, place.above), room=room, part=part
            )
            if len(taken) < room:
                # Where one country is looked for, there may be many rows to step over.
                took = asyncio.get_running_loop().time() - now
                place.look_back_at = now + max(_LOOK_BACK_SECONDS, _LOOK_BACK_COST * took)
        room -= len(taken)
        if room and place.dry_until <= now:
            found = await self._claim(
                connection, batch, channel, ids=(place.above, _END), room=room, part=part
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
        part: Slice,
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
                part=part,
            )
        except errors.UndefinedTable:
            # Forgotten as a whole, between two looks.
            batch.stopped = True
            return []


def fair_shares(batches: Sequence[OpenBatch], room: int) -> list[tuple[OpenBatch, int]]:
    """What each batch may hold of ``room``: the same for every post, divided by its batches."""
    by_post: dict[int | None, list[OpenBatch]] = {}
    for batch in batches:
        by_post.setdefault(batch.post_id, []).append(batch)
    return [
        (batch, max(1, ceil(room / len(by_post) / len(by_post[batch.post_id]))))
        for batch in batches
    ]
