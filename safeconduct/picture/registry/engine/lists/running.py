"""A whole list, chunk after chunk: good rows in, the others back with their reasons."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Final, TextIO

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry.engine.lists.judging import Judge, Judged
from safeconduct.picture.registry.engine.lists.mapping import REASON
from safeconduct.picture.registry.engine.lists.reading import Table
from safeconduct.picture.registry.engine.lists.records import Row

CHUNK: Final = 5_000
# Where a spreadsheet would run something: at the head of a cell, or behind what it may take for
# the end of one, since what parts cells is its reader's setting. Digits behind + or - call nothing.
_FORMULA: Final = re.compile(
    r"""((?:^|[;,\t|\r\n])["\s]*)(?=[=@＝＠]|[+＋－-](?![\d\s().;,/+-]*$))"""
)


@dataclass
class Tally:
    """``changed`` were known and are bettered by this newer list; ``known`` stay as they are.

    ``kept`` are those of the known of whom the list says something else, in vain.
    ``columns_unread`` are the headings of columns nothing was taken from.
    """

    read: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    kept: int = 0
    refused: int = 0
    places_unknown: int = 0
    languages_unknown: int = 0
    columns_unread: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RefusedRows:
    """Writes refused rows as they came, with all their cells, and behind the last: why."""

    file: TextIO
    table: Table

    def write_header(self) -> None:
        self._write([*self.table.header[: self._width], REASON])

    def add(self, cells: list[str], reason: str) -> None:
        told = cells[: self._width] if len(cells) == len(self.table.header) else cells
        padded = [*told, *[""] * (self._width - len(told))]
        self._write([*padded, reason])

    @property
    def _width(self) -> int:
        """Cells of a row. A list that came back from us has its old reasons behind the last."""
        header = self.table.header
        return len(header) - (header[-1] == REASON)

    def _write(self, cells: list[str]) -> None:
        writer = csv.writer(self.file, delimiter=self.table.delimiter, lineterminator="\r\n")
        writer.writerow([_harmless(cell) for cell in cells])


def run(
    table: Table,
    judge: Judge,
    *,
    store: Callable[[list[Judged]], tuple[int, int, int]],
    refused: RefusedRows,
    progress: Callable[[Tally], None],
    columns_unread: Sequence[str] = (),
) -> Tally:
    """Judge every row and hand the good ones to ``store``: how many are new, changed, kept."""
    tally = Tally(columns_unread=list(columns_unread))
    for rows in batched(table.rows, CHUNK, strict=False):
        good = list(_good(rows, judge, refused, tally))
        new, changed, kept = store(good) if good else (0, 0, 0)
        tally.read += len(rows)
        tally.new += new
        tally.changed += changed
        tally.kept += kept
        tally.known += len(good) - new - changed
        progress(tally)
    return tally


def _good(
    rows: tuple[Row, ...], judge: Judge, refused: RefusedRows, tally: Tally
) -> Iterator[Judged]:
    for row in rows:
        judged = _judged(row, judge)
        if isinstance(judged, Judged):
            tally.places_unknown += judged.place_unknown
            tally.languages_unknown += judged.language_unknown
            yield judged
        else:
            if not tally.refused:
                refused.write_header()
            tally.refused += 1
            refused.add(row.cells, judged)


def _judged(row: Row, judge: Judge) -> Judged | str:
    """The person, or why there is none. Half a line must not pass for somebody unreachable."""
    if row.broken:
        return str(row.broken)
    try:
        judged = judge.judge(row.cells)
    except Refusal as refusal:
        return str(row.short or refusal.message)
    is_torn = row.short and not (judged.phones or judged.mails)
    return str(row.short) if is_torn else judged


def _harmless(cell: str) -> str:
    return _FORMULA.sub(r"\1'", cell)
