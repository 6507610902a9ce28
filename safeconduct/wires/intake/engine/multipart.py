"""Reading ``multipart/form-data`` as it arrives (RFC 7578, RFC 2046, 5.1).

What is longer than its field may be is dropped while it streams past: a form without script
sends photos as the camera made them, and the words beside them must not be refused for it.
"""

import re
from dataclasses import dataclass, field
from typing import Final

# Bytes of a part's own headers; beyond, it is no form of a browser.
_LONGEST_HEAD: Final = 4096
_MOST_PARTS: Final = 64
_BOUNDARY: Final = re.compile(rb'boundary="?([^";,]{1,70})"?', re.IGNORECASE)
_NAME: Final = re.compile(rb'\bname="([^"]{1,60})"', re.IGNORECASE)
_IS_FILE: Final = re.compile(rb"\bfilename\*?=", re.IGNORECASE)


class NotAFormError(Exception):
    """The body does not keep to the form it says it is."""


@dataclass(slots=True)
class Part:
    """One field; of a long one only its beginning, and ``size`` says how long it was."""

    name: str
    is_file: bool
    limit: int
    size: int = 0
    _pieces: list[bytes] = field(default_factory=list)
    _held: int = 0

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        if self._held <= self.limit:
            # One byte more than allowed tells later that it was too long.
            kept = piece[: self.limit + 1 - self._held]
            self._pieces.append(kept)
            self._held += len(kept)

    @property
    def content(self) -> bytes:
        return b"".join(self._pieces)[: self.limit]


class FormReader:
    """Fed with pieces of a body; ``parts`` are complete once all of it was fed."""

    def __init__(
        self, content_type: bytes, *, text_limit: int, file_limit: int, most_files: int
    ) -> None:
        found = _BOUNDARY.search(content_type)
        if found is None:
            raise NotAFormError
        self._mark = b"\r\n--" + found[1]
        # As if a line ended before the body: its first boundary reads like all others.
        self._buffer = b"\r\n"
        self._limits = (text_limit, file_limit)
        self._files_left = most_files
        self._open: Part | None = None
        self._at_head = False
        self._over = False
        self.parts: list[Part] = []

    def feed(self, piece: bytes) -> None:
        """:raises NotAFormError: for headers or parts beyond all forms."""
        self._buffer += piece
        while not self._over and (self._read_head() if self._at_head else self._read_body()):
            pass

    def _read_head(self) -> bool:
        if self._buffer.startswith(b"--"):
            self._over = True
            return False
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_HEAD:
                raise NotAFormError
            return False
        self._open = self._part(self._buffer[:end])
        self._buffer = self._buffer[end + 4 :]
        self._at_head = False
        return True

    def _read_body(self) -> bool:
        at = self._buffer.find(self._mark)
        is_whole = at >= 0
        # The beginning of a boundary may be the end of what has come so far.
        until = at if is_whole else max(len(self._buffer) - len(self._mark) + 1, 0)
        if self._open is not None:
            self._open.take(self._buffer[:until])
        self._buffer = self._buffer[until + len(self._mark) if is_whole else until :]
        if is_whole:
            self._close()
        return is_whole

    def _close(self) -> None:
        if self._open is not None:
            self.parts.append(self._open)
        if len(self.parts) > _MOST_PARTS:
            raise NotAFormError
        self._open, self._at_head = None, True

    def _part(self, head: bytes) -> Part | None:
        name = _NAME.search(head)
        if name is None:
            return None
        is_file = bool(_IS_FILE.search(head))
        self._files_left -= is_file
        limit = 0 if is_file and self._files_left < 0 else self._limits[is_file]
        return Part(name[1].decode("latin-1"), is_file, limit)
