"""The board's data while fifty officers look and answers keep changing it, at a million people."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from bench import BenchOptions, drain, entry, percentile
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.missions.models import Appointment
from safeconduct.picture.rollcall.actions import record_sighting
from safeconduct.picture.rollcall.terms import Presence, Safety

_POLLERS = 50
_SECONDS = 20.0
_ACTOR = Actor.system("bench")


def run(options: BenchOptions) -> dict[str, object]:
    """p95 in ms of the live part over all polls; half of them find something changed."""
    asked = drain.asked_round(options.people)
    officer = _officer()
    try:
        with _server() as port:
            url = f"http://127.0.0.1:{port}/console/board/{asked.incident_id}/live/"
            waits, changed = asyncio.run(
                _watched(url, _session(officer), asked.incident_id, options)
            )
    finally:
        drain.forget(asked)
        _dismiss(officer)
    return entry(
        percentile(waits, 0.95),
        "ms",
        p50_ms=round(percentile(waits, 0.5)),
        polls=len(waits),
        changed=changed,
        pollers=_POLLERS,
        people=options.people,
    )


async def _watched(
    url: str, cookie: str, incident_id: int, options: BenchOptions
) -> tuple[list[float], int]:
    seconds = options.seconds or _SECONDS
    jar = {"sessionid": cookie}
    waits: list[float] = []
    async with aiohttp.ClientSession(cookies=jar) as session:
        # The first look fills what processes remember; officers have looked before.
        for _ in range(8):
            await _look(session, url, "", [])
        over = threading.Event()
        changes = asyncio.create_task(asyncio.to_thread(_change, incident_id, over))
        until = time.monotonic() + seconds
        looks = [_poll(session, url, number, until, waits) for number in range(_POLLERS)]
        changed = sum(await asyncio.gather(*looks))
        over.set()
        await changes
    return waits, changed


async def _poll(
    session: aiohttp.ClientSession, url: str, number: int, until: float, waits: list[float]
) -> int:
    every = settings.BOARD["POLL_MILLISECONDS"] / 1000
    await asyncio.sleep(number * every / _POLLERS)
    tag, changed = "", 0
    while time.monotonic() < until:
        begun = time.monotonic()
        found = await _look(session, url, tag, waits)
        changed += found != tag
        tag = found
        await asyncio.sleep(max(0.0, every - (time.monotonic() - begun)))
    return changed


async def _look(session: aiohttp.ClientSession, url: str, tag: str, waits: list[float]) -> str:
    headers = {"HX-Request": "true", "If-None-Match": tag, "Accept-Encoding": "gzip"}
    begun = time.perf_counter()
    async with session.get(url, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        assert answer.status in {200, 304}, answer.status
        waits.append((time.perf_counter() - begun) * 1000)
        return answer.headers["ETag"]


def _change(incident_id: int, over: threading.Event) -> None:
    """An answer every half second, as the drain would fold them."""
    person_id = 10**9 + 1
    while not over.wait(0.5):
        record_sighting(
            incident_id=incident_id,
            person_id=person_id,
            presence=Presence.CONFIRMED,
            safety=Safety.SAFE,
            told_by="",
            stated_at=clock.now(),
            now=clock.now(),
            actor=_ACTOR,
        )
        person_id += 1
    connection.close()


def _officer() -> Officer:
    # Neither password nor second factor could be used: the session is made beside the door.
    officer = Officer.objects.create(email=f"bench-{time.time_ns()}@mfa.example", name="Bench")
    officer.set_unusable_password()
    officer.save()
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={})
    Appointment.objects.create(officer=officer, role="duty_officer")
    return officer


def _session(officer: Officer) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(officer.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    store.save()
    return store.session_key or ""


def _dismiss(officer: Officer) -> None:
    Entry.objects.filter(actor_kind="system", actor_name="bench", seal=None).delete()
    officer.delete()


@contextmanager
def _server() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "safeconduct.cli", "serve", "--port", str(port)]
    process = subprocess.Popen([*command, "--workers", "2"], env=os.environ, start_new_session=True)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert process.poll() is None, "the server ended"
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError("the server did not open its door")
