"""Messages a second through one sender process, at a provider that takes 100 ms for each."""

from bench import BenchOptions, entry, sending
from safeconduct.wires.messaging.terms import Channel

_SECONDS = 6.0
_EXPECTED = 3000
_DELAY_MS = 100


def run(options: BenchOptions) -> dict[str, object]:
    """Beside what 400 calls in flight of 100 ms can be at most: 4 000 a second."""
    number = int((options.seconds or _SECONDS) * _EXPECTED)
    with sending.local_server("local_gateway", "--delay-ms", str(_DELAY_MS)) as port:
        url = f"http://127.0.0.1:{port}/send"
        provider = {"kind": "http_json", "channel": "sms", "url": url}
        bare = sending.bare("bare_http", port, number // 2, sending.IN_FLIGHT)
        value = sending.rate(number, channel=Channel.SMS, providers={"gateway": provider})
    return entry(
        value,
        "messages/s",
        limit=sending.IN_FLIGHT * 1000 / _DELAY_MS,
        bare=round(bare),
        messages=number,
        in_flight=sending.IN_FLIGHT,
        senders=1,
    )
