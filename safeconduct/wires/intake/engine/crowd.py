"""Telling a flood from a camp: a network that sends more than people do is read last.

A camp, a family or a whole operator's customers may share one address, so an address alone
never shuts anybody out: what it sends beyond its share is kept without photos and read after
what others sent. Only what no camp sends is refused, and a registered party's own link passes
even then. Networks are known by a keyed digest that lives as long as the process, in memory.
"""

import math
import os
from hashlib import blake2b
from typing import Final, NamedTuple

from safeconduct.ground.kernel.networks import network_of
from safeconduct.wires.intake.engine.pace import REMEMBERED, Pace

# How many times its share a network may send before more of it is refused.
REFUSED_AT: Final = 20
# However many doors share an allowance, at one of them a family of twelve may say all it has
# to say: each that they are here, and each a call for help.
LEAST: Final = 24


# Bytes of one network that are kept within ten minutes with photos, and within twice as many
# without; a family of twelve with all its photos is half of it.
MOST_KEPT: Final = 100 * 1024 * 1024
_LEAST_KEPT: Final = 48 * 1024 * 1024
_TEN_MINUTES: Final = 600.0


class Verdict(NamedTuple):
    """``crowded`` is kept without photos and read last; ``refused`` is asked to come later."""

    crowded: bool
    refused: bool


class Crowd:
    """Counts reports by network within the running minute.

    Doors know nothing of one another: asking somebody for every report would make all of them
    wait for him. So each of ``doors`` gives a network its part of what it may send in all.
    """

    def __init__(self, a_minute: int, *, doors: int = 1) -> None:
        self._key = os.urandom(16)
        share = part_of(a_minute, doors)
        self._share = Pace(share)
        self._most = Pace(share * REFUSED_AT)
        self._weights = Weights()
        self._kept = min(MOST_KEPT, max(_LEAST_KEPT, MOST_KEPT // max(1, doors)))

    def judge(self, sender: str, at: float) -> Verdict:
        """What becomes of one more report from an address, at a moment in Unix seconds."""
        mark = self._mark(sender)
        within, bearable = self._share.allows(mark, at), self._most.allows(mark, at)
        return Verdict(crowded=not within, refused=not bearable)

    def weigh(self, sender: str, size: int, photos: int, at: float) -> Verdict:
        """The same by what it weighs; ``crowded`` here costs the photos alone.

        What is refused, or left out, is not counted: nothing of it fills a disk.
        """
        mark = self._mark(sender)
        weight = self._weights.of(mark, at)
        crowded = weight + size + photos > self._kept
        refused = weight + size > 2 * self._kept
        if not refused:
            self._weights.add(mark, size + (0 if crowded else photos))
        return Verdict(crowded=crowded, refused=refused)

    def _mark(self, sender: str) -> int:
        digest = blake2b(network_of(sender).encode(), key=self._key, digest_size=8)
        return int.from_bytes(digest.digest())


class Weights:
    """Bytes by network within the running ten minutes."""

    def __init__(self) -> None:
        self._window = 0
        self._bytes: dict[int, int] = {}

    def of(self, mark: int, at: float) -> int:
        window = int(at // _TEN_MINUTES)
        if window != self._window or len(self._bytes) > REMEMBERED:
            self._window, self._bytes = window, {}
        return self._bytes.get(mark, 0)

    def add(self, mark: int, size: int) -> None:
        self._bytes[mark] = self._bytes.get(mark, 0) + size


def part_of(a_minute: int, doors: int) -> int:
    """What one of so many doors lets a network send in a minute."""
    return min(a_minute, max(LEAST, math.ceil(a_minute / max(1, doors))))
