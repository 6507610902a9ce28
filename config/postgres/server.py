"""The life of the embedded server: made, started, shared, found dead and started again, stopped."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_interface
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import pq, sql

from config.postgres import tuning
from config.postgres.account import Account
from config.postgres.binaries import ServerRefusedError

DATABASE: Final = "safeconduct"
ROLE: Final = "safeconduct"
_SUPERUSER: Final = "postgres"
_START_SECONDS: Final = 30.0
# Recovery of a large log after a crash takes its time; the server says that it is at it.
_RECOVERY_SECONDS: Final = 600.0
_HBA: Final = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""

type Connection = psycopg.Connection[tuple[object, ...]]


@dataclass
class Server:
    """One server below ``base``; ``url`` is what goes into DATABASE_URL."""

    base: Path
    account: Account
    throwaway: bool
    programs: Path
    # ``address/bits`` of a network of ours that may reach it too, besides this machine.
    network: str = ""
    _process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The address of another database of this server, password included."""
        kept = self._state()
        password = quote(str(kept["password"]), safe="")
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{kept['port']}/{quote(database, safe='')}"

    @property
    def data(self) -> Path:
        return self.base / "data-18"

    @property
    def sockets(self) -> Path:
        return self.base / "socket"

    def pid(self) -> int | None:
        """The postmaster's process id by its own file, which outlives a kill -9."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def answers(self) -> bool:
        # A killed child stays in the process table until we look, and keeps its successor out.
        if self._process is not None:
            self._process.poll()
        return self._ping() == pq.Ping.OK

    def ensure(self) -> None:
        """Make the cluster if there is none and have it answer. The caller holds the start lock."""
        if not self.data.exists():
            self._make()
        if not self.answers():
            self._start()
        self._ensure_role()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, all that was committed is on disk."""
        pid = self.pid()
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT if self.throwaway else signal.SIGINT)
        until = time.monotonic() + _START_SECONDS
        while (self.data / "postmaster.pid").exists() and time.monotonic() < until:
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.02)
        self.leave()

    def ensure_database(self, name: str) -> None:
        """Another database beside the first, owned by the same role."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            _create_database(connection, name)

    def leave(self) -> None:
        """Let the server go on without us, or take note that it ended."""
        if self._process is not None and self._process.poll() is None:
            # Not ours to wait for: without this Python warns of a child left behind.
            self._process.returncode = 0
        self._process = None

    def _state(self) -> dict[str, object]:
        kept: dict[str, object] = json.loads((self.base / "state.json").read_text())
        return kept

    def _keep(self, **changes: object) -> None:
        path = self.base / "state.json"
        kept = self._state() if path.exists() else {}
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept | changes))
        draft.replace(path)

    def _make(self) -> None:
        self._keep(
            port=_free_port(),
            password=secrets.token_urlsafe(24),
            superuser_password=secrets.token_urlsafe(24),
        )
        if not self.sockets.exists():
            self.sockets.mkdir(mode=0o700)
            self.account.own(self.sockets)
        draft = self.base / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.own(draft)
        self._initdb(draft)
        rules = _HBA
        if self.network:
            rules += f"host all all {ip_interface(self.network).network} scram-sha-256\n"
        (draft / "pg_hba.conf").write_text(rules)
        with (draft / "postgresql.conf").open("a") as conf:
            conf.write("include 'safeconduct.conf'\n")
        # The name appears only when all of it is there: a start cut short begins anew.
        draft.rename(self.data)

    def _initdb(self, folder: Path) -> None:
        words = [
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]
        words += ["--no-sync"] if self.throwaway else []
        # In a file of the server's user: an argument list is everybody's to read.
        password = self.sockets / "password"
        password.touch(mode=0o600)
        self.account.own(password)
        password.write_text(f"{self._state()['superuser_password']}\n")
        with self.account.command(
            self.programs / "initdb",
            *("-D", folder, "-U", _SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}"),
            *words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
        ) as made:
            said, _ = made.communicate()
        password.unlink()
        if made.returncode:
            raise ServerRefusedError(f"The database cluster cannot be made: {said.strip()}")

    def _address(self) -> str:
        return self.network.partition("/")[0]

    def _configure(self) -> None:
        if not _is_free(int(str(self._state()["port"]))):
            self._keep(port=_free_port())
        chosen = tuning.parameters(tuning.memory(), throwaway=self.throwaway) | {
            "listen_addresses": ",".join(["127.0.0.1", *filter(None, [self._address()])]),
            "port": str(self._state()["port"]),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
        }
        lines = "".join(f"{name} = '{value}'\n" for name, value in chosen.items())
        (self.data / "safeconduct.conf").write_text(lines)

    def _start(self) -> None:
        begun = time.monotonic()
        while (state := self._ping()) != pq.Ping.OK:
            waited = time.monotonic() - begun
            if waited > (_RECOVERY_SECONDS if state == pq.Ping.REJECT else _START_SECONDS):
                raise ServerRefusedError(
                    f"PostgreSQL does not answer; its log ends:\n{self._log_end()}"
                )
            # One that is killed takes a moment to go; a second beside it would only be refused,
            # and the first, forgotten, would keep its place in the process table for good.
            gone = self._process is None or self._process.poll() is not None
            if gone and state == pq.Ping.NO_RESPONSE:
                if waited > _START_SECONDS / 6:
                    self._end_orphans()
                self._launch()
            time.sleep(0.05)

    def _launch(self) -> None:
        self._configure()
        with (self.base / "log").open("a") as log:
            self._process = self.account.command(
                *(self.programs / "postgres", "-D", self.data),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
            )

    def _end_orphans(self) -> None:
        """End what a killed postmaster left: its backends hold the shared memory of the next."""
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (entry / "cwd").readlink() == self.data:
                    os.kill(int(entry.name), signal.SIGKILL)

    def _ping(self) -> pq.Ping:
        # By the socket in our own folder: on the port somebody else might answer.
        where = f"host={self.sockets} port={self._state()['port']} connect_timeout=5"
        return pq.Ping(pq.PGconn.ping(where.encode()))

    def _ensure_role(self) -> None:
        kept = self._state()
        if kept.get("database"):
            return
        with psycopg.connect(
            host="127.0.0.1",
            port=str(kept["port"]),
            user=_SUPERUSER,
            password=str(kept["superuser_password"]),
            dbname="postgres",
            autocommit=True,
        ) as connection:
            _create_role(connection, str(kept["password"]))
            _create_database(connection, DATABASE)
        self._keep(database=DATABASE)

    def _log_end(self) -> str:
        return "\n".join((self.base / "log").read_text(errors="replace").splitlines()[-8:])


def _create_role(connection: Connection, password: str) -> None:
    """The role we work as: no superuser, as on a ministry's own server."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
    role = sql.Identifier(ROLE)
    if known is None:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, sql.Literal(password))
        )
    connection.execute(sql.SQL("GRANT pg_checkpoint, pg_monitor TO {}").format(role))


def _create_database(connection: Connection, name: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if known is None:
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
            ).format(sql.Identifier(name), sql.Identifier(ROLE))
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
