"""A CSV file as its rows, whatever office program wrote it."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO, Final

from safeconduct.picture.registry.engine.lists import records
from safeconduct.picture.registry.engine.lists.records import Lines, Row

_SAMPLE: Final = 1 << 20


@dataclass(frozen=True)
class Table:
    header: list[str]
    rows: Iterator[Row]
    delimiter: str


def read_table(file: BinaryIO) -> Table:
    """The header and a stream of rows; a few rows at most are held in memory.

    UTF-8 with or without a mark, UTF-16 with one, and Windows-1251 are told apart by
    the bytes; comma, semicolon, tab or bar by the header, or by Excel's line ``sep=``.

    :raises ListRefusedError: for an empty file or one without columns.
    """
    text = TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    lines = Lines(text)
    head = records.read_head(lines)
    return Table(head.header, _rows(text, lines, head), head.delimiter)


def _rows(text: TextIOWrapper, lines: Lines, head: records.Head) -> Iterator[Row]:
    yield from records.rows(lines, head)
    # The file is its opener's: the wrapper would close it on being forgotten.
    text.detach()


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
