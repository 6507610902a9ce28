"""Twenty minutes of ordinary load: does anything grow, does anything slow down?

200 messages and 100 answers a second through real processes, and every second a look at the
memory of each and at how late it is. What is said at the end compares the second half with
the first, a tenth for warming up left out. Asked for by name: `--only soak`, shorter with
`--seconds`.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
from django.db import connection

from bench import BenchOptions, entry, percentile
from bench.people import ensure_people
from bench.releasing import bench_signal, forget, officers, submitted
from bench.sending import batch_of, local_server
from bench.sending import forget as forget_batch
from bench.storm import links
from safeconduct.cli.family import Family
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall.queries import waiting
from safeconduct.response.alerts.actions import release_alert
from safeconduct.response.alerts.models import Release
from safeconduct.wires.intake.rules import key_of
from safeconduct.wires.intake.terms import Answer, Scope
from safeconduct.wires.messaging.actions import enqueue_select
from safeconduct.wires.messaging.terms import Channel

_SECONDS: Final = 1200.0
_MESSAGES: Final = 200
_ANSWERS: Final = 100
_PEOPLE: Final = 20_000
_PORT: Final = 8911
_SELECT: Final = """
SELECT g, g, 3::smallint, 1::smallint, '+999' || (100000000 + g)::text, 'az', 'TR', 1::smallint
FROM generate_series(%s::bigint, %s::bigint) AS g
"""
_BENCH: Final = Actor.system("bench")


@dataclass
class Seen:
    """What was noted, each with the second it was noted in."""

    began: float = field(default_factory=time.monotonic)
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    late: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    answered: set[UUID] = field(default_factory=set)
    refused: int = 0

    def note(self, what: dict[str, list[tuple[float, float]]], name: str, value: float) -> None:
        what.setdefault(name, []).append((time.monotonic() - self.began, value))


def run(options: BenchOptions) -> dict[str, object]:
    """Growth of the memory of whichever process grew most, and the worst drift of a p99."""
    seconds = options.seconds or _SECONDS
    ensure_people(replace(options, people=min(options.people, _PEOPLE)))
    alert_signal = bench_signal(_PEOPLE // 2)
    with ExitStack() as until_the_end:
        until_the_end.callback(forget, alert_signal)
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        gateway = until_the_end.enter_context(local_server("local_gateway", "--delay-ms", "50"))
        family = until_the_end.enter_context(Family(logs=folder))
        _start(family, gateway)
        writer, releaser = officers()
        alert = submitted(alert_signal, writer)
        release = release_alert(
            alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser
        )
        asked = _asked(release)
        _all_sent(release)
        batch_id = batch_of(1, channel=Channel.SMS)
        until_the_end.callback(forget_batch, batch_id)
        seen = _load(batch_id, asked, family, seconds)
        _settle()
        return _told(seen, batch_id, seconds)


def _start(family: Family, gateway: int) -> None:
    provider = {
        "kind": "http_json",
        "channel": "sms",
        "url": f"http://127.0.0.1:{gateway}/send",
        "in_flight": 100,
    }
    given = {"sms": provider, "mail": provider | {"channel": "email"}}
    surroundings = {"SAFECONDUCT_PROVIDERS": json.dumps(given)}
    for name, *words in (
        ("intake", "intake", "--port", str(_PORT)),
        ("sender", "sender"),
        ("jobs", "worker", "--only", "jobs"),
        ("drain", "worker", "--only", "drain"),
    ):
        family.start(name, *words, restart=False, surroundings=surroundings)


def _asked(release: Release) -> list[int]:
    """Whoever the release asks, once it has reached them all."""
    deadline = time.monotonic() + 300
    while release.expanded_at is None:
        if time.monotonic() > deadline:
            raise TimeoutError("The release was not laid out.")
        time.sleep(0.5)
        release.refresh_from_db()
    question = "SELECT id FROM checkins_asked WHERE round_id = %s ORDER BY id LIMIT 5000"
    return [row[0] for row in _rows(question, release.round_id)]


def _all_sent(release: Release) -> None:
    """Let the release's own messages go first: a burst is no ordinary load. Calls stay."""
    deadline = time.monotonic() + 120
    question = (
        "SELECT count(*) FROM messaging_delivery WHERE batch_id = %s AND state < 2 AND channel <> 8"
    )
    while _rows(question, release.batch_id)[0][0] and time.monotonic() < deadline:
        time.sleep(0.5)


def _load(batch_id: int, asked: list[int], family: Family, seconds: float) -> Seen:
    seen, over = Seen(), Event()
    phones = Thread(target=asyncio.run, args=[_answer(asked, seen, seconds)])
    writer = Thread(target=_every_second, args=[over, lambda turn: _write(batch_id, turn)])
    phones.start()
    writer.start()
    _every_second(over, lambda _turn: _look(family, seen), seconds)
    over.set()
    phones.join()
    writer.join()
    return seen


