"""Granian's workers hear one signal each, and end with the process that started them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_family import is_gone, until

SERVER = """
import sys
from granian import Granian
from granian.constants import Interfaces
from safeconduct.cli.serving import serve
serve(Granian("wsgiref.simple_server:demo_app", port=int(sys.argv[1]), interface=Interfaces.WSGI))
"""


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def served() -> Iterator[tuple[int, int]]:
    """A server in a group of its own, as a terminal starts it: its pid and its worker's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], process_group=0)
    try:
        until(lambda: _answers(port))
        (worker,) = _children(server.pid)
        until(lambda: os.getpgid(worker) == worker)
        yield server.pid, worker
    finally:
        server.kill()
        server.wait()


def test_what_a_terminal_says_to_the_group_reaches_the_worker_once(
    served: tuple[int, int],
) -> None:
    server, worker = served
    os.killpg(server, signal.SIGINT)
    until(lambda: is_gone(worker) and is_gone(server))


def test_no_worker_outlives_a_server_that_was_killed(served: tuple[int, int]) -> None:
    server, worker = served
    os.kill(server, signal.SIGKILL)
    until(lambda: is_gone(worker))
