"""Which lines of a list stand together under one family's mark, and whether it counts anew.

Lists of two offices put together have a family 1 twice: the mark alone merges them. Where a list
keeps its families together and counts upwards, a mark that comes back further down is taken for
a second family's; where it is sorted by name, or not at all, marks come back everywhere and mean
what they say.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from safeconduct.picture.registry.engine.lists.judging import Judged

# Of so many steps from block to block one may go down without the list being in disorder.
_STEPS_A_FALL: Final = 4
_NUMBER: Final = re.compile(r"\d+(?=\D*$)")


@dataclass
class Block:
    """Lines of one mark that stand together; ``party_id`` once it is known whose they are.

    A mixed one has people of several stored families.
    """

    mark: str
    rows: list[Judged] = field(default_factory=list)
    party_id: int | None = None
    is_mixed: bool = False


@dataclass
class Order:
    """How the marks of a list follow each other, as far as it has been read."""

    last: Block | None = None
    # Mark → of how many blocks.
    times: Counter[str] = field(default_factory=Counter)
    climbs: int = 0
    falls: int = 0
    # Blocks of several lines.
    several: int = 0

    def doubts(self, mark: str) -> bool:
        """Whether lines of this mark that stand apart may be of two families.

        The list keeps families together and counts them; the first fall proves nothing.
        """
        is_ordered = (self.falls - 1) * _STEPS_A_FALL <= self.climbs + self.falls
        return self.times[mark] > 1 and self.several > 0 and is_ordered

    def blocks(self, rows: Sequence[Judged]) -> list[Block]:
        """The further rows, by block; one that reaches over from before is the same again."""
        marked = (row for row in rows if row.party)
        return [self._block(mark, list(lines)) for mark, lines in groupby(marked, _mark)]

    def _block(self, mark: str, lines: list[Judged]) -> Block:
        if self.last and self.last.mark == mark:
            block = self.last
        else:
            self._step_to(mark)
            block = self.last = Block(mark)
            self.times[mark] += 1
        self.several += len(block.rows) < 2 <= len(block.rows) + len(lines)
        block.rows += lines
        return block

    def _step_to(self, mark: str) -> None:
        before, after = _number(self.last.mark) if self.last else None, _number(mark)
        if before is not None and after is not None:
            self.climbs += after > before
            self.falls += after < before


def _mark(row: Judged) -> str:
    return row.party


def _number(mark: str) -> int | None:
    found = _NUMBER.search(mark)
    return int(found[0][:15]) if found else None
