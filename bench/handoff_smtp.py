"""Mails a second through one sender process, at a real SMTP server on this machine."""

from bench import BenchOptions, entry, middle_of, sending
from safeconduct.wires.messaging.terms import Channel

_SECONDS = 6.0
_EXPECTED = 800
_CONNECTIONS = 20


def run(options: BenchOptions) -> dict[str, object]:
    """Beside a bare aiosmtplib loop at the same server with as many connections.

    Of three measurements the one whose ratio is in the middle.
    """
    number = int((options.seconds or _SECONDS) * _EXPECTED)
    with sending.local_server("local_mail") as port:
        provider = {
            "kind": "smtp",
            "channel": "email",
            "host": "127.0.0.1",
            "port": port,
            "from": "alerts@example.invalid",
            "in_flight": _CONNECTIONS,
        }
        rounds = sending.in_turns(
            lambda: sending.rate(number, channel=Channel.EMAIL, providers={"mail": provider}),
            lambda: sending.bare("bare_smtp", port, number // 2, _CONNECTIONS),
        )
    middle, all_of_them = middle_of(rounds)
    return entry(
        middle.value,
        "mails/s",
        limit=middle.limit,
        **all_of_them,
        mails=number,
        connections=_CONNECTIONS,
        senders=1,
    )
