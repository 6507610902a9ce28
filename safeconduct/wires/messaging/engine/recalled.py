"""Messages a sender holds that are not wanted any more: told by id, dropped before the hand-off."""

import asyncio
from typing import Final

# Nobody holds a message for longer than its lease; looked through when there are so many.
_MANY: Final = 10_000


class Recalled:
    """Ids that were withdrawn while somebody held them, each for as long as a lease lasts."""

    def __init__(self, *, lease_seconds: float) -> None:
        self._lease_seconds = lease_seconds
        self._until: dict[int, float] = {}

    def hear(self, notice: str) -> None:
        """A notice as ``withdrawing`` writes it: the batch, a colon, ids with commas between."""
        now = asyncio.get_running_loop().time()
        if len(self._until) > _MANY:
            self._until = {number: end for number, end in self._until.items() if end > now}
        _batch, _, numbers = notice.partition(":")
        end = now + self._lease_seconds
        self._until.update((int(number), end) for number in numbers.split(","))

    def holds(self, number: int) -> bool:
        """Whether a delivery was withdrawn; ids are unique over all batches."""
        return bool(self._until) and number in self._until
