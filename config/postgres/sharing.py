"""How long a server lives: shared by whoever works here, or thrown away with a test run."""

import fcntl
import logging
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from config.postgres.account import Account, server_account
from config.postgres.binaries import ServerRefusedError, programs
from config.postgres.server import Server

log = logging.getLogger(__name__)
_WATCH_SECONDS: Final = 0.5
# sockaddr_un holds 108 bytes with the final zero; PostgreSQL appends /.s.PGSQL.65535.lock.
_LONGEST_SOCKET_FOLDER: Final = 85


@contextmanager
def running(home: Path, *, throwaway: bool = False, network: str = "") -> Iterator[Server]:
    """A server that answers for as long as the context lasts.

    Kept servers live below ``home`` and are shared: the first process starts it,
    the last one out stops it, and whoever is inside starts it again if it dies.
    A throwaway server is in memory where there is room, forgets everything, and
    goes with this process, however that ends. A new cluster also listens in ``network``,
    our address in it and its bits, for other machines of ours.

    :raises ServerRefusedError: if no server can run here; the message says why.
    """
    with _thrown_away(home) if throwaway else _shared(home, network) as server:
        yield server


@contextmanager
def _shared(home: Path, network: str) -> Iterator[Server]:
    base = home / "postgres"
    base.mkdir(parents=True, exist_ok=True)
    server = _server(base, home, throwaway=False)
    server.network = network
    with (base / "users.lock").open("w") as users:
        with _locked(base / "start.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.ensure()
        leave = _watch(server)
        try:
            yield server
        finally:
            leave()
            with _locked(base / "start.lock"):
                _last_one_out(users, server)


def _last_one_out(users: IO[str], server: Server) -> None:
    # The kernel drops the lock of a process that was killed: nobody is counted who is not there.
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        server.leave()
        return
    server.stop()


@contextmanager
def _thrown_away(home: Path) -> Iterator[Server]:
    base = Path(tempfile.mkdtemp(prefix="safeconduct-", dir=_roomy()))
    server_account().own(base)
    server = _server(base, home, throwaway=True)
    undertaker = _undertaker(base)
    try:
        server.ensure()
        yield server
    finally:
        if undertaker.stdin is not None:
            undertaker.stdin.close()
        undertaker.wait()
        server.leave()


def _undertaker(base: Path) -> "subprocess.Popen[bytes]":
    """A shell that ends the server and clears its folder once our end of its pipe is gone."""
    script = (
        'cat >/dev/null; pid=$(head -n1 "$1/data-18/postmaster.pid" 2>/dev/null) && '
        'kill -QUIT "$pid" 2>/dev/null; '
        'for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e "$1/data-18/postmaster.pid" ] || break; '
        'sleep 0.1; done; rm -rf "$1"'
    )
    return subprocess.Popen(
        ["sh", "-c", script, "sh", str(base)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _roomy() -> str | None:
    """Shared memory if it has room (a container's default 64 MiB has not), else the usual place."""
    shared = Path("/dev/shm")  # noqa: S108 -- the folder made in it is new and ours alone
    if shared.is_dir() and os.access(shared, os.W_OK):
        there = os.statvfs(shared)
        if there.f_bavail * there.f_frsize > 2 << 30:
            return str(shared)
    return None


def _server(base: Path, home: Path, *, throwaway: bool) -> Server:
    if len(str(base / "socket")) > _LONGEST_SOCKET_FOLDER:
        raise ServerRefusedError(f"{base} is too long for a socket: set SAFECONDUCT_HOME shorter.")
    account = server_account()
    _refuse_unreachable(base, account)
    return Server(base, account, throwaway, programs(home / "postgres", account))


def _refuse_unreachable(base: Path, account: Account) -> None:
    with account.command("sh", "-c", 'cd "$1"', "sh", base, stderr=subprocess.DEVNULL) as walk:
        if walk.wait():
            raise ServerRefusedError(
                f"The database server's user cannot reach {base}: set SAFECONDUCT_HOME to a "
                "folder whose parents others may pass through, or set DATABASE_URL."
            )


def _watch(server: Server) -> Callable[[], None]:
    """Start the server again whenever it is found dead; returns what ends the watch."""
    left = threading.Event()

    def look() -> None:
        while not left.wait(_WATCH_SECONDS):
            if not server.answers():
                with _locked(server.base / "start.lock"):
                    if not left.is_set():
                        _ensure(server)

    watcher = threading.Thread(target=look, name="postgres-watch", daemon=True)
    watcher.start()

    def leave() -> None:
        left.set()
        watcher.join()

    return leave


def _ensure(server: Server) -> None:
    try:
        server.ensure()
    except ServerRefusedError as refused:
        # Whoever waits for the database still waits: the disk may have room again in a minute.
        log.warning("%s", refused)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
