"""A CSV file as its rows, whatever office program wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO, Final

from safeconduct.picture.registry.engine.lists import reasons, records
from safeconduct.picture.registry.engine.lists.letters import letters_of
from safeconduct.picture.registry.engine.lists.mapping import field_of
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError
from safeconduct.picture.registry.engine.lists.records import Lines, Row

_MONTHS: Final = 12
_BLOCK: Final = 1 << 20
_SLASHED: Final = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/\d{4}(?![\d/])")
# How .xlsx and .ods, .xls, and PDF begin: what is handed in instead of the list saved from it.
_OFFICE: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


@dataclass(frozen=True)
class Table:
    """``wrong`` finds words that cannot be what was written, where the letters were guessed.

    ``month_first``: its dates are American, as 12/31/1990 in it shows.
    """

    header: list[str]
    rows: Iterator[Row]
    delimiter: str
    wrong: re.Pattern[str] | None = None
    month_first: bool = False


def read_table(file: BinaryIO) -> Table:
    """The header and a stream of rows; a few rows at most are held in memory.

    UTF-8 with or without a mark, UTF-16 with one, Windows-1251 and -1254 are told apart
    by the bytes; comma, semicolon, tab or bar by the header, or by Excel's line ``sep=``.

    :raises ListRefusedError: for an empty file, one without columns, or an office program's own.
    """
    start = file.read(4)
    file.seek(0)
    if start in _OFFICE:
        raise ListRefusedError(reasons.NOT_TEXT)
    letters = letters_of(file)
    text = TextIOWrapper(file, encoding=letters.encoding, errors="replace", newline="")
    month_first = _is_month_first(text)
    text.seek(0)
    lines = Lines(text)
    head = records.read_head(lines, field_of)
    return Table(head.header, _rows(text, lines, head), head.delimiter, letters.wrong, month_first)


def _is_month_first(text: TextIOWrapper) -> bool:
    """Some day must show it, and none the contrary; a list that shows neither is ours."""
    shown = False
    while block := text.read(_BLOCK):
        for first, second in _SLASHED.findall(block):
            if int(first) > _MONTHS:
                return False
            shown = shown or int(second) > _MONTHS
    return shown


def _rows(text: TextIOWrapper, lines: Lines, head: records.Head) -> Iterator[Row]:
    yield from records.rows(lines, head)
    # The file is its opener's: the wrapper would close it on being forgotten.
    text.detach()
