"""What a sender has claimed and not yet handed over: urgent first, and at a provider's pace."""

import asyncio
from collections import deque
from collections.abc import Iterable

from safeconduct.wires.messaging.terms import Lane


class ClosedError(Exception):
    """The sender is leaving: nothing more is taken from the stock."""


class Stock[Item]:
    """Two queues of one channel. Whoever takes gets the urgent before the bulk."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Item]] = {lane: deque() for lane in Lane}
        self._waiting: dict[bool, deque[asyncio.Future[None]]] = {True: deque(), False: deque()}
        self._closed = False

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def size(self, lane: Lane) -> int:
        return len(self._lanes[lane])

    def put(self, items: Iterable[Item], lane: Lane) -> None:
        queue = self._lanes[lane]
        before = len(queue)
        queue.extend(items)
        added = len(queue) - before
        if lane is Lane.URGENT:
            added -= self._wake(added, reserved=True)
        self._wake(added, reserved=False)

    async def take(self, *, reserved: bool) -> Item:
        """The next message; a ``reserved`` hand takes urgent ones only.

        :raises ClosedError: once the stock is closed.
        """
        await self.ready(reserved=reserved)
        item = self.pick(reserved=reserved)
        while item is None:
            await self.ready(reserved=reserved)
            item = self.pick(reserved=reserved)
        return item

    async def ready(self, *, reserved: bool) -> None:
        """Wait until there probably is something to take.

        :raises ClosedError: once the stock is closed.
        """
        while not self._closed and not self._has(reserved=reserved):
            turn = asyncio.get_running_loop().create_future()
            self._waiting[reserved].append(turn)
            await turn
        if self._closed:
            raise ClosedError

    def pick(self, *, reserved: bool) -> Item | None:
        """The next message if there is one."""
        for lane in (Lane.URGENT,) if reserved else Lane:
            if self._lanes[lane]:
                return self._lanes[lane].popleft()
        return None

    def empty(self) -> list[Item]:
        """Take everything out at once."""
        left = [item for lane in Lane for item in self._lanes[lane]]
        for queue in self._lanes.values():
            queue.clear()
        return left

    def close(self) -> list[Item]:
        """Let nobody take any more; returns what is left."""
        self._closed = True
        left = self.empty()
        for reserved in (True, False):
            self._wake(len(self._waiting[reserved]), reserved=reserved)
        return left

    def _has(self, *, reserved: bool) -> bool:
        return bool(self._lanes[Lane.URGENT]) or (not reserved and bool(self._lanes[Lane.BULK]))

    def _wake(self, count: int, *, reserved: bool) -> int:
        woken, waiting = 0, self._waiting[reserved]
        while woken < count and waiting:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                woken += 1
        return woken


class Pace:
    """A token bucket: at most ``per_second`` a second, with a tenth of a second saved up."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second / 10)
        self._tokens = self._most
        self._counted_at = asyncio.get_running_loop().time()

    async def token(self) -> None:
        """Wait for leave to send one message."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            earned = (now - self._counted_at) * self._per_second
            self._tokens = min(self._most, self._tokens + earned)
            self._counted_at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            await asyncio.sleep((1 - self._tokens) / self._per_second)
