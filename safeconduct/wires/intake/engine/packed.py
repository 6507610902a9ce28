"""Pages with gaps, compressed once: what all readers share is packed ahead of time.

A gzip file may be made of any number of deflate blocks (RFC 1951, 3.2.3; RFC 1952). Each
shared piece is packed by itself, ends on a whole byte and refers to nothing before it; what
a reader has for himself goes between as a stored block. So a page costs a few
microseconds instead of being compressed for everybody anew.
"""

import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK: Final = b"\x01\x00\x00\xff\xff"
_STORED: Final = struct.Struct("<BHH")
_TAIL: Final = struct.Struct("<II")
_LONGEST_STORED: Final = 0xFFFF


class Page:
    """A page made once, with gaps where marks stood."""

    def __init__(self, body: bytes, marks: Sequence[bytes]) -> None:
        gaps = re.compile(b"(%s)" % b"|".join(map(re.escape, marks)))
        self.pieces = gaps.split(body)
        self.packed = [_packed(piece) for piece in self.pieces]

    def filled(self, own: Mapping[bytes, bytes]) -> "Filled":
        """The page for one reader, ``own`` in its gaps."""
        return Filled(self, own)


@dataclass(slots=True)
class Filled:
    """One reader's page, in either form."""

    page: Page
    own: Mapping[bytes, bytes]

    def plain(self) -> bytes:
        pieces = self.page.pieces.copy()
        # Between any two pieces that all readers share lies a mark.
        pieces[1::2] = [self.own[mark] for mark in pieces[1::2]]
        return b"".join(pieces)

    def gzipped(self) -> bytes:
        """One gzip member that unpacks to :meth:`plain`."""
        plain, blocks = self.plain(), self.page.packed.copy()
        blocks[1::2] = [_stored(self.own[mark]) for mark in self.page.pieces[1::2]]
        tail = _TAIL.pack(zlib.crc32(plain), len(plain))
        return b"".join((_HEAD, *blocks, _LAST_BLOCK, tail))


def _packed(piece: bytes) -> bytes:
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(piece) + press.flush(zlib.Z_FULL_FLUSH)


def _stored(own: bytes) -> bytes:
    if len(own) <= _LONGEST_STORED:
        return _STORED.pack(0, len(own), len(own) ^ _LONGEST_STORED) + own if own else b""
    blocks = []
    for start in range(0, len(own), _LONGEST_STORED):
        part = own[start : start + _LONGEST_STORED]
        blocks.append(_STORED.pack(0, len(part), len(part) ^ _LONGEST_STORED) + part)
    return b"".join(blocks)
