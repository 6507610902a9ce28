"""What lies in a backup, in this order: manifest, keys, journals, the database, its row counts.

Journals come before the database: what is folded in between is in both, and an answer that
comes twice counts once. The other way round it would be in neither.
"""

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final

import orjson
import psycopg

from config.backup.errors import BackupRefusedError
from config.backup.programs import program, running
from config.backup.sealing import SealedWriter

PART: Final = 4 << 20
MANIFEST, KEYS, COUNTS = "manifest.json", "keys.json", "counts.json"
JOURNAL, DATABASE = "journal/", "database/"
# They say where the old machine was, not what the new one needs.
_NOT_KEPT: Final = frozenset({"SAFECONDUCT_HOME"})
_TABLES: Final = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n
    ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1
"""

type Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Manifest:
    """When and by which version; ``migrations`` are the applied ones, ``server`` is major."""

    made_at: str
    version: str
    server: int
    migrations: list[list[str]]


@dataclass
class Kept:
    """What a backup holds, for whoever made it."""

    file: str
    made_at: str
    bytes: int = 0
    tables: int = 0
    rows: int = 0
    journals: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Progress:
    """``begin`` is told how many tables there are, ``step`` of each that is done."""

    begin: Callable[[int], object] = lambda _tables: None
    step: Callable[[], object] = lambda: None


def make(
    path: Path, *, url: str, home: Path, passphrase: str, progress: Progress | None = None
) -> Kept:
    """Write a whole backup to ``path``; a file of that name appears only when it is complete.

    :raises BackupRefusedError: if the file is there already, or PostgreSQL's programs fail.
    """
    if path.exists():
        raise BackupRefusedError(f"{path} is there already: choose another name.")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    kept = Kept(str(path), datetime.now(UTC).isoformat(timespec="seconds"))
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            sealed = SealedWriter(file, passphrase)
            with tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                _fill(tar, kept, url, home, progress or Progress())
            sealed.finish()
            os.fsync(file.fileno())
        kept.bytes = draft.stat().st_size
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _fill(tar: tarfile.TarFile, kept: Kept, url: str, home: Path, progress: Progress) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        server = connection.info.server_version // 10_000
        manifest = Manifest(kept.made_at, version("safeconduct"), server, _applied(connection))
        _add(tar, MANIFEST, orjson.dumps(manifest))
        kept.keys = _add_keys(tar, home)
        kept.journals = list(add_journals(tar, home / "journal"))
        # One snapshot for the dump and for the counts it is checked by.
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            counts = _counted(connection)
            progress.begin(len(counts))
            _dump(tar, connection, url, program("pg_dump", server=server, home=home), progress)
    _add(tar, COUNTS, orjson.dumps(counts))
    kept.tables, kept.rows = len(counts), sum(counts.values())


def count_tables(url: str) -> dict[str, int]:
    """Rows of every table of ours, by its name; partitions each for themselves."""
    with psycopg.connect(url) as connection:
        return _counted(connection)


def _counted(connection: Connection) -> dict[str, int]:
    names = [str(row[0]) for row in connection.execute(_TABLES).fetchall()]
    counts = {}
    for name in names:
        # Quoted by PostgreSQL itself (format %I).
        row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
        counts[name] = int(str(row[0])) if row else 0
    return counts


def _applied(connection: Connection) -> list[list[str]]:
    if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
        raise BackupRefusedError("The database holds nothing of Safeconduct: run migrate first.")
    rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    return [[str(app), str(name)] for app, name in rows]


def _add_keys(tar: tarfile.TarFile, home: Path) -> list[str]:
    """Everything secret that the environment and the installation's own key file say."""
    variables = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith("SAFECONDUCT_") and name not in _NOT_KEPT
    }
    # What an installation of one machine made for itself: keys.json, and others beside it.
    files = {path.name: path.read_text() for path in sorted(home.glob("*.json"))}
    _add(tar, KEYS, orjson.dumps({"variables": variables, "files": files}))
    return [*variables, *files]


def add_journals(tar: tarfile.TarFile, folder: Path) -> Iterator[str]:
    """Answers that wait for the database. A door may be writing: a torn end is no answer yet."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".journal", ".damaged"} and (told := _read(path)):
            name = path.relative_to(folder).as_posix()
            _add(tar, JOURNAL + name, told)
            yield name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # replayed and removed meanwhile: it will be in the dump
        return b""


def _dump(
    tar: tarfile.TarFile, connection: Connection, url: str, pg_dump: Path, progress: Progress
) -> None:
    snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert snapshot is not None  # noqa: S101 -- a SELECT without FROM has one row
    words: list[str | Path] = [pg_dump, "-Fc", "-Z1", "--no-owner", "--no-privileges", "--verbose"]
    words.append(f"--snapshot={snapshot[0]}")
    with running(words, url=url, on_table=progress.step, stdout=-1) as dumping:
        assert dumping.stdout is not None  # noqa: S101 -- a pipe was asked for
        for number, part in enumerate(_parts(dumping.stdout)):
            _add(tar, f"{DATABASE}{number:08}", part)


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    """Pieces a tar file can take: it must know a member's size before its first byte."""
    while part := stream.read(PART):
        yield part


def _add(tar: tarfile.TarFile, name: str, told: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(told), 0o600
    tar.addfile(member, io.BytesIO(told))
