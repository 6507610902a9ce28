"""What the rows about handing over share: a batch, a local server, a sender, and bare loops."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise

from django.db import connection, transaction

from bench import Round
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.partitions import drop_partition
from safeconduct.wires.messaging.actions import TextDraft, enqueue_select, fill_finished, open_batch
from safeconduct.wires.messaging.models import Batch, BatchTally, BatchText
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import Channel, Lane, State

IN_FLIGHT = 400
_CHUNK = 20_000
_TEXT = "Zəlzələ. Təhlükəsiz yerə keçin. Cavab: {link} və ya 1 salamat, 2 kömək, 3 orada deyil"
_ROWS = {
    Channel.SMS: "'+999' || (100000000 + g)::text",
    Channel.EMAIL: "'national' || g || '@example.invalid'",
}
_SELECT = """
SELECT g, g, 3::smallint, {channel}::smallint, {address}, 'az', 'TR', 1::smallint
FROM generate_series(%s::bigint, %s::bigint) AS g
"""
_BENCH = Actor.system("bench")
ROUNDS = 3


def batch_of(number: int, *, channel: Channel, lane: Lane = Lane.BULK, text: str = _TEXT) -> int:
    """A batch with so many messages to made-up people; its id."""
    now = clock.now()
    with transaction.atomic():
        batch = open_batch(
            lane=lane,
            not_after=now + timedelta(hours=1),
            exercise=False,
            texts=[TextDraft("az", channel, text, "Xəbərdarlıq")],
            link_purpose="answer",
            link_expires_on=date(2027, 12, 31),
            now=now,
            actor=_BENCH,
        )
        if number <= _CHUNK:
            _fill(batch.pk, channel, 1, number)
    if number > _CHUNK:
        for first in range(1, number + 1, _CHUNK):
            _fill(batch.pk, channel, first, min(number, first + _CHUNK - 1))
    fill_finished(batch.pk)
    return int(batch.pk)


def _fill(batch_id: int, channel: Channel, first: int, last: int) -> None:
    select = _SELECT.format(channel=int(channel), address=_ROWS[channel])
    enqueue_select(batch_id=batch_id, select_sql=select, params=[first, last], actor=_BENCH)


def forget(batch_id: int) -> None:
    """Take a batch and all its rows away again."""
    with transaction.atomic():
        drop_partition("messaging_delivery", batch_id)
        BatchTally.objects.filter(batch_id=batch_id).delete()
        BatchText.objects.filter(batch_id=batch_id).delete()
        Batch.objects.filter(pk=batch_id).delete()


@contextmanager
def local_server(module: str, *arguments: str) -> Iterator[int]:
    """One of messaging's local servers as a process of its own; its port."""
    with server(f"safeconduct.wires.messaging.engine.{module}", *arguments) as port:
        yield port


@contextmanager
def server(module: str, *arguments: str) -> Iterator[int]:
    """A module that prints its port, as a process of its own; that port."""
    command = [sys.executable, "-m", module, *arguments]
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


@contextmanager
def sender(providers: dict[str, object], **more: str) -> Iterator[None]:
    """One sender process with these providers, on the database of this process.

    ``more`` is what else is in its environment.
    """
    command = [sys.executable, "-c", "from safeconduct.cli import main; main()", "sender"]
    surroundings = _database() | {
        "SAFECONDUCT_PROVIDERS": json.dumps(providers),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.demo"),
    }
    with _process(command, stdout=subprocess.DEVNULL, env=os.environ | surroundings | more):
        yield


def bare(module: str, *arguments: object) -> float:
    """What a bare loop in a process of its own achieves, a second."""
    command = [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120)
    return float(done.stdout)


def rate(number: int, *, channel: Channel, providers: dict[str, object]) -> float:
    """Messages a second, from the first hand-off until the last result is in the database."""
    batch_id = batch_of(number, channel=channel)
    try:
        with sender(providers):
            wait_until_handed(batch_id, number)
            finished = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(handed_at) FROM messaging_delivery WHERE batch_id = %s", [batch_id]
            )
            began = cursor.fetchone()[0]
        return number / float((finished - began).total_seconds())
    finally:
        forget(batch_id)


def in_turns(ours: Callable[[], float], bare: Callable[[], float]) -> list[Round]:
    """Ours three times, and the bare loop on both sides of each."""
    values, limits = [], [bare()]
    for _round in range(ROUNDS):
        values.append(ours())
        limits.append(bare())
    around = pairwise(limits)
    return [Round(value, sum(two) / 2) for value, two in zip(values, around, strict=True)]


def wait_until_handed(batch_id: int, number: int, *, seconds: float = 180) -> None:
    """:raises TimeoutError: if they are not all handed over in time."""
    deadline = time.monotonic() + seconds
    while batch_tally([batch_id]).messages(State.HANDED) < number:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{batch_tally([batch_id])} instead of {number} handed over.")
        time.sleep(0.02)


def _database() -> dict[str, str]:
    known = connection.get_connection_params()
    host, port = known.get("host", ""), known.get("port", "5432")
    secret = f":{known['password']}" if known.get("password") else ""
    user = f"{known['user']}{secret}@" if known.get("user") else ""
    return {"DATABASE_URL": f"postgresql://{user}{host}:{port}/{known['dbname']}"}


@contextmanager
def _process(command: list[str], **options: object) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(command, **options) as process:  # type: ignore[call-overload]  # its options are what Popen takes
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
