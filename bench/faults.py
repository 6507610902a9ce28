"""Full-length faults: every process killed once under load, the database away for 20 seconds.

An alert to 50 000 people is expanded and sent while phones answer without pause. Meanwhile
intake, sender, jobs, drain and postmaster are killed with SIGKILL, and the line to PostgreSQL
is cut. Counted afterwards, in the tables and at the gateway: answers acknowledged but gone,
messages in no named state, messages a phone got twice, and of those the ones not flagged.
Then the providers' part, for half a minute: one is slow and one lies (:mod:`bench.troubled`).
"""

import asyncio
import json
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psycopg
from django.db import OperationalError, close_old_connections, connection

from bench import BenchOptions, entry, troubled
from bench.line import Line, line_to
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from bench.sending import local_server
from bench.storm import Storm
from config import env
from config.postgres import running
from safeconduct.cli.family import Family
from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.actions import release_alert
from safeconduct.response.alerts.models import Release
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.messaging.terms import State

_PEOPLE: Final = 50_000
_PHONES: Final = 16
_STORM_SECONDS: Final = 75.0
_AWAY_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 300.0
_PORT: Final = 8910


@dataclass(frozen=True)
class World:
    """What the deeds of the plan may lay hands on."""

    family: Family
    line: Line
    server_pid: Callable[[], int | None]


def run(options: BenchOptions) -> dict[str, object]:
    """Answers and messages lost (``value``), and what was ``stranded``, ``repeated`` …"""
    killed = _under_kills(options)
    blamed = troubled.run()
    both = {key: killed[key] + blamed[key] for key in blamed}
    return entry(both["lost"], "lost", **killed | both)


def _under_kills(options: BenchOptions) -> dict[str, int]:
    ensure_people(replace(options, people=min(options.people, _PEOPLE)))
    alert_signal = bench_signal(_PEOPLE)
    with ExitStack() as until_the_end:
        until_the_end.callback(forget, alert_signal)
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        heard = folder / "heard.jsonl"
        gateway = until_the_end.enter_context(
            local_server("local_gateway", "--delay-ms", "100", "--out", str(heard))
        )
        line = until_the_end.enter_context(line_to(options.database_url))
        family = until_the_end.enter_context(Family(logs=folder))
        _start(family, line, gateway)
        release = _release(alert_signal)
        world = World(family, line, _postmaster(until_the_end))
        storm = Storm(_PORT, _asked_ids(release, family), phones=_PHONES)
        asyncio.run(_play(world, storm))
        _settle(release, family)
        return _reckoned(release, storm, heard)


def _start(family: Family, line: Line, gateway: int) -> None:
    provider = {
        "kind": "http_json",
        "channel": "sms",
        "url": f"http://127.0.0.1:{gateway}/send",
        "in_flight": 100,
    }
    mail = provider | {"channel": "email"}
    surroundings = {
        "DATABASE_URL": line.url,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "SAFECONDUCT_PROVIDERS": json.dumps({"sms": provider, "mail": mail}),
    }
    for name, *words in (
        ("intake", "intake", "--port", str(_PORT)),
        ("sender", "sender"),
        ("jobs", "worker", "--only", "jobs"),
        ("drain", "worker", "--only", "drain"),
    ):
        family.start(name, *words, surroundings=surroundings)


def _release(alert_signal: Signal) -> Release:
    writer, releaser = officers()
    alert = submitted(alert_signal, writer)
    return release_alert(alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser)


def _postmaster(until_the_end: ExitStack) -> Callable[[], int | None]:
    """The embedded server's process; nobody where DATABASE_URL names a server of one's own."""
    if os.environ.get("SAFECONDUCT_EMBEDDED") == "0":
        return lambda: None
    return until_the_end.enter_context(running(env.home())).pid


async def _play(world: World, storm: Storm) -> None:
    """The storm, and beside it the plan: so many seconds after its beginning, that deed."""
    plan: tuple[tuple[float, Callable[[], None]], ...] = (
        (3, lambda: _kill(world.family, "jobs")),
        (6, lambda: _kill(world.family, "intake")),
        (10, lambda: _kill(world.family, "sender")),
        (14, lambda: _kill(world.family, "drain")),
        (20, lambda: _kill_postmaster(world)),
        (35, world.line.cut),
        (35 + _AWAY_SECONDS, world.line.mend),
        (62, lambda: _kill(world.family, "sender")),
        (64, lambda: _kill(world.family, "intake")),
    )
    raging = asyncio.create_task(storm.rage(_STORM_SECONDS))
    began = time.monotonic()
    for after, deed in plan:
        while time.monotonic() - began < after:
            world.family.mend()
            await asyncio.sleep(0.1)
        deed()
    while not raging.done():
        world.family.mend()
        await asyncio.sleep(0.1)
    await raging


def _kill(family: Family, name: str) -> None:
    process = family.children[name].process
    if process is not None:
        for pid in [*_descendants(process.pid), process.pid]:
            os.kill(pid, signal.SIGKILL)


def _kill_postmaster(world: World) -> None:
    pid = world.server_pid()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in listed.read_text().split()] if listed.exists() else []
    return [found for child in children for found in (*_descendants(child), child)]


def _asked_ids(release: Release, family: Family) -> list[int]:
    """Whoever was asked in the first chunk; expansion goes on while they answer."""
    found: list[int] = []

    def first_chunk() -> bool:
        nonlocal found
        question = "SELECT id FROM checkins_asked WHERE round_id = %s ORDER BY id LIMIT 2000"
        found = [row[0] for row in _rows(question, release.round_id)]
        return bool(found)

    _until(first_chunk, family)
    return found


def _settle(release: Release, family: Family) -> None:
    """Wait until all is expanded, sent and folded; what is late by then is counted as it is."""

    def settled() -> bool:
        release.refresh_from_db()
        waiting = _rows("SELECT count(*) FROM intake_rawanswer")[0][0]
        return bool(release.expanded_at) and not waiting and not _open_messages(release)

    try:
        _until(settled, family)
    except TimeoutError:
        return


def _open_messages(release: Release) -> int:
    question = "SELECT count(*) FROM messaging_delivery WHERE batch_id = %s AND state = ANY(%s)"
    return int(_rows(question, release.batch_id, [State.WAITING, State.CLAIMED])[0][0])


def _reckoned(release: Release, storm: Storm, heard: Path) -> dict[str, int]:
    kept = {row[0] for row in _rows("SELECT key FROM checkins_reply")}
    kept |= {row[0] for row in _rows("SELECT key FROM checkins_unclear")}
    times = Counter(json.loads(line)["to"] for line in heard.read_text().splitlines())
    flagged = {
        row[0]
        for row in _rows(
            "SELECT address FROM messaging_delivery WHERE batch_id = %s AND maybe_twice",
            release.batch_id,
        )
    }
    repeated = {address for address, number in times.items() if number > 1}
    return {
        "lost": len(storm.received - kept),
        "stranded": _open_messages(release),
        "repeated": len(repeated),
        "unflagged": len(repeated - flagged),
        "acknowledged": len(storm.received),
        "turned_away": storm.turned_away,
        "sent": sum(times.values()),
        "expanded": release.expanded_at is not None,
    }


def _rows(question: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- whatever SQL takes
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def _until(come: Callable[[], bool], family: Family) -> None:
    """:raises TimeoutError: if it does not come about; a database that restarts is waited for."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        family.mend()
        try:
            if come():
                return
        except (OperationalError, psycopg.OperationalError):
            close_old_connections()
        time.sleep(0.25)
    raise TimeoutError("The system did not settle.")
