"""Durable answers a second through the real door, beside a bare one with the same server."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection

from safeconduct.ground.kernel import clock, tokens
from safeconduct.wires.intake.terms import ANSWER_LINK

OURS, BARE = "config.intake:served", "bench.bare_door:application"
CONNECTIONS = 128
SECONDS = 5.0
WORKERS = 2
_LINKS = 20_000
_SERVE = """
import sys
from granian import Granian
from granian.constants import Interfaces, Loops, RuntimeModes
interface = Interfaces.RSGI if sys.argv[1].endswith(":served") else Interfaces.ASGI
Granian(sys.argv[1], address="127.0.0.1", port=int(sys.argv[2]), interface=interface,
        loop=Loops.uvloop, runtime_mode=RuntimeModes.st, workers=int(sys.argv[3]),
        websockets=False, backlog=2048, backpressure=2048, log_level="error").serve()
"""


def run(options: object = None) -> dict[str, Any]:
    """Answers a second, ``p99_ms``, and ``lost``: acknowledged ones that are not in the table."""
    seconds = float(getattr(options, "seconds", None) or SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM intake_rawanswer")
        before = cursor.fetchone()[0]
    paths = _paths()
    with bare_table():
        # The limit on both sides of the measurement: a shared machine is no constant.
        bare = [_measured(BARE, paths, seconds / 2)]
        ours = _measured(OURS, paths, seconds)
        bare.append(_measured(BARE, paths, seconds / 2))
    limit = sum(float(b["rate"]) for b in bare) / 2
    return {
        "value": round(ours["rate"]),
        "unit": "answers/s",
        "limit": round(limit),
        "ratio": round(ours["rate"] / limit, 2),
        "p50_ms": round(ours["p50_ms"], 1),
        "p99_ms": round(ours["p99_ms"], 1),
        "lost": ours["acknowledged"] - _kept_since(before),
        "acknowledged": ours["acknowledged"],
        "refused": ours["refused"],
        "connections": CONNECTIONS,
        "workers": WORKERS,
    }


def _paths() -> list[str]:
    mint = tokens.minter(ANSWER_LINK)
    until = (clock.now() + timedelta(days=2)).date()
    return [f"/s/{mint(tokens.Link(1 + n, until, 'az', 2))}" for n in range(_LINKS)]


def _measured(target: str, paths: list[str], seconds: float) -> dict[str, Any]:
    with serving(target, WORKERS) as port:
        return storm(port, seconds, paths=paths)


def storm(port: int, seconds: float, **what: list[str]) -> dict[str, Any]:
    """What ``bench.answerers`` saw; ``what`` are its ``paths`` or ``requests``."""
    order = {"port": port, "connections": CONNECTIONS, "seconds": seconds} | what
    done = subprocess.run(
        [sys.executable, "-m", "bench.answerers"],
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=seconds + 30,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@contextmanager
def bare_table() -> Iterator[None]:
    """Where the bare door writes."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare_answer")
        cursor.execute("CREATE TABLE bench_bare_answer (LIKE intake_rawanswer INCLUDING ALL)")
        try:
            yield
        finally:
            cursor.execute("DROP TABLE bench_bare_answer")


@contextmanager
def serving(target: str, workers: int) -> Iterator[int]:
    """An app behind Granian in processes of its own, on the port given back; ours by RSGI."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"DATABASE_URL": _database_url()}
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE, target, str(port), str(workers)],
        env=environment,
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            # What it acknowledged is in the database by now; how it leaves is measured elsewhere.
            os.killpg(server.pid, signal.SIGKILL)


def _wait_for(port: int) -> None:
    # An answer, not a connection: Granian listens before its workers have loaded the app.
    until = time.monotonic() + 30
    while True:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            asking.request("GET", "/robots.txt")
            asking.getresponse().read()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
        finally:
            asking.close()


def _database_url() -> str:
    database = connection.settings_dict
    user, host = database["USER"] or "", database["HOST"] or ""
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    where = f"{host}:{database['PORT']}" if database["PORT"] else host
    return f"postgresql://{user}{secret}@{where}/{database['NAME']}"


def _kept_since(before: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT key) FROM intake_rawanswer WHERE id > %s", [before])
        count: int = cursor.fetchone()[0]
        cursor.execute("DELETE FROM intake_rawanswer WHERE id > %s", [before])
    return count
