"""In which letters the bytes of a list are written, and where that shows to be wrong."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

_SAMPLE: Final = 1 << 20
# Bytes that are letters in both of the Windows pages we tell apart.
_WORD: Final = re.compile(rb"[A-Za-z\xa8\xaa\xaf\xb2\xb3\xb8\xba\xbf-\xff]+")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
# A Russian word is high bytes alone; a Turkish one hardly ever. A single letter may be either's.
_ALL_HIGH: Final = re.compile(rb"[\x80-\xff]{2,}")
_ASCII: Final = re.compile(rb"[A-Za-z]")
_UTF8: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_MIXED: Final = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_NO_PLAIN: Final = re.compile(r"\b[^\W\d_a-zA-Z]{2,}\b")


class Letters(NamedTuple):
    """How a list is read. ``wrong`` finds the words that show that it is not written so."""

    encoding: str
    wrong: re.Pattern[str] | None = None


def letters_of(file: BinaryIO) -> Letters:
    """UTF-16 by its mark or zeros, UTF-8 by its form, else Windows-1251 or -1254 by their words.

    A word of Latin letters with some of the others among them is Turkish, or of another
    language written in Latin; several of the others alone are Cyrillic. Azerbaijani is in
    neither page: Excel then writes question marks, which nothing brings back.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Letters("utf-16")
    if unmarked := _unmarked_utf16(file):
        return Letters(unmarked)
    if _is_utf8(file):
        return Letters("utf-8-sig")
    whole = latin = cyrillic = 0
    for block in _blocks(file):
        here = [word for word in _WORD.findall(block) if _HIGH.search(word)]
        cyrillic += sum(_ALL_HIGH.fullmatch(word) is not None for word in here)
        latin += sum(_ASCII.search(word) is not None for word in here)
        whole += len(_UTF8.findall(block)) * 2 - len(_HIGH.findall(_UTF8.sub(b"", block)))
    if whole > 0:
        # Some letters of a list in UTF-8 are broken: their rows come back, the others go in.
        return Letters("utf-8-sig")
    return Letters("cp1254", _NO_PLAIN) if latin > cyrillic else Letters("cp1251", _MIXED)


def _unmarked_utf16(file: BinaryIO) -> str:
    """Where every other byte of what parts cells is a zero; empty if it is not so."""
    start = file.read(1 << 12)
    file.seek(0)
    zeros = [start[at::2].count(0) for at in (0, 1)]
    if max(zeros) * 4 < len(start) or min(zeros):
        return ""
    return "utf-16-be" if zeros[0] else "utf-16-le"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """All of the file, which stands at its beginning before and after."""
    file.seek(0)
    try:
        while block := file.read(_SAMPLE):
            yield block
    finally:
        file.seek(0)
