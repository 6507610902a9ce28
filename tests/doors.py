"""The real door in a process of its own, over the test's database."""

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.wires.intake.terms import ANSWER_LINK

_GIVEN_AWAY = Path("/proc/sys/net/ipv4/ip_local_port_range")
_COMMAND = "from safeconduct.cli import main; main()"


def link(asked_id: int, *, language: str = "az", post_id: int = 2) -> str:
    """The path of an answer link that holds for years."""
    told = Link(asked_id, date(2037, 1, 1), language, post_id)
    return f"/s/{mint(told, purpose=ANSWER_LINK)}"


def free_port() -> int:
    """A port for what listens a moment later, or is killed and listens there again.

    None the kernel gives to whoever connects somewhere: one of those may be taken meanwhile.
    """
    lowest = int(_GIVEN_AWAY.read_text().split()[0]) if _GIVEN_AWAY.exists() else 32_768
    while True:
        # Each test begins with the same random numbers, beside others that do.
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", 0 if lowest < 31_000 else port))
            return free.getsockname()[1]


class DoorProcess:
    """``safeconduct intake`` on a port of loopback; journals go beneath ``folder``."""

    command = "intake"
    probe = "/robots.txt"

    def __init__(
        self, folder: Path, *, database_url: str = "", port: int = 0, **environment: str
    ) -> None:
        self.port = port or free_port()
        self._environment = os.environ | {
            "DATABASE_URL": database_url or database_url_of_test(),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            # The test settings keep journals in the temporary directory.
            "TMPDIR": str(folder),
            **environment,
        }
        self.journal = folder / "safeconduct-test-journal"
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        # A session of its own: killing it must take Granian's workers along.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _COMMAND, self.command, "--port", str(self.port)],
            env=self._environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            self._until_open()
        except BaseException:
            # Nobody else knows of it yet; it would hold the test's database for ever.
            self.kill()
            raise

    def _until_open(self) -> None:
        # Two processes load Django, one after the other: 4 s, more where much else is done.
        end = time.monotonic() + 180
        while not self._answers():
            assert time.monotonic() < end, "the door does not open"
            assert self._process.poll() is None, "the door has closed"
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9, workers and all: no goodbye."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=60)

    def stop(self) -> None:
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()

    def _answers(self) -> bool:
        # An answer, not a connection: Granian listens before its workers have loaded the app.
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asking.request("GET", self.probe)
            return asking.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()


class PagesProcess(DoorProcess):
    """``safeconduct serve``: the pages of citizens and officers."""

    command = "serve"
    probe = "/verify/"


@contextmanager
def working(*arguments: str, **environment: str) -> Iterator[None]:
    """A command of ours that serves nobody, until it is told to stop."""
    settings = {
        "DATABASE_URL": database_url_of_test(),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *arguments],
        env=os.environ | settings | environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
        assert process.poll() is None, f"{arguments} has ended by itself"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=60)


@contextmanager
def open_pages(folder: Path, *, port: int, **how: str) -> Iterator[PagesProcess]:
    pages = PagesProcess(folder, port=port, **how)
    try:
        yield pages
    finally:
        pages.stop()


@contextmanager
def open_door(folder: Path, **how: str) -> Iterator[DoorProcess]:
    door = DoorProcess(folder, **how)
    try:
        yield door
    finally:
        door.stop()


def database_url_of_test() -> str:
    """Where the database of this test run is reached."""
    known = connection.settings_dict
    password = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    where = f"{known['USER']}{password}@"
    host = known["HOST"] or ""
    if host.startswith("/"):
        return f"postgresql://{where}/{known['NAME']}?host={quote(host)}&port={known['PORT']}"
    return f"postgresql://{where}{host}:{known['PORT'] or 5432}/{known['NAME']}"
