"""Leaving a provider alone when nobody answers there, and trying it with one message at a time."""

import asyncio
from collections import deque
from typing import Final

_SHORTEST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 30.0


class Gate:
    """Open for all hands, or, after a pause, for one hand that tries."""

    def __init__(self) -> None:
        self.is_open = True
        self._may_try = False
        self._trier: asyncio.Task[object] | None = None
        self._pause = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, *, may_try: bool) -> None:
        """Wait until the gate is open, or until this hand is the one to try."""
        task = asyncio.current_task()
        while not self.is_open and self._trier is not task:
            if may_try and self._may_try:
                self._may_try, self._trier = False, task
                return
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def may_pass(self) -> bool:
        """Whether this hand may call now: the gate may have shut while it waited for work."""
        return self.is_open or self._trier is asyncio.current_task()

    def answered(self) -> None:
        """Somebody answered there: let everybody in."""
        if not self.is_open:
            self.is_open, self._trier, self._pause = True, None, 0.0
            self._wake_all()

    def unanswered(self) -> bool:
        """Nobody answered: shut for a while, twice as long as the last time.

        Returns whether this call shut it; calls under way when it shut change nothing.
        """
        if not self.is_open and self._trier is not asyncio.current_task():
            return False
        self.is_open, self._trier = False, None
        self._pause = min(max(_SHORTEST_PAUSE, 2 * self._pause), _LONGEST_PAUSE)
        asyncio.get_running_loop().call_later(self._pause, self._let_one_try)
        return True

    def _let_one_try(self) -> None:
        if not self.is_open:
            self._may_try = True
            self._wake_all()

    def _wake_all(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
