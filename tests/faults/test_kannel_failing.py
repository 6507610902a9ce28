"""A gateway of Kannel's shape that fails in every way it can, under a real sender."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from safeconduct.wires.messaging.terms import State
from tests import messages
from tests.faults.test_sender import safeconduct, until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
MANY, HANDS = 60, 5
# The settings it is sent with wait three seconds for an answer.
TOO_LONG_SECONDS = 3.5
WELL = (202, "0: Accepted for delivery")


@dataclass(frozen=True)
class Manner:
    """How the gateway treats a number the first time, and what must come of it."""

    status: int
    says: str
    takes: bool
    state: State = State.HANDED
    flagged: bool = False
    asked: int = 1
    waits: float = 0.0
    always: bool = False


# Kannel 1.4 User's Guide, 6.3.2, "sendsms-user" answers; 502 is what a proxy before it says.
MANNERS = (
    Manner(*WELL, takes=True),
    Manner(202, "3: Queued for later delivery", takes=True),
    Manner(503, "Temporal failure, try again later.", takes=False, asked=2),
    Manner(500, "", takes=False, asked=2),
    Manner(502, "Bad gateway", takes=True, flagged=True, asked=2),
    Manner(*WELL, takes=True, flagged=True, asked=2, waits=TOO_LONG_SECONDS),
    Manner(
        403,
        "Not routable. Do not try again.",
        takes=False,
        state=State.REFUSED_BY_PROVIDER,
        always=True,
    ),
)


def manner(address: str) -> Manner:
    return MANNERS[int(address[-4:]) % len(MANNERS)]


@dataclass
class Stub:
    """What it was asked, and which messages it took: those reach a telephone."""

    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, address: str) -> tuple[int, str, float]:
        treated = manner(address)
        with self._lock:
            self.asked[address] += 1
            if self.asked[address] > 1 and not treated.always:
                treated = Manner(*WELL, takes=True)
            self.taken[address] += treated.takes
        return treated.status, treated.says, treated.waits


@contextmanager
def gateway() -> Iterator[Stub]:
    stub = Stub()

    class Sendsms(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            (address,) = parse_qs(urlsplit(self.path).query)["to"]
            status, says, waits = stub.hear(address)
            time.sleep(waits)
            body = says.encode()
            # Who is answered too late has hung up.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            self.close_connection = bool(waits)

        def log_message(self, *_arguments: object) -> None:
            """Keeps silent."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", 0), Sendsms) as server:
        stub.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield stub
        finally:
            server.shutdown()


def test_every_message_ends_as_the_gateway_treated_it_and_no_repeat_is_unflagged() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, MANY)

    def over() -> bool:
        return not {State.WAITING, State.CLAIMED} & set(messages.rows(batch.pk, "state"))

    with gateway() as stub:
        options = {
            "kind": "kannel",
            "channel": "sms",
            "url": f"http://127.0.0.1:{stub.port}/cgi-bin/sendsms",
            "in_flight": HANDS,
        }
        with safeconduct("sender", providers={"kannel": options}, settings="tests.faults.patient"):
            until(over)
        asked, taken = stub.asked, stub.taken
    rows = messages.rows(batch.pk, "address, state, maybe_twice")
    assert {address: state for address, state, _ in rows} == {
        address: manner(address).state for address in asked
    }
    flagged = {address for address, _, twice in rows if twice}
    wanted = {address for address in asked if manner(address).flagged}
    # A machine too busy to answer in time is one more reason, for what is in the hands then.
    assert wanted <= flagged
    assert len(flagged - wanted) <= HANDS
    for address in asked.keys() - (flagged - wanted):
        assert asked[address] == manner(address).asked
    # Everybody who can be reached was, and who was twice is flagged.
    assert {address for address in taken if taken[address]} == {
        address for address, state, _ in rows if state == State.HANDED
    }
    assert {address for address, times in taken.items() if times > 1} <= flagged
    assert max(taken.values()) == 2
