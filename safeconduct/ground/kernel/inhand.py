"""How much of what is being sent may lie in memory: in all, and of one network.

Counted is what has come, not what was announced: a connection that promises two megabytes
and sends a byte now and then takes nobody's place.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class TooMuchInHandError(Exception):
    """There is no room for more of it now: come again."""


class InHand:
    """Bytes being read or written at one door."""

    def __init__(self, most: int, *, of_a_network: int) -> None:
        self._most = most
        self._of_a_network = of_a_network
        self._all = 0
        self._by_network: Counter[str] = Counter()

    @contextmanager
    def holding(self, network: str) -> Iterator["Held"]:
        """Room for one request; what it took is free again at the end."""
        held = Held(self, network)
        try:
            yield held
        finally:
            self._all -= held.size
            self._by_network[network] -= held.size
            if not self._by_network[network]:
                del self._by_network[network]

    def take(self, network: str, size: int) -> None:
        """Count more bytes from a network.

        :raises TooMuchInHandError: if there is no room for them.
        """
        if self._all + size > self._most or self._by_network[network] + size > self._of_a_network:
            raise TooMuchInHandError
        self._all += size
        self._by_network[network] += size


class Held:
    """What one request has taken of the room."""

    def __init__(self, room: InHand, network: str) -> None:
        self._room = room
        self._network = network
        self.size = 0

    def more(self, size: int) -> None:
        """:raises TooMuchInHandError: if there is no room for so many bytes."""
        self._room.take(self._network, size)
        self.size += size
