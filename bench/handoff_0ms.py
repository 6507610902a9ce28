"""Messages a second through one sender process, at a provider that answers at once."""

from bench import BenchOptions, entry, sending
from safeconduct.wires.messaging.terms import Channel

_SECONDS = 6.0
_EXPECTED = 4000


def run(options: BenchOptions) -> dict[str, object]:
    """Beside a bare aiohttp loop at the same gateway with as many calls in flight."""
    number = int((options.seconds or _SECONDS) * _EXPECTED)
    with sending.local_server("local_gateway") as port:
        url = f"http://127.0.0.1:{port}/send"
        provider = {"kind": "http_json", "channel": "sms", "url": url}
        # On both sides of the measurement: a machine shared with others is no constant.
        before = sending.bare("bare_http", port, number // 2, sending.IN_FLIGHT)
        value = sending.rate(number, channel=Channel.SMS, providers={"gateway": provider})
        after = sending.bare("bare_http", port, number // 2, sending.IN_FLIGHT)
    return entry(
        value,
        "messages/s",
        limit=(before + after) / 2,
        messages=number,
        in_flight=sending.IN_FLIGHT,
        senders=1,
    )
