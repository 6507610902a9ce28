"""The way back: a sealed file into an empty database and a home of its own."""

import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final

import orjson
import psycopg

from config.backup.archive import (
    COUNTS,
    DATABASE,
    JOURNAL,
    KEYS,
    MANIFEST,
    Manifest,
    Progress,
    count_tables,
)
from config.backup.errors import BackupRefusedError
from config.backup.programs import program, running
from config.backup.sealing import SealedReader

ENVIRONMENT: Final = "restored.env"
_ANYTHING: Final = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
JOURNAL_NAME: Final = re.compile(r"([a-z]+/)?[0-9a-f-]{36}\.(journal|damaged)")

type Migrations = set[tuple[str, str]]


@dataclass
class Restored:
    """What came back, for whoever asked for it."""

    made_at: str
    version: str
    tables: int = 0
    rows: int = 0
    journals: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass
class Backup:
    """An opened backup whose manifest and keys have been read, and whose rest has not."""

    manifest: Manifest
    variables: Mapping[str, str]
    files: Mapping[str, str]
    _tar: tarfile.TarFile
    _rest: Iterator[tarfile.TarInfo]

    def restored(self) -> Restored:
        return Restored(
            self.manifest.made_at,
            self.manifest.version,
            variables=sorted(self.variables),
            files=sorted(self.files),
        )

    def into_home(self, home: Path) -> None:
        """Keys where they belong; those of another installation are kept beside them.

        Variables are written to ``restored.env`` below ``home``, for a service manager.
        """
        home.mkdir(parents=True, exist_ok=True)
        for name, told in self.files.items():
            path = home / Path(name).name
            if path.exists() and path.read_text() != told:
                path.rename(path.with_name(f"{path.name}.before-restore"))
            _write(path, told.encode())
        if self.variables:
            lines = [f"{name}={_quoted(value)}\n" for name, value in self.variables.items()]
            _write(home / ENVIRONMENT, "".join(lines).encode())

    def into_database(self, *, url: str, home: Path, progress: Progress | None = None) -> Restored:
        """Fill the database and lay the journals where a door finds them; what came back.

        :raises BackupRefusedError: if the database holds anything, if the file turns out
            damaged (then the database stays empty), or if a table differs from its count.
        """
        done, progress = self.restored(), progress or Progress()
        refuse_filled(url)
        drafts, counts = self._stream(url, home, progress)
        for draft in drafts:
            draft.rename(draft.with_suffix(""))
            done.journals.append(draft.stem)
        _refuse_different(counts, count_tables(url))
        done.tables, done.rows = len(counts), sum(counts.values())
        return done

    def _stream(
        self, url: str, home: Path, progress: Progress
    ) -> tuple[list[Path], dict[str, int]]:
        drafts: list[Path] = []
        counts: dict[str, int] = {}
        member = next(self._rest, None)
        while member is not None and member.name.startswith(JOURNAL):
            drafts.append(self._keep_journal(member, home))
            member = next(self._rest, None)
        progress.begin(len(self.manifest.migrations))
        with _filling(url, home, progress.step) as database:
            while member is not None and member.name.startswith(DATABASE):
                database.write(self._read(member))
                member = next(self._rest, None)
            if member is None or member.name != COUNTS:
                raise BackupRefusedError("The file is cut off: part of the backup is missing.")
            counts = orjson.loads(self._read(member))
            # To the last block, which says that it is the last: only then is the file whole.
            next(self._rest, None)
        return drafts, counts

    def _keep_journal(self, member: tarfile.TarInfo, home: Path) -> Path:
        name = member.name.removeprefix(JOURNAL)
        if not JOURNAL_NAME.fullmatch(name):
            raise BackupRefusedError("The backup holds a journal of a strange name.")
        return keep(home, name, self._read(member))

    def _read(self, member: tarfile.TarInfo) -> bytes:
        return _told(self._tar, member)


def keep(home: Path, name: str, told: bytes) -> Path:
    """A journal under a name that no door takes yet, to be renamed once all is there."""
    draft = home / "journal" / f"{name}.restoring"
    for folder in (home / "journal", draft.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(draft, told)
    return draft


@contextmanager
def opened(path: Path, passphrase: str) -> Iterator[Backup]:
    """A backup, ready to be put back.

    :raises BackupRefusedError: if it is none, the passphrase is wrong, or it is damaged.
    """
    with ExitStack() as held:
        file = held.enter_context(path.open("rb"))
        sealed = held.enter_context(SealedReader(file, passphrase))
        tar = held.enter_context(tarfile.open(fileobj=sealed, mode="r|"))
        rest = iter(tar)
        manifest = Manifest(**orjson.loads(_named(tar, rest, MANIFEST)))
        keys = orjson.loads(_named(tar, rest, KEYS))
        yield Backup(manifest, keys["variables"], keys["files"], tar, rest)


def refuse_newer(manifest: Manifest, known: Migrations) -> None:
    """:raises BackupRefusedError: if this version does not know what the backup was made with."""
    unknown = sorted({(app, name) for app, name in manifest.migrations} - known)
    if unknown:
        raise BackupRefusedError(
            f"The backup is of a newer version ({manifest.version}): this one does not know "
            f"{'.'.join(unknown[0])}. Install that version first."
        )


def _named(tar: tarfile.TarFile, rest: Iterator[tarfile.TarInfo], name: str) -> bytes:
    member = next(rest, None)
    if member is None or member.name != name:
        raise BackupRefusedError(f"The backup has no {name}.")
    return _told(tar, member)


def _told(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    held = tar.extractfile(member)
    return held.read() if held is not None else b""


def refuse_filled(url: str) -> None:
    """:raises BackupRefusedError: if the database holds a table, a view or a sequence."""
    with psycopg.connect(url) as connection:
        row = connection.execute(_ANYTHING).fetchone()
    if row and row[0]:
        raise BackupRefusedError(
            "The database is not empty. A backup goes into a new one: nothing is overwritten."
        )


def _refuse_different(wanted: Mapping[str, int], there: Mapping[str, int]) -> None:
    different = sorted(
        name for name in {*wanted, *there} if wanted.get(name, 0) != there.get(name, 0)
    )
    if different:
        raise BackupRefusedError(
            f"The database is filled, but {len(different)} tables do not hold what was backed up, "
            f"{different[0]} for one. Do not use it."
        )


@contextmanager
def _filling(url: str, home: Path, on_table: Callable[[], object]) -> Iterator[IO[bytes]]:
    """`pg_restore` at work in one transaction: a damaged file leaves the database empty."""
    with psycopg.connect(url) as connection:
        server = connection.info.server_version // 10_000
    words: list[str | Path] = [
        program("pg_restore", server=server, home=home),
        *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"),
        *("--verbose", "--dbname", str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])),
    ]
    with running(words, url=url, on_table=on_table, stdin=-1) as restoring:
        assert restoring.stdin is not None  # noqa: S101 -- a pipe was asked for
        yield restoring.stdin


def _quoted(value: str) -> str:
    """For systemd's EnvironmentFile and for a shell alike (systemd.exec(5))."""
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def _write(path: Path, told: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(told)
        file.flush()
        os.fsync(file.fileno())
