"""From a tap on "I am safe" to the board that counts it, through every process between them.

Real processes throughout: the answers enter the intake's door by HTTP, a drain folds them, and
the pages are served by two processes to officers who look as the page does, by the same request
at the same pace. Each answer is of somebody else, so that the board's number of those who are
safe says how many have come through: an answer is on the board of an officer with the first
number that is no smaller than its own place among the answers, by the moment it was sent.
"""

import asyncio
import random
import re
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import uuid4

import aiohttp
from django.conf import settings
from django.db import connection

from bench import BenchOptions, drain, entry, percentile
from bench.console import looking, served
from bench.pages import free_port, wait_for
from bench.storm import links
from safeconduct.cli.family import Family
from safeconduct.response.checkins.models import Round

_SECONDS: Final = 20.0
_ANSWERS: Final = 200
# One looks every twentieth of the page's pace: together they also see what a page sees that
# happens to ask at once.
_OFFICERS: Final = 20
_PATIENCE_SECONDS: Final = 30.0
# Everybody beyond those who answer is on the board and silent.
_MOST_PEOPLE: Final = 200_000
_SAFE: Final = re.compile(r'figure-good.*?class="value">(.*?)<', re.DOTALL)


@dataclass
class Watched:
    """``sent`` and ``acknowledged`` in seconds, by answer; what each officer saw, and when."""

    sent: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    refused: int = 0
    # Once all have answered: until when officers wait for the last ones.
    until: float | None = None
    seen: list[list[tuple[float, int]]] = field(
        default_factory=lambda: [[(0.0, 0)] for _ in range(_OFFICERS)]
    )

    def is_over(self, number: int) -> bool:
        """Whether this officer has seen all there is, or has waited long enough for it."""
        if self.until is None:
            return False
        return self.seen[number][-1][1] >= len(self.sent) or time.monotonic() > self.until

    @property
    def counted(self) -> int:
        """What the last of the officers saw at the end."""
        return min(looks[-1][1] for looks in self.seen)


def run(options: BenchOptions) -> dict[str, object]:
    """p95 in ms from the tap to the page of an officer, who asks once a second, as pages do."""
    seconds = options.seconds or _SECONDS
    asked = drain.asked_round(min(options.people, _MOST_PEOPLE))
    try:
        with looking() as cookies, served() as port, _counting() as door:
            url = f"http://127.0.0.1:{port}/console/board/{asked.incident_id}/live/"
            wanted = round(_ANSWERS * seconds)
            taps = [f"http://127.0.0.1:{door}/s/{link}" for link in _links(asked, wanted)]
            watched = asyncio.run(_watch(url, cookies, taps))
    finally:
        drain.forget(asked)
    return _told(watched)


@contextmanager
def _counting() -> Iterator[int]:
    """The port of a real door; behind it a real drain."""
    port = free_port()
    with ExitStack() as until_the_end:
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        family = until_the_end.enter_context(Family(logs=folder))
        family.start("intake", "intake", "--port", str(port), restart=False)
        family.start("drain", "worker", "--only", "drain", restart=False)
        wait_for(port)
        yield port


def _links(asked: Round, number: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM checkins_asked WHERE incident_id = %s ORDER BY id LIMIT %s",
            [asked.incident_id, number],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) < number:
        raise ValueError(f"{number} answers need as many people: ask for more.")
    return islice(links(ids), number)


async def _watch(url: str, cookies: dict[str, str], taps: list[str]) -> Watched:
    watched = Watched()
    limits = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    async with (
        aiohttp.ClientSession(cookies=cookies, timeout=limits) as console,
        aiohttp.ClientSession(timeout=limits) as phones,
    ):
        # The first look fills what processes remember; officers have looked before.
        for _ in range(8):
            await _look(console, url, "")
        officers = [_officer(console, url, number, watched) for number in range(_OFFICERS)]
        looks = asyncio.gather(*officers)
        await _storm(phones, taps, watched)
        watched.until = time.monotonic() + _PATIENCE_SECONDS
        await looks
    return watched


async def _storm(phones: aiohttp.ClientSession, taps: list[str], watched: Watched) -> None:
    """Each answer at its own moment, whether or not the last one was heard."""
    began, at, under_way = time.monotonic(), 0.0, []
    for tap in taps:
        at += random.expovariate(_ANSWERS)
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        under_way.append(asyncio.create_task(_tap(phones, tap, watched)))
    await asyncio.gather(*under_way)


async def _tap(phones: aiohttp.ClientSession, url: str, watched: Watched) -> None:
    form, began = {"answer": "1", "scope": "me", "key": str(uuid4())}, time.monotonic()
    async with phones.post(url, data=form) as response:
        await response.read()
    if response.status != 200:
        watched.refused += 1
        return
    watched.sent.append(began)
    watched.acknowledged.append(time.monotonic() - began)


async def _officer(console: aiohttp.ClientSession, url: str, number: int, watched: Watched) -> None:
    every = settings.BOARD["POLL_MILLISECONDS"] / 1000
    await asyncio.sleep(number * every / _OFFICERS)
    tag = ""
    while not watched.is_over(number):
        begun = time.monotonic()
        tag, counted = await _look(console, url, tag)
        # The other of the two processes may still hold what was true a moment before.
        if counted is not None and counted > watched.seen[number][-1][1]:
            watched.seen[number].append((time.monotonic(), counted))
        await asyncio.sleep(max(0.0, every - (time.monotonic() - begun)))


async def _look(console: aiohttp.ClientSession, url: str, tag: str) -> tuple[str, int | None]:
    """The validator of what the page would show, and how many are safe; None if unchanged."""
    headers = {"HX-Request": "true", "If-None-Match": tag, "Accept-Encoding": "gzip"}
    async with console.get(url, headers=headers, allow_redirects=False) as answer:
        page = await answer.text()
        assert answer.status in {200, 304}, answer.status
    if answer.status == 304:
        return tag, None
    found = _SAFE.search(page)
    assert found, "the board does not say how many are safe"
    return answer.headers["ETag"], int(re.sub(r"\D", "", found[1]) or 0)


def _told(watched: Watched) -> dict[str, object]:
    sent = sorted(watched.sent)
    by_officer = [list(_waits(sent, looks)) for looks in watched.seen]
    waits = [wait for waits in by_officer for wait in waits]
    # Whoever of them happened to ask first: what an answer takes to our side of the page.
    first = [min(answer) for answer in zip(*by_officer, strict=True)]
    return entry(
        1000 * percentile(waits, 0.95),
        "ms",
        p99_ms=round(1000 * percentile(waits, 0.99)),
        p50_ms=round(1000 * percentile(waits, 0.5)),
        polling_ms=settings.BOARD["POLL_MILLISECONDS"],
        first_p95_ms=round(1000 * percentile(first, 0.95)),
        first_p99_ms=round(1000 * percentile(first, 0.99)),
        acknowledged_p95_ms=round(1000 * percentile(watched.acknowledged, 0.95)),
        answers=len(sent),
        answers_per_s=round(len(sent) / (sent[-1] - sent[0])),
        missing=len(sent) - watched.counted,
        refused=watched.refused,
        officers=_OFFICERS,
    )


def _waits(sent: list[float], looks: list[tuple[float, int]]) -> Iterator[float]:
    """Of each answer, the seconds until this officer's number was no smaller than its place."""
    counts = [counted for _at, counted in looks]
    for place, began in enumerate(sent, start=1):
        found = bisect_left(counts, place)
        yield looks[found][0] - began if found < len(looks) else _PATIENCE_SECONDS
