"""The phones of made-up nationals: they read a message and answer over the network."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from safeconduct.cli.demo import nationals

type Sending = Callable[[], AbstractAsyncContextManager[aiohttp.ClientResponse]]

log = logging.getLogger(__name__)
_AT_ONCE: Final = 64
_TRIES: Final = 10
_PAUSE_SECONDS: Final = 0.5


@dataclass
class Counts:
    read: int = 0
    answered: int = 0
    lost: int = 0


class Phones:
    """Answers each message once, after the time its reader takes. Use inside ``async with``."""

    def __init__(self, *, sms_url: str, sms_secret: str) -> None:
        self.counts = Counts()
        self._sms_url = sms_url
        self._sms_secret = sms_secret
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._busy: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Phones":
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._http.close()

    def read(self, address: str, text: str) -> None:
        """Have the holder of ``address`` read ``text``; returns at once."""
        self.counts.read += 1
        link = nationals.link_in(text)
        intended = nationals.intention(address)
        if link and intended:
            self._start(self._answer(address, link[0], intended))

    def _start(self, answering: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(answering)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _answer(self, address: str, link: str, intended: nationals.Intention) -> None:
        await asyncio.sleep(intended.after_seconds)
        by_sms = intended.by_sms and address.startswith("+")
        send = self._text(address, intended) if by_sms else self._tap(link, intended)
        if await self._until_taken(send):
            self.counts.answered += 1
        else:
            self.counts.lost += 1

    async def _until_taken(self, send: Sending) -> bool:
        """A phone without an answer tries again, with the same key; so does a gateway."""
        for attempt in range(_TRIES):
            try:
                async with self._slots, send() as response:
                    if response.status < 400:
                        return True
            except aiohttp.ClientError as failure:
                log.info("try %d was not taken: %s", attempt, type(failure).__name__)
            await asyncio.sleep(_PAUSE_SECONDS * (attempt + 1))
        return False

    def _tap(self, link: str, intended: nationals.Intention) -> Sending:
        form = {"answer": str(intended.answer), "scope": "all", "key": str(intended.key)}
        return lambda: self._http.post(link, data=form)

    def _text(self, address: str, intended: nationals.Intention) -> Sending:
        message = {
            "from": address,
            "text": str(intended.answer),
            "id": str(intended.key),
            "time": int(time.time()),
        }
        secret = {"X-Safeconduct-Secret": self._sms_secret}
        return lambda: self._http.post(self._sms_url, json=message, headers=secret)
