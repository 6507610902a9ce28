"""The board's data while fifty officers look and answers keep changing it, at a million people."""

import asyncio
import threading
import time

import aiohttp
from django.conf import settings
from django.db import connection

from bench import BenchOptions, drain, entry, percentile
from bench.console import looking, served
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall.actions import record_sighting
from safeconduct.picture.rollcall.terms import Presence, Safety

_POLLERS = 50
_SECONDS = 20.0
_ACTOR = Actor.system("bench")


def run(options: BenchOptions) -> dict[str, object]:
    """p95 in ms of the live part over all polls; half of them find something changed."""
    asked = drain.asked_round(options.people)
    try:
        with looking() as cookies, served() as port:
            url = f"http://127.0.0.1:{port}/console/board/{asked.incident_id}/live/"
            waits, changed = asyncio.run(_watched(url, cookies, asked.incident_id, options))
    finally:
        drain.forget(asked)
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
    url: str, jar: dict[str, str], incident_id: int, options: BenchOptions
) -> tuple[list[float], int]:
    seconds = options.seconds or _SECONDS
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
