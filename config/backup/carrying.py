"""The journals of one machine, sealed, on their way to another."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.backup.archive import JOURNAL, add_journals
from config.backup.errors import BackupRefusedError
from config.backup.restoring import JOURNAL_NAME, keep
from config.backup.sealing import COST, SealedReader, SealedWriter


def pack(home: Path, file: IO[bytes], passphrase: str, *, cost: int = COST) -> list[str]:
    """Write what lies in the journals of a machine, sealed; their names. Nothing is removed.

    What a door writes meanwhile may be missing its end: stop it first to have all.
    """
    sealed = SealedWriter(file, passphrase, cost=cost)
    with tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        names = list(add_journals(tar, home / "journal"))
    sealed.finish()
    return names


def unpack(home: Path, file: IO[bytes], passphrase: str) -> list[str]:
    """Lay journals where the next door that starts here replays them; the names of new ones.

    All of them or, if the stream was cut off or altered, none. Names are unique wherever they
    were made: one that is here already is the same.

    :raises BackupRefusedError: for another kind of file, a wrong passphrase, or a damaged one.
    """
    drafts = []
    try:
        for name, told in _journals(file, passphrase):
            if not (home / "journal" / name).exists():
                drafts.append(keep(home, name, told))
    except BaseException:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise
    for draft in drafts:
        draft.rename(draft.with_suffix(""))
    return [draft.stem for draft in drafts]


def _journals(file: IO[bytes], passphrase: str) -> Iterator[tuple[str, bytes]]:
    with (
        SealedReader(file, passphrase) as sealed,
        tarfile.open(fileobj=sealed, mode="r|") as tar,
    ):
        for member in tar:
            name = member.name.removeprefix(JOURNAL)
            if not (member.name.startswith(JOURNAL) and JOURNAL_NAME.fullmatch(name)):
                raise BackupRefusedError("This holds a journal of a strange name.")
            told = tar.extractfile(member)
            yield name, told.read() if told else b""
        # To the last block, which says that it is the last: only then was nothing cut off.
        sealed.readall()
