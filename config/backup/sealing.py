"""A stream nobody reads or alters without the passphrase.

The file begins with a line of ASCII and a line of JSON that say how the key is made (scrypt,
RFC 7914). Then come blocks, each with its length in four bytes before it: AES-256-GCM under
a nonce that counts the blocks and marks the last one, so that none can be left out, moved or
cut off; the two lines are authenticated with every block.
"""

import hmac
import io
import os
import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Self

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from config.backup.errors import BackupRefusedError

if TYPE_CHECKING:
    # What the reader's base class takes, known to type checkers alone.
    from _typeshed import WriteableBuffer

MAGIC: Final = b"safeconduct-backup-1\n"
BLOCK: Final = 1 << 20
# 2^17 blocks of 1 KiB: 128 MiB and a third of a second for every guess.
COST: Final = 17
_TAG: Final = 16
_KEY: Final = 32
_LENGTH: Final = struct.Struct(">I")


@dataclass(frozen=True)
class _Seal:
    """The key of one file and the lines it begins with."""

    cipher: AESGCM
    head: bytes

    def nonce(self, number: int, *, last: bool) -> bytes:
        return number.to_bytes(11) + bytes([last])


class SealedWriter(io.RawIOBase):
    """Takes what a backup holds and writes it sealed; only a closed one is whole."""

    def __init__(self, file: IO[bytes], passphrase: str, *, cost: int = COST) -> None:
        salt = os.urandom(16)
        key, check = _derived(passphrase, salt, cost)
        words = {"kdf": "scrypt", "cost": cost, "salt": salt.hex(), "check": check.hex()}
        head = MAGIC + orjson.dumps(words) + b"\n"
        self._file, self._seal = file, _Seal(AESGCM(key), head)
        self._rest, self._number = bytearray(), 0
        file.write(head)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]  # any buffer there; bytes are all a tar file writes
        self._rest += data
        # The last block may be full but never empty-handed: it is kept until the end is known.
        while len(self._rest) > BLOCK:
            self._put(bytes(self._rest[:BLOCK]), last=False)
            del self._rest[:BLOCK]
        return len(data)

    def finish(self) -> None:
        """Write the last block. Without it the file is refused as cut off."""
        self._put(bytes(self._rest), last=True)
        self._rest.clear()

    def _put(self, block: bytes, *, last: bool) -> None:
        nonce = self._seal.nonce(self._number, last=last)
        sealed = self._seal.cipher.encrypt(nonce, block, self._seal.head)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class SealedReader(io.RawIOBase):
    """Gives back what was sealed.

    :raises BackupRefusedError: for a file of another kind, a wrong passphrase, and, while
        it is read, for one that was altered or cut off.
    """

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self._file, self._seal = file, _opened(file, passphrase)
        self._rest, self._number, self._over = b"", 0, False

    def __enter__(self) -> Self:
        return self

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        if not self._rest and not self._over:
            self._rest = self._next()
        taken = min(len(view), len(self._rest))
        view[:taken], self._rest = self._rest[:taken], self._rest[taken:]
        return taken

    def _next(self) -> bytes:
        length = self._file.read(_LENGTH.size)
        if len(length) < _LENGTH.size:
            raise BackupRefusedError("The file is cut off: part of the backup is missing.")
        size = _LENGTH.unpack(length)[0]
        if not _TAG <= size <= BLOCK + _TAG:
            raise BackupRefusedError(_DAMAGED)
        sealed = self._file.read(size)
        if len(sealed) < size:
            raise BackupRefusedError("The file is cut off: part of the backup is missing.")
        return self._unsealed(sealed)

    def _unsealed(self, sealed: bytes) -> bytes:
        for last in (False, True):
            nonce = self._seal.nonce(self._number, last=last)
            try:
                block = self._seal.cipher.decrypt(nonce, sealed, self._seal.head)
            except InvalidTag:
                continue
            self._number, self._over = self._number + 1, last
            return block
        raise BackupRefusedError(_DAMAGED)


_DAMAGED: Final = "The file is damaged or was altered: nothing of it can be trusted."


def _opened(file: IO[bytes], passphrase: str) -> _Seal:
    """The seal of a file whose two lines fit the passphrase."""
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupRefusedError("This is no backup of Safeconduct, or of a newer version.")
    line = file.readline(1000)
    try:
        words = orjson.loads(line)
        salt, cost = bytes.fromhex(words["salt"]), int(words["cost"])
        said = bytes.fromhex(words["check"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as failure:
        raise BackupRefusedError(_DAMAGED) from failure
    # A forged head could ask for all the memory there is.
    if not 1 <= cost <= 20:
        raise BackupRefusedError(_DAMAGED)
    key, check = _derived(passphrase, salt, cost)
    if not hmac.compare_digest(check, said):
        raise BackupRefusedError("The passphrase is wrong.")
    return _Seal(AESGCM(key), MAGIC + line)


def _derived(passphrase: str, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    """The key, and beside it what tells a wrong passphrase from a damaged file."""
    made = Scrypt(salt=salt, length=_KEY + 16, n=1 << cost, r=8, p=1).derive(passphrase.encode())
    return made[:_KEY], made[_KEY:]
