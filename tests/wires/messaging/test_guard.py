import pytest

from safeconduct.wires.messaging.engine.providers import configured, guard
from safeconduct.wires.messaging.engine.providers.guard import HostRefusedError

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
