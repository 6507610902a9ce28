"""A CSV file as its rows, whatever office program wrote it."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO, Final

_SAMPLE: Final = 1 << 20
_DELIMITERS: Final = ";,\t|"
# A cell longer than this is no cell of a list of people; the csv module would buffer it whole.
_LONGEST_CELL: Final = 10_000


class ListRefusedError(Exception):
    """The file is no list we can read; the message says why, for whoever handed it in."""


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the line of the spreadsheet, the header being 1. A broken row says why."""

    number: int
    cells: list[str]
    broken: str = ""


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: Iterator[Row]
    delimiter: str


def read_table(file: BinaryIO) -> Table:
    """The header and a stream of rows; nothing but one row is held in memory.

    UTF-8 with or without a mark, UTF-16 with one, and Windows-1251 are told apart by
    the bytes; comma, semicolon, tab or bar by the header.

    :raises ListRefusedError: for an empty file or one without columns.
    """
    encoding = _encoding(file)
    text = TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    first = text.readline()
    if not first.strip():
        raise ListRefusedError("The file is empty, or its first line is.")
    delimiter = max(_DELIMITERS, key=first.count)
    header = next(csv.reader([first], delimiter=delimiter))
    if len(header) < 2 and not first.count(delimiter):
        raise ListRefusedError("The first line names no columns.")
    csv.field_size_limit(_LONGEST_CELL)
    return Table([cell.strip() for cell in header], _rows(text, delimiter, len(header)), delimiter)


def _rows(text: TextIOWrapper, delimiter: str, width: int) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter)
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            # The file is its opener's: the wrapper would close it on being forgotten.
            text.detach()
            return
        except csv.Error:
            # The csv module drops the line it stumbled over and goes on with the next.
            yield Row(number, [], "This line cannot be read.")
            continue
        if any(cell.strip() for cell in cells):
            yield Row(number, cells, _fault(cells, width))


def _fault(cells: list[str], width: int) -> str:
    if len(cells) != width:
        return f"The line has {len(cells)} cells, the header {width}."
    if any("\ufffd" in cell for cell in cells):
        return "Some letters cannot be read: save the list as UTF-8."
    if any(not cell.isprintable() and _has_control(cell) for cell in cells):
        return "A cell holds control characters."
    return ""


def _has_control(cell: str) -> bool:
    return any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in cell)


def _encoding(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_SAMPLE):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1251"
    else:
        return "utf-8-sig"
    finally:
        file.seek(0)
