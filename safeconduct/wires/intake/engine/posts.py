"""Names and numbers of the posts, kept on disk for a door that starts without PostgreSQL."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import orjson
import psycopg
from django.db import Error as DatabaseError

from safeconduct.wires.intake.engine.ports import MINISTRY, PostLine

log = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 60.0
_READ_SECONDS: Final = 5.0


class Posts:
    def __init__(
        self, read: Callable[[], Awaitable[Mapping[int, PostLine]]], kept_in: Path
    ) -> None:
        self._read = read
        self._path = kept_in / "posts.json"
        self._lines = self._kept()
        # Grows with each change: pages made for an earlier one are stale.
        self.version = 0

    def line(self, post_id: int) -> PostLine | None:
        """The post's line or the ministry's; None if we were never told either."""
        return self._lines.get(post_id) or self._lines.get(MINISTRY)

    async def refresh_forever(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    async def refresh(self) -> bool:
        """Ask again and keep the answer; whether there was one."""
        try:
            async with asyncio.timeout(_READ_SECONDS):
                lines = dict(await self._read())
        except (TimeoutError, DatabaseError, psycopg.Error, OSError) as cause:
            log.info("Posts cannot be read (%s): those known are kept.", type(cause).__name__)
            return False
        if lines != self._lines:
            self._lines = lines
            self.version += 1
            await asyncio.to_thread(self._keep)
        return True

    def _kept(self) -> dict[int, PostLine]:
        try:
            kept = orjson.loads(self._path.read_bytes())
            return {int(key): PostLine(*value) for key, value in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            log.warning("The posts kept on disk cannot be read; PostgreSQL will tell.")
            return {}

    def _keep(self) -> None:
        draft = self._path.with_suffix(f".{os.getpid()}")
        lines = {str(key): [dict(x.names), x.emergency_number] for key, x in self._lines.items()}
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(orjson.dumps(lines))
            draft.replace(self._path)
        except OSError:
            log.warning("The posts cannot be kept on disk.")
