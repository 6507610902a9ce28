"""The local journal: where answers are kept, fsynced, while PostgreSQL is away.

One file a worker process, held by a lock for as long as its writer lives, so that a
file whose lock can be had is a file whose writer is gone or done with it: whoever gets
the lock replays it. A record is its length, its CRC-32 and its bytes. Answers are as
personal as the tables they are on the way to: files are readable to their owner only.
"""

import fcntl
import logging
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID, uuid4

log: Final = logging.getLogger(__name__)

SUFFIX: Final = ".journal"
# Bytes; longer than a report with its photos, and than any answer, as a line of COPY.
MAX_RECORD: Final = 8 * 1024 * 1024
_HEAD: Final = struct.Struct(">II")


class Journal:
    """A writer's own file, made when first needed. One call at a time: the caller queues them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.size = 0
        self._descriptor: int | None = None
        self._path: Path | None = None

    def append(self, records: Sequence[bytes]) -> None:
        """Keep the records; once this returns they survive a power cut.

        :raises OSError: if the disk refuses. Then none of them counts as kept.
        """
        descriptor = self._descriptor if self._descriptor is not None else self._begin()
        block = b"".join(_framed(record) for record in records)
        try:
            _write_all(descriptor, block)
            os.fdatasync(descriptor)
        except OSError:
            self._give_up(descriptor)
            raise
        self.size += len(block)

    def seal(self) -> None:
        """Let go of the file, for :func:`adoptable` to find. The next append begins another."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._path, self.size = None, None, 0

    def _begin(self) -> int:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.directory / f"{uuid4()}{SUFFIX}"
        draft = path.with_suffix(".draft")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        # Locked before it has its name: nobody may adopt a file between the two.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            draft.rename(path)
            _sync_directory(self.directory)
        except OSError:
            draft.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            os.close(descriptor)
            raise
        self._descriptor, self._path, self.size = descriptor, path, 0
        return descriptor

    def _give_up(self, descriptor: int) -> None:
        # After a failed fsync the kernel may call dirty pages clean: never trust this
        # file's end again. Cut it and begin another.
        try:
            if not self.size and self._path is not None:
                # Nothing in it counts as kept: a disk that is full shall not fill with such.
                self._path.unlink(missing_ok=True)
            else:
                os.ftruncate(descriptor, self.size)
        finally:
            self.seal()


@dataclass(slots=True)
class Sealed:
    """A journal nobody writes any more, locked by us."""

    path: Path
    stream: BinaryIO
    damaged: int = field(default=0, init=False)

    @property
    def id(self) -> UUID:
        return UUID(self.path.name.removesuffix(SUFFIX))

    def records(self, after: int = 0) -> Iterator[tuple[int, bytes]]:
        """Each record with the offset behind it, from offset ``after`` on.

        A torn tail ends the reading: it was never acknowledged. A record whose bytes
        no longer match is counted in ``damaged`` and passed over.
        """
        position = after
        self.stream.seek(after)
        while len(head := self.stream.read(_HEAD.size)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            # Zero bytes are what a power cut leaves of a block that was never written.
            if not 0 < length <= MAX_RECORD:
                return
            record = self.stream.read(length)
            if len(record) < length:
                return
            position += _HEAD.size + length
            if zlib.crc32(record) == checksum:
                yield position, record
            else:
                self.damaged += 1

    def remove(self) -> None:
        """Forget the file; a damaged one is put aside for somebody to look at."""
        if self.damaged:
            self.path.rename(self.path.with_suffix(".damaged"))
        else:
            self.path.unlink()
        _sync_directory(self.path.parent)


def adoptable(directory: Path) -> Iterator[Sealed]:
    """The journals whose writer is gone, oldest first, each locked until the next is asked for."""
    for path in sorted(filter(_is_ours, directory.glob(f"*{SUFFIX}")), key=_age):
        with _opened(path) as stream:
            if _locked(stream, path):
                yield Sealed(path, stream)


def journalled_bytes(directory: Path) -> int:
    """What lies in the journals here and beneath, ours and others'."""
    return sum(_size(path) for path in directory.rglob(f"*{SUFFIX}"))


def journal_files(directory: Path) -> int:
    """How many journals lie here and beneath; a damaged one counts until somebody takes it."""
    return sum(1 for path in directory.rglob("*") if path.suffix in {SUFFIX, ".damaged"})


def _is_ours(path: Path) -> bool:
    """Whether a door made this file: a copy somebody laid beside it has no mark to replay by."""
    try:
        UUID(path.name.removesuffix(SUFFIX))
    except ValueError:
        log.warning("A file among the journals is none of ours: nobody replays it.")
        return False
    return True


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("r+b")
    except PermissionError:
        log.error("A journal belongs to another user and waits: give it to the door's.")  # noqa: TRY400 -- nothing more is known
        return open(os.devnull, "r+b")  # noqa: PTH123 -- a device, not one of our paths
    except FileNotFoundError:  # another worker has replayed it meanwhile
        return open(os.devnull, "r+b")  # noqa: PTH123 -- a device, not one of our paths


def _locked(stream: BinaryIO, path: Path) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A lock on a file that was removed while we waited locks nothing.
        return os.fstat(stream.fileno()).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _framed(record: bytes) -> bytes:
    if not 0 < len(record) <= MAX_RECORD:
        raise ValueError("A journal's record has between one byte and 8 MB.")
    return _HEAD.pack(len(record), zlib.crc32(record)) + record


def _write_all(descriptor: int, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _age(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, path.name
    except FileNotFoundError:
        return 0.0, path.name


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
