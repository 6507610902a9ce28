"""A whole list, chunk after chunk: good rows in, the others back with their reasons."""

import csv
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
# A spreadsheet runs a cell that begins so; a telephone number after + or - is none of its business.
_FORMULA: Final = ("=", "@", "\t", "\r")


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
        self._write([*self.table.header, REASON])

    def add(self, cells: list[str], reason: str) -> None:
        width = len(self.table.header)
        padded = [*cells, *[""] * (width - len(cells))]
        self._write([*padded, reason])

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
        try:
            reason = row.broken
            judged = None if reason else judge.judge(row.cells)
        except Refusal as refusal:
            reason, judged = str(refusal.message), None
        if judged is None:
            if not tally.refused:
                refused.write_header()
            tally.refused += 1
            refused.add(row.cells, reason)
        else:
            tally.places_unknown += judged.place_unknown
            tally.languages_unknown += judged.language_unknown
            yield judged


def _harmless(cell: str) -> str:
    risky = cell.startswith(_FORMULA) or (cell[:1] in "+-" and not cell[1:2].isdigit())
    return f"'{cell}" if cell and risky else cell
