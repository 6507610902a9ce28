"""Whether a message may leave: decided at the start, and by each kind of provider once more."""

import asyncio
from typing import Any

import pytest
from django.conf import settings

from safeconduct.wires.messaging.engine.providers import configured, guard, kinds
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel
from safeconduct.wires.messaging.engine.providers.guard import HostRefusedError
from safeconduct.wires.messaging.engine.push import PushText
from safeconduct.wires.messaging.terms import State
from tests.push import Browser

MADE_UP, REAL = "+999123456789", "+994501234567"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_this_machine_is_loopback(host: str) -> None:
    assert guard.is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["localhost.example.org", "sms.example.org", "10.0.0.1", "0.0.0.0", "127.0.0.1.nip.io", ""],
)
def test_everything_else_is_not(host: str) -> None:
    assert not guard.is_loopback(host)


@pytest.mark.parametrize("mode", ["demo", "test", "exercise"])
@pytest.mark.parametrize(
    "options",
    [
        {"kind": "http_json", "channel": "sms", "url": "https://sms.example.org/send"},
        {"kind": "kannel", "channel": "sms", "url": "http://10.1.2.3:13013/cgi-bin/sendsms"},
        {"kind": "smtp", "channel": "email", "host": "mail.example.org"},
    ],
)
def test_outside_production_no_provider_may_leave_the_house(
    mode: str, options: dict[str, str]
) -> None:
    messaging = {
        "PROVIDER_TIMEOUT_SECONDS": 1,
        "LEASE_SECONDS": 2,
        "RECEIPTS_URL": "http://127.0.0.1/receipts",
        "PROVIDERS": {"far": options},
    }
    with pytest.raises(HostRefusedError):
        configured(messaging, mode=mode)
    assert configured(messaging, mode="production")


@pytest.mark.parametrize(
    ("host", "mode", "sink", "message", "leaves"),
    [
        ("127.0.0.1", "demo", False, (MADE_UP, False), True),
        ("127.0.0.1", "exercise", False, (REAL, True), True),
        # Decided again at each message, whatever was decided at the start.
        ("sms.example.org", "demo", False, (REAL, False), False),
        ("sms.example.org", "production", False, (REAL, False), True),
        ("sms.example.org", "production", False, (MADE_UP, False), False),
        ("sms.example.org", "production", True, (MADE_UP, False), False),
        ("sms.example.org", "production", True, (REAL, True), False),
        # A gateway on this machine may have a real line.
        ("127.0.0.1", "production", False, (REAL, True), False),
        ("127.0.0.1", "production", False, (MADE_UP, False), False),
        ("127.0.0.1", "production", True, (REAL, True), True),
        ("127.0.0.1", "production", True, ("x@example.invalid", False), True),
    ],
)
def test_nothing_made_up_or_rehearsed_reaches_a_real_phone(
    host: str, mode: str, sink: bool, message: tuple[str, bool], leaves: bool
) -> None:
    address, exercise = message
    objection = guard.objection(host=host, mode=mode, sink=sink, address=address, exercise=exercise)
    assert (objection is None) is leaves


# Of each kind: what it is told of a server on this machine, and a real address.
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "http_json": ({"channel": "sms", "url": "http://127.0.0.1:{port}/send"}, REAL),
    "kannel": ({"channel": "sms", "url": "http://127.0.0.1:{port}/cgi-bin/sendsms"}, REAL),
    "smtp": ({"channel": "email", "host": "127.0.0.1", "port": "{port}"}, "real@example.org"),
    "webpush": ({"channel": "push"}, ""),
}

TEXT = PushText(
    body="Binadan çıxın.",
    link="http://127.0.0.1:8010/s/x",
    asks=False,
    code="KXRPTW",
    topic="BCDFGH",
    until=4_000_000_000,
    urgent=True,
)


def offered(kind: str, *, exercise: bool, mode: str = "production") -> tuple[Answer, int]:
    """What this kind says to a message for somebody real, and how many knocks its server heard."""

    async def offer() -> tuple[Answer, int]:
        knocks = 0

        async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal knocks
            knocks += 1
            writer.close()

        server = await asyncio.start_server(hear, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        options, address = KINDS[kind]
        filled = {name: str(value).format(port=port) for name, value in options.items()}
        if kind == "webpush":
            address = Browser().address(f"http://127.0.0.1:{port}/x")
        messaging = settings.MESSAGING | {
            "PROVIDERS": {"one": {"kind": kind} | filled},
            "PROVIDER_TIMEOUT_SECONDS": 1.0,
        }
        (provider,) = configured(messaging, mode=mode)
        parcel = Parcel("7-1", address, "x", TEXT.written(), "az", exercise=exercise)
        await provider.open()
        try:
            return await provider.hand_over(parcel), knocks
        finally:
            await provider.close()
            server.close()

    return asyncio.run(offer())


def test_every_kind_there_is_is_tried_here() -> None:
    assert {name for name, _ in kinds.items()} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_lets_an_exercise_out_of_the_house(kind: str) -> None:
    # In production a server on this machine may have a real line.
    answer, knocks = offered(kind, exercise=True)
    assert (answer.state, answer.failure) == (
        State.REFUSED_BY_PROVIDER,
        "an exercise stays in the house",
    )
    assert knocks == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_exercise_is_offered_by_the_same_provider(kind: str) -> None:
    answer, knocks = offered(kind, exercise=False, mode="test")
    assert answer.state is State.WAITING
    assert knocks > 0
