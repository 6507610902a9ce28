"""PostgreSQL's own `pg_dump` and `pg_restore`: which of those here, and how they are told where."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

from psycopg.conninfo import conninfo_to_dict

from config.backup.errors import BackupRefusedError
from config.postgres.account import Account
from config.postgres.binaries import ServerRefusedError
from config.postgres.binaries import programs as embedded

_DEBIAN: Final = Path("/usr/lib/postgresql")
_PROGRESS: Final = re.compile(r"(dumping contents of|processing data for) table")
_OPTIONS: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def program(name: str, *, server: int, home: Path) -> Path:
    """``pg_dump`` or ``pg_restore`` as new as the server (major version) at least.

    The machine's own first: they speak TLS, which the embedded ones do not.

    :raises BackupRefusedError: if none is new enough.
    """
    for folder in _folders(home):
        found = folder / name
        if found.exists() and _major(found) >= server:
            return found
    raise BackupRefusedError(
        f"No {name} of PostgreSQL {server} or newer is here: "
        f"apt-get install postgresql-client-{server}"
    )


@contextmanager
def running(
    words: list[str | Path], *, url: str, on_table: Callable[[], object], **pipes: int
) -> "Iterator[subprocess.Popen[bytes]]":
    """The program at work on the database of ``url``; ``on_table`` is told of each table.

    :raises BackupRefusedError: if it fails, with what it said last.
    """
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with subprocess.Popen(  # type: ignore[call-overload]  # pipes vary by caller
        [os.fspath(word) for word in words],
        env=surroundings | _told(url),
        stderr=subprocess.PIPE,
        **pipes,
    ) as process:
        said: list[str] = []
        listener = Thread(target=_listen, args=(process.stderr, said, on_table), daemon=True)
        listener.start()
        try:
            yield process
        except BrokenPipeError:
            # It ended before it had read everything: what it said tells why.
            pass
        except BaseException:
            process.kill()
            raise
        finally:
            _close(process)
            process.wait()
            listener.join()
    if process.returncode:
        raise BackupRefusedError(f"{Path(words[0]).name} failed: {' '.join(said[-3:])}")


def _close(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        try:
            process.stdin.close()
        except BrokenPipeError:
            return


def _listen(lines: Iterator[bytes], said: list[str], on_table: Callable[[], object]) -> None:
    for line in lines:
        text = line.decode(errors="replace").strip()
        if _PROGRESS.search(text):
            on_table()
        elif "error" in text.lower() or "fatal" in text.lower():
            said.append(text)


def _told(url: str) -> dict[str, str]:
    """The surroundings that name the database: in an argument everybody could read the password."""
    known = conninfo_to_dict(url)
    return {_OPTIONS[name]: str(value) for name, value in known.items() if name in _OPTIONS}


def _folders(home: Path) -> Iterator[Path]:
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    versions = [path for path in _DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(versions, key=lambda path: -int(path.parent.name))
    try:
        yield embedded(home / "postgres", Account())
    except ServerRefusedError:
        return


def _major(found: Path) -> int:
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)", said)
    return int(number.group(1)) if number else 0
