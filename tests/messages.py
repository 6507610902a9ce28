"""Builders for what waits in the outbox, and the local servers it leaves through."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.wires.messaging.actions import TextDraft, enqueue_select, open_batch
from safeconduct.wires.messaging.models import Batch
from safeconduct.wires.messaging.terms import Channel, Lane

TESTER = Actor.system("test")
SELECT = """
SELECT g, g, 3::smallint, {channel}::smallint, {address}, {language}, {country}, {covers}::smallint
FROM generate_series(%s::bigint, %s::bigint) AS g
"""
ADDRESSES = {
    Channel.SMS: "'+999' || (100000000 + g)::text",
    Channel.EMAIL: "'national' || g || '@example.invalid'",
}


def batch(
    *,
    texts: Sequence[TextDraft] = (TextDraft("az", Channel.SMS, "Zəlzələ. {link}", "Zəlzələ"),),
    lane: Lane = Lane.BULK,
    lasts: timedelta = timedelta(hours=1),
    exercise: bool = False,
    post_id: int | None = None,
    now: datetime | None = None,
) -> Batch:
    """An open batch without messages."""
    now = now or clock.now()
    return open_batch(
        lane=lane,
        not_after=now + lasts,
        exercise=exercise,
        texts=texts,
        link_purpose="answer",
        link_expires_on=date(2027, 12, 31),
        post_id=post_id,
        now=now,
        actor=TESTER,
    )


def fill(
    batch_id: int,
    last: int,
    *,
    first: int = 1,
    channel: Channel = Channel.SMS,
    address: str | None = None,
    language: str = "az",
    country: str = "TR",
    covers: int = 1,
    anew: bool = False,
) -> int:
    """Messages to recipients ``first`` to ``last``, at made-up addresses; how many were new."""
    select = SELECT.format(
        channel=int(channel),
        address=ADDRESSES[channel] if address is None else f"'{address}'",
        language=f"'{language}'",
        country=f"'{country}'",
        covers=covers,
    )
    return enqueue_select(
        batch_id=batch_id, select_sql=select, params=[first, last], anew=anew, actor=TESTER
    )


def rows(batch_id: int, columns: str) -> list[Any]:
    """Some columns of a batch's deliveries, by recipient; a lone column comes bare."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM messaging_delivery WHERE batch_id = %s"
            " ORDER BY recipient_id, channel",
            [batch_id],
        )
        found = cursor.fetchall()
    return [row[0] for row in found] if "," not in columns else found


def put(batch_id: int, recipient_id: int, **values: object) -> None:
    """Set columns of one delivery, as a test needs it."""
    assignments = ", ".join(f"{name} = %s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE messaging_delivery SET {assignments}"
            " WHERE batch_id = %s AND recipient_id = %s",
            [*values.values(), batch_id, recipient_id],
        )


@contextmanager
def local_server(module: str, *arguments: str) -> Iterator[int]:
    """``local_gateway`` or ``local_mail`` as a process of its own; its port."""
    command = [sys.executable, "-m", f"safeconduct.wires.messaging.engine.{module}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
            process.stdout.close()


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines a local server has written so far, without one it is still writing."""
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [orjson.loads(line) for line in whole.splitlines()]
