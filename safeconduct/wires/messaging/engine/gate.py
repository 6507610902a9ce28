"""Leaving a provider alone when nobody answers there, and trying it with one message at a time."""

import asyncio
from collections.abc import Callable
from typing import Final

_SHORTEST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 30.0


class Gate:
    """Open for all hands, or, after a pause, for one hand that tries."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """``wake`` is called when hands may look again."""
        self.is_open = True
        self._wake = wake
        self._may_try = False
        self._trier: asyncio.Task[object] | None = None
        self._pause = 0.0

    def admits(self) -> bool:
        """Whether somebody may call now: anybody, or after a pause one that tries."""
        return self.is_open or self._may_try

    def enter(self) -> None:
        """This hand is about to call."""
        if not self.is_open:
            self._may_try, self._trier = False, asyncio.current_task()

    def abandoned(self) -> None:
        """The hand did not call after all: let another try."""
        if not self.is_open and self._trier is asyncio.current_task():
            self._may_try, self._trier = True, None
            self._wake()

    def answered(self) -> None:
        """Somebody answered there: let everybody in."""
        if not self.is_open:
            self.is_open, self._trier, self._pause = True, None, 0.0
            self._wake()

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
            self._wake()
