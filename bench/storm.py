"""Phones that answer one link after another over the network and come again until told yes."""

import asyncio
from collections.abc import Iterator
from datetime import date
from itertools import count
from uuid import UUID, uuid4

import aiohttp

from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.wires.intake.rules import key_of
from safeconduct.wires.intake.terms import ANSWER_LINK, Answer, Scope

_PAUSE_SECONDS = 0.05
_LAST_DAY = date(2027, 12, 31)


def links(asked_ids: list[int]) -> Iterator[str]:
    """The end of an answer link for each asked-id in turn, without end."""
    for turn in count():
        asked_id = asked_ids[turn % len(asked_ids)]
        yield mint(Link(asked_id, _LAST_DAY, "az", 1), purpose=ANSWER_LINK)


class Storm:
    """Answers for asked-ids in turn, round and round, each time with a key of its own."""

    def __init__(
        self, port: int, asked_ids: list[int], *, phones: int, host: str = "127.0.0.1"
    ) -> None:
        self._url = f"http://{host}:{port}/s/"
        self._links = links(asked_ids)
        self._phones = phones
        self._over = False
        self.received: set[UUID] = set()
        self.turned_away = 0

    async def rage(self, seconds: float) -> None:
        """Answer for so many seconds; whoever got no yes by then keeps trying until they do."""
        limits = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=limits) as http:
            phones = [asyncio.create_task(self._phone(http)) for _ in range(self._phones)]
            await asyncio.sleep(seconds)
            self._over = True
            await asyncio.gather(*phones)

    async def _phone(self, http: aiohttp.ClientSession) -> None:
        while not self._over:
            key, link = uuid4(), self._url + next(self._links)
            while not await self._taken(http, link, key):
                self.turned_away += 1
                await asyncio.sleep(_PAUSE_SECONDS)
            # An answer is known by the phone's key mixed with what it says.
            self.received.add(UUID(key_of(key.bytes, Answer.SAFE, Scope.ME)))

    async def _taken(self, http: aiohttp.ClientSession, link: str, key: UUID) -> bool:
        form = {"answer": "1", "scope": "me", "key": str(key)}
        try:
            async with http.post(link, data=form) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
