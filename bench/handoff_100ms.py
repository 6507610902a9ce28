"""Messages a second through one sender process, at a provider that takes 100 ms for each."""

from bench import BenchOptions, Round, entry, middle_of, sending
from safeconduct.wires.messaging.terms import Channel

_SECONDS = 6.0
_EXPECTED = 3000
_DELAY_MS = 100


def run(options: BenchOptions) -> dict[str, object]:
    """Beside what 400 calls in flight of 100 ms can be at most: 4 000 a second.

    Of three measurements the one in the middle; ``bare`` is what a bare aiohttp loop makes of it.
    """
    number = int((options.seconds or _SECONDS) * _EXPECTED)
    with sending.local_server("local_gateway", "--delay-ms", str(_DELAY_MS)) as port:
        url = f"http://127.0.0.1:{port}/send"
        provider = {"kind": "http_json", "channel": "sms", "url": url}
        bare = sending.bare("bare_http", port, number // 2, sending.IN_FLIGHT)
        values = [
            sending.rate(number, channel=Channel.SMS, providers={"gateway": provider})
            for _round in range(sending.ROUNDS)
        ]
    limit = sending.IN_FLIGHT * 1000 / _DELAY_MS
    middle, all_of_them = middle_of([Round(value, limit) for value in values])
    return entry(
        middle.value,
        "messages/s",
        limit=limit,
        bare=round(bare),
        **all_of_them,
        messages=number,
        in_flight=sending.IN_FLIGHT,
        senders=1,
    )
