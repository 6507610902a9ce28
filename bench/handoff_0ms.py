"""Messages a second through one sender process, at a provider that answers at once."""

from bench import BenchOptions, entry, middle_of, sending
from safeconduct.wires.messaging.terms import Channel

_SECONDS = 6.0
_EXPECTED = 4000


def run(options: BenchOptions) -> dict[str, object]:
    """Beside a bare aiohttp loop at the same gateway with as many calls in flight.

    Of three measurements the one whose ratio is in the middle.
    """
    number = int((options.seconds or _SECONDS) * _EXPECTED)
    with sending.local_server("local_gateway") as port:
        url = f"http://127.0.0.1:{port}/send"
        provider = {"kind": "http_json", "channel": "sms", "url": url}
        rounds = sending.in_turns(
            lambda: sending.rate(number, channel=Channel.SMS, providers={"gateway": provider}),
            lambda: sending.bare("bare_http", port, number // 2, sending.IN_FLIGHT),
        )
    middle, all_of_them = middle_of(rounds)
    return entry(
        middle.value,
        "messages/s",
        limit=middle.limit,
        **all_of_them,
        messages=number,
        in_flight=sending.IN_FLIGHT,
        senders=1,
    )
