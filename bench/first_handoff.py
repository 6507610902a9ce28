"""From the commit of an urgent batch to its first hand-off, while bulk messages wait and leave."""

import time

from django.db import connection

from bench import BenchOptions, entry, percentile, sending
from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging.terms import Channel, Lane

_RELEASES = 100
_MESSAGES = 10


def run(options: BenchOptions) -> dict[str, object]:
    """p99 in ms over 100 urgent batches, with ``options.people`` bulk messages in the outbox."""
    batches = [sending.batch_of(options.people, channel=Channel.SMS)]
    try:
        with sending.local_server("local_gateway", "--delay-ms", "100") as port:
            url = f"http://127.0.0.1:{port}/send"
            provider = {"kind": "http_json", "channel": "sms", "url": url}
            with sending.sender({"gateway": provider}):
                sending.wait_until_handed(batches[0], min(options.people, 1000))
                waits = [_one(batches) for _ in range(_RELEASES)]
    finally:
        for batch_id in batches:
            sending.forget(batch_id)
    return entry(
        percentile(waits, 0.99),
        "ms",
        p50_ms=round(percentile(waits, 0.5)),
        releases=len(waits),
        bulk=options.people,
        provider_ms=100,
    )


def _one(batches: list[int]) -> float:
    batch_id = sending.batch_of(_MESSAGES, channel=Channel.SMS, lane=Lane.URGENT)
    committed = clock.now()
    batches.append(batch_id)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(handed_at) FROM messaging_delivery WHERE batch_id = %s", [batch_id]
            )
            first = cursor.fetchone()[0]
        if first is not None:
            return float((first - committed).total_seconds() * 1000)
        time.sleep(0.01)
