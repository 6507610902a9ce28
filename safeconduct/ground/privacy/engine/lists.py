"""The list of what was deleted, as files beside the database: appended, fsynced, a month each.

A line is the mark of the key, the mark of the subject and when it was deleted. A line that was
cut off says nothing and harms nobody; one that comes twice counts once.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

SUFFIX: Final = ".list"
_LINE: Final = re.compile(r"([0-9a-f]{8}) ([0-9a-f]{32}) (\d{4}-\d\d-\d\dT[\d:.]+\+00:00)")


class Line(NamedTuple):
    key: str
    ref: str
    at: datetime


def append(folder: Path, lines: Iterable[Line]) -> None:
    """Keep the lines; once this returns they survive a power cut.

    :raises OSError: if the disk refuses. Some may be kept then: they are written again.
    """
    by_file: dict[str, list[str]] = {}
    for line in lines:
        at = line.at.astimezone(UTC)
        written = f"{line.key} {line.ref} {at.isoformat()}\n"
        by_file.setdefault(f"{at:%Y-%m}{SUFFIX}", []).append(written)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, told in by_file.items():
        _append(folder / name, "".join(told).encode())
    _sync(folder)


def read(place: Path) -> Iterator[Line]:
    """The lines of a file, or of all lists in a folder; what is no line is passed over."""
    files = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place]
    for file in files:
        with file.open(encoding="ascii", errors="replace") as stream:
            for told in stream:
                if found := _LINE.fullmatch(told.rstrip("\n")):
                    yield Line(found[1], found[2], datetime.fromisoformat(found[3]))


def remove_before(folder: Path, day: datetime) -> int:
    """Remove the files of months that ended before a day; how many."""
    old = [file for file in folder.glob(f"*{SUFFIX}") if file.stem < f"{day:%Y-%m}"]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _append(path: Path, block: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # Two processes that delete at once write one after the other.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            # A power cut left half a line: what comes now must not be lost with it.
            block = b"\n" + block
        view = memoryview(block)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