def _every_second(over: Event, deed: Callable[[int], None], seconds: float = 1e9) -> None:
    began = time.monotonic()
    turn = 0
    while not over.is_set() and time.monotonic() - began < seconds:
        deed(turn)
        turn += 1
        over.wait(max(0.0, began + turn - time.monotonic()))
    connection.close()


def _write(batch_id: int, turn: int) -> None:
    first = 2 + turn * _MESSAGES
    params = [first, first + _MESSAGES - 1]
    enqueue_select(batch_id=batch_id, select_sql=_SELECT, params=params, actor=_BENCH)


def _look(family: Family, seen: Seen) -> None:
    for name, child in family.children.items():
        if child.process is None or not child.lives():
            raise RuntimeError(f"{name} ended: {child.log_end()}")
        seen.note(seen.memory, name, _megabytes(child.process.pid))
    age = waiting().oldest_age
    seen.note(seen.late, "worker", age.total_seconds() * 1000 if age else 0.0)


def _megabytes(pid: int) -> float:
    """What a process and its children have in memory (resident set)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6 + sum(_megabytes(int(child)) for child in children)


async def _answer(asked: list[int], seen: Seen, seconds: float) -> None:
    """So many answers a second, each at its own moment, whether or not the last was heard."""
    told = links(asked)
    busy: set[asyncio.Task[None]] = set()
    limits = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=limits) as http:
        while (now := time.monotonic() - seen.began) < seconds:
            url = f"http://127.0.0.1:{_PORT}/s/{next(told)}"
            task = asyncio.create_task(_tap(http, url, seen))
            busy.add(task)
            task.add_done_callback(busy.discard)
            done = len(seen.late.get("intake", ())) + seen.refused + len(busy)
            pause = random.expovariate(_ANSWERS) if done >= now * _ANSWERS else 0.0
            await asyncio.sleep(pause)
        await asyncio.gather(*busy)


async def _tap(http: aiohttp.ClientSession, url: str, seen: Seen) -> None:
    key, began = uuid4(), time.perf_counter()
    form = {"answer": "1", "scope": "me", "key": str(key)}
    try:
        async with http.post(url, data=form) as response:
            taken = response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        taken = False
    if not taken:
        seen.refused += 1
        return
    seen.note(seen.late, "intake", (time.perf_counter() - began) * 1000)
    seen.answered.add(UUID(key_of(key.bytes, Answer.SAFE, Scope.ME)))


def _settle() -> None:
    deadline = time.monotonic() + 120
    while waiting().count and time.monotonic() < deadline:
        time.sleep(0.5)


def _told(seen: Seen, batch_id: int, seconds: float) -> dict[str, object]:
    seen.late["sender"] = _handed(batch_id)
    growth = {name: _change(values, seconds, 0.5) for name, values in seen.memory.items()}
    drift = {name: _change(values, seconds, 0.99) for name, values in seen.late.items()}
    kept = {row[0] for row in _rows("SELECT key FROM checkins_reply")}
    kept |= {row[0] for row in _rows("SELECT key FROM checkins_unclear")}
    return entry(
        max(growth.values()),
        "per cent",
        p99_drift_percent=round(max(drift.values()), 1),
        lost=len(seen.answered - kept),
        refused=seen.refused,
        seconds=round(seconds),
        messages=len(seen.late["sender"]),
        answers=len(seen.answered),
        **{f"{name}_growth": round(value, 1) for name, value in growth.items()},
        **{f"{name}_drift": round(value, 1) for name, value in drift.items()},
        **{f"{name}_p99_ms": round(_p99(values)) for name, values in seen.late.items()},
    )


def _change(values: list[tuple[float, float]], seconds: float, share: float) -> float:
    """By how many per cent the second half lies above the first, at this percentile."""
    warm = [(at, value) for at, value in values if at > seconds / 10]
    middle = seconds * 0.55
    halves = [[v for at, v in warm if at <= middle], [v for at, v in warm if at > middle]]
    if not all(halves):
        raise ValueError("Too short to compare two halves.")
    first, second = (percentile(half, share) for half in halves)
    return 100 * (second - first) / first if first else 0.0


def _p99(values: list[tuple[float, float]]) -> float:
    return percentile([value for _, value in values], 0.99)


def _handed(batch_id: int) -> list[tuple[float, float]]:
    """How late each message left, in ms, and the second it did."""
    question = (
        "SELECT handed_at, due_at FROM messaging_delivery"
        " WHERE batch_id = %s AND handed_at IS NOT NULL AND recipient_id > 1 ORDER BY due_at"
    )
    rows: list[tuple[datetime, datetime]] = _rows(question, batch_id)
    if not rows:
        return []
    began = rows[0][1]
    late = [(handed - due).total_seconds() * 1000 for handed, due in rows]
    return [((due - began).total_seconds(), ms) for (_, due), ms in zip(rows, late, strict=True)]


def _rows(question: str, *values: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
