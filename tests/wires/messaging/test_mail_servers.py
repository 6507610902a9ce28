"""Mail servers as they are: slow, rude, gone in the middle; against real ones on this machine."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from safeconduct.wires.messaging.engine.providers import configured
from safeconduct.wires.messaging.engine.providers.base import Answer, Parcel
from safeconduct.wires.messaging.engine.providers.smtp import Smtp, mailbox
from safeconduct.wires.messaging.engine.references import reference
from safeconduct.wires.messaging.terms import State

type Use = Callable[[Smtp], Awaitable[None]]


class Server:
    """Takes mail; ``says`` holds what it says instead at MAIL, RCPT or DATA."""

    def __init__(self, says: dict[str, str] | None = None, **options: Any) -> None:
        self.says = says or {}
        self.options = options
        self.taken: list[Envelope] = []
        self.transports: list[asyncio.Transport] = []
        # Whether every connection had ended when the provider was closed.
        self.is_left = False

    def _protocol(self) -> SMTP:
        server = self

        class Session(SMTP):
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                server.transports.append(transport)

        return Session(self, hostname="localhost", ident="test", **self.options)

    async def handle_MAIL(self, _s, _session, envelope, address, options) -> str:  # noqa: N802
        if "MAIL" not in self.says:
            envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, _s, _session, envelope, address, options) -> str:  # noqa: N802
        if "RCPT" not in self.says:
            envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, _s, _session, envelope) -> str:  # noqa: N802
        if self.says.get("DATA") == "gone":
            self.transports[-1].abort()
        elif "DATA" not in self.says:
            self.taken.append(envelope)
        return self.says.get("DATA", "250 OK")


def with_server(server: Server, use: Use, timeout: float = 5.0, **options: Any) -> None:
    async def everything() -> None:
        listening = await asyncio.get_running_loop().create_server(server._protocol, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        to = smtp(port, timeout, **options)
        await to.open()
        try:
            await use(to)
        finally:
            await to.close()
            listening.close()
            server.is_left = all(transport.is_closing() for transport in server.transports)
            for transport in server.transports:
                transport.abort()
            await asyncio.sleep(0.01)

    asyncio.run(everything())


def smtp(port: int, timeout: float = 5.0, **options: Any) -> Smtp:
    messaging = {
        "PROVIDER_TIMEOUT_SECONDS": timeout,
        "LEASE_SECONDS": 60,
        "RECEIPTS_URL": "",
        "PROVIDERS": {
            "m": {"kind": "smtp", "channel": "email", "host": "127.0.0.1", "port": port} | options
        },
    }
    (made,) = configured(messaging, mode="test")
    assert isinstance(made, Smtp)
    return made


def parcel(address: str = "ayan@example.invalid", **more: Any) -> Parcel:
    return Parcel(reference(7, 1), address, "Zəlzələ", "Çıxın", "az", exercise=False, **more)


def answer_of(server: Server, *parcels: Parcel, **options: Any) -> list[Answer]:
    answers: list[Answer] = []

    async def use(to: Smtp) -> None:
        answers.extend([await to.hand_over(one) for one in parcels or (parcel(),)])

    with_server(server, use, **options)
    return answers


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ({"RCPT": "451 4.7.1 Greylisted"}, Answer(State.WAITING, failure="smtp 451 4.7.1")),
        (
            {"RCPT": "421 4.7.0 Too many"},
            Answer(State.WAITING, failure="smtp 421 4.7.0", unreachable=True),
        ),
        # TLS and passwords were settled before: here it is about the reader's domain.
        ({"RCPT": "454 4.7.0 Try later"}, Answer(State.WAITING, failure="smtp 454 4.7.0")),
        # What is wrong with our own address is no reader's wrong address.
        (
            {"MAIL": "550 5.1.8 Sender's domain does not exist"},
            Answer(State.WAITING, failure="smtp 550 5.1.8 for our sender", unreachable=True),
        ),
        (
            {"MAIL": "553 Sender rejected"},
            Answer(State.WAITING, failure="smtp 553 for our sender", unreachable=True),
        ),
        (
            {"RCPT": "550 5.1.8 Sender address rejected: Domain not found"},
            Answer(State.WAITING, failure="smtp 550 5.1.8", unreachable=True),
        ),
        (
            {"MAIL": "552 5.3.4 Too big"},
            Answer(State.REFUSED_BY_PROVIDER, failure="smtp 552 5.3.4"),
        ),
        ({"DATA": "554 5.7.1 No"}, Answer(State.REFUSED_BY_PROVIDER, failure="smtp 554 5.7.1")),
    ],
)
def test_a_refusal_is_laid_at_the_right_door(says: dict[str, str], expected: Answer) -> None:
    (answer,) = answer_of(Server(says))
    assert answer == expected


def test_a_server_that_takes_only_small_mails_refuses_this_one() -> None:
    (answer,) = answer_of(Server(data_size_limit=100))
    assert answer.state is State.REFUSED_BY_PROVIDER


def test_a_server_gone_in_the_middle_of_a_text_may_have_taken_it() -> None:
    server = Server({"DATA": "gone"})
    (answer,) = answer_of(server)
    assert (answer.state, answer.maybe_twice) == (State.WAITING, True)
    assert server.is_left


def test_connections_that_were_hung_up_while_they_rested_cost_nothing() -> None:
    server = Server()

    async def use(to: Smtp) -> None:
        first = await asyncio.gather(*[to.hand_over(parcel()) for _ in range(3)])
        assert {answer.state for answer in first} == {State.HANDED}
        for transport in server.transports:
            transport.close()
        await asyncio.sleep(0.05)
        # Each of them would have failed a link test, and two of those end a provider's traffic.
        assert await to.probe()
        assert (await to.hand_over(parcel())).state is State.HANDED

    with_server(server, use)
    assert len(server.taken) == 4


def test_a_connection_that_rested_for_long_is_not_trusted(monkeypatch: Any) -> None:
    server = Server()

    async def use(to: Smtp) -> None:
        await to.hand_over(parcel())
        monkeypatch.setattr("safeconduct.wires.messaging.engine.providers.smtp._IDLE_SECONDS", 0.0)
        await to.hand_over(parcel())

    with_server(server, use)
    assert len(server.transports) == 2


def test_a_server_that_lets_each_line_wait_is_left_before_the_lease_ends() -> None:
    lines = [b"220 hello", b"250 hello", b"250 OK", b"250 OK", b"354 go on", b"250 OK"]

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for line in lines:
                writer.write(line + b"\r\n")
                await reader.readuntil(b"\r\n")
                await asyncio.sleep(0.15)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def asked() -> tuple[Answer, float]:
        listening = await asyncio.start_server(slow, "127.0.0.1", 0)
        to = smtp(listening.sockets[0].getsockname()[1], timeout=0.3)
        began = time.monotonic()
        answer = await to.hand_over(parcel())
        took = time.monotonic() - began
        assert took < to.longest_call + 0.3
        await to.close()
        listening.close()
        return answer, took

    answer, _ = asyncio.run(asked())
    assert (answer.state, answer.maybe_twice) == (State.WAITING, True)


def test_a_call_that_is_cut_off_leaves_no_connection_open() -> None:
    greeted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        assert await reader.readline()
        greeted.put_nowait((reader, writer))

    async def cut() -> None:
        listening = await asyncio.start_server(silent, "127.0.0.1", 0)
        to = smtp(listening.sockets[0].getsockname()[1])
        for call in (lambda: to.hand_over(parcel()), to.probe):
            calling = asyncio.ensure_future(call())
            reader, writer = await greeted.get()
            calling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await calling
            # What comes now is that the other side has gone.
            assert await asyncio.wait_for(reader.read(), 5) == b""
            writer.close()
            await writer.wait_closed()
        await to.close()
        listening.close()

    asyncio.run(cut())


def test_what_was_stopped_while_the_server_greeted_us_is_not_sent() -> None:
    server = Server()
    (answer,) = answer_of(server, parcel(is_over=lambda: True))
    assert answer.withheld
    assert server.taken == []


def test_an_address_of_any_script_is_written_to_where_the_server_can() -> None:
    domain = parcel("ayan@почта.invalid")
    whole = parcel("ləman@почта.invalid")
    able, unable = Server(enable_SMTPUTF8=True), Server()
    assert [answer.state for answer in answer_of(able, domain, whole)] == [State.HANDED] * 2
    assert able.taken[0].rcpt_tos == ["ayan@xn--80a1acny.invalid"]
    assert able.taken[1].rcpt_tos == ["ləman@xn--80a1acny.invalid"]
    first, second = answer_of(unable, domain, whole)
    assert first.state is State.HANDED
    assert second == Answer(State.INVALID_ADDRESS, failure="address needs SMTPUTF8")


def test_a_server_that_refuses_what_only_this_mail_asks_for_refuses_only_it() -> None:
    server = Server({"MAIL": "550 5.6.7 Not in UTF-8"}, enable_SMTPUTF8=True)
    plain, other = answer_of(server, parcel(), parcel("ləman@example.invalid"))
    assert plain.unreachable
    assert other == Answer(State.REFUSED_BY_PROVIDER, failure="smtp 550 5.6.7")
    barred = Server({"MAIL": "530 5.7.0 Log in"}, enable_SMTPUTF8=True)
    assert answer_of(barred, parcel("ləman@example.invalid"))[0].unreachable


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ayan@ПОЧТА.invalid", "ayan@xn--80a1acny.invalid"),
        # By the rules of 2003 these are strasse, βολοσ and another word: other people's domains.
        ("ayan@straße.invalid", "ayan@straße.invalid"),
        ("ayan@βόλος.invalid", "ayan@βόλος.invalid"),
        ("ayan@نامه\u200cای.invalid", "ayan@نامه\u200cای.invalid"),
        ("ayan@.почта.invalid", "ayan@.почта.invalid"),
    ],
)
def test_a_mail_never_goes_to_a_domain_that_only_resembles(address: str, written: str) -> None:
    assert mailbox(address) == written


def test_a_certificate_nobody_vouches_for_ends_the_talk(certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = Server(tls_context=context)
    (answer,) = answer_of(server, tls="starttls")
    assert answer.unreachable
    assert server.taken == []


def test_a_password_that_is_refused_leaves_no_connection_open() -> None:
    left: asyncio.Queue[bytes] = asyncio.Queue()

    async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        assert await reader.readline()
        writer.write(b"250-hello\r\n250 AUTH PLAIN\r\n")
        assert (await reader.readline()).startswith(b"AUTH")
        writer.write(b"535 5.7.8 No\r\n")
        left.put_nowait(await reader.read())
        writer.close()

    async def asked() -> Answer:
        listening = await asyncio.start_server(refusing, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        to = smtp(port, username="us", password="wrong")
        answer = await to.hand_over(parcel())
        await asyncio.wait_for(left.get(), 5)
        listening.close()
        return answer

    assert asyncio.run(asked()).unreachable


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.invalid")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    cert, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, secret
