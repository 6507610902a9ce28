"""One end to every exchange, at the address that was looked at, by the name in a certificate."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from safeconduct.wires.hazards.engine import exchange, fetch
from safeconduct.wires.hazards.engine.following import Way
from safeconduct.wires.hazards.engine.reading import UnreadableError
from safeconduct.wires.hazards.engine.sniff import read_bytes
from tests.wires.hazards.agency import Agency, agency
from tests.wires.hazards.messages import cap
from tests.wires.hazards.test_index import SUMMARY, feed

OPEN, INSIDE = "93.184.215.14", "127.0.0.1"


@pytest.fixture
def served() -> Iterator[Agency]:
    with agency() as one:
        one["/x"] = b"inside"
        yield one


@contextmanager
def dripping(whole: bytes) -> Iterator[str]:
    """A server that says each byte after a pause, and in the end all it has to say."""
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        with suppress(OSError):
            met, _address = listening.accept()
            with met:
                met.recv(64 * 1024)
                for byte in whole:
                    met.sendall(bytes([byte]))
                    time.sleep(0.02)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        listening.close()
        thread.join()


def test_headers_that_drip_end_with_the_time_of_the_exchange(monkeypatch):
    monkeypatch.setattr(fetch, "ANSWER_SECONDS", 0.2)
    whole = b"HTTP/1.1 200 OK\r\nX: 1\r\n\r\n{}"
    with dripping(whole) as address, pytest.raises(UnreadableError, match="in time"):
        fetch.fetch(address)


def test_a_slow_answer_within_its_time_is_taken():
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n{}") as address:
        assert fetch.fetch(address).payload == b"{}"


@pytest.fixture
def turncoat(monkeypatch):
    """A name that stands for an open address once, and for one of our own ever after."""
    known, real = [OPEN], socket.getaddrinfo

    def looked_up(host, port, *rest, **options):
        if host != "turncoat.example":
            return real(host, port, *rest, **options)
        return real(known.pop() if known else INSIDE, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return "turncoat.example"


def test_a_name_that_moves_into_our_network_after_the_look_is_not_followed(served, turncoat):
    link = f"{served.base.replace(INSIDE, turncoat)}/x"
    with pytest.raises(UnreadableError, match="do not follow"):
        Way("feed.example", until=time.monotonic() + 60).payload(link)
    assert served.asked == []


def test_nor_is_the_link_of_a_list_to_such_a_name(served, turncoat):
    served["/1.cap"] = cap()
    base = served.base.replace(INSIDE, turncoat)
    told = read_bytes(feed(SUMMARY.replace("https://example.org", base)))
    assert len(fetch.complete(told, address="http://feed.example/list")) == 1
    assert served.asked == []


def test_the_host_an_officer_named_may_stand_in_our_network(served):
    assert fetch.fetch(f"{served.base}/x").payload == b"inside"
    with pytest.raises(UnreadableError, match="do not follow"):
        fetch.fetch(f"{served.base}/x", own="feed.example")


class _Secure(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


def certified(folder: Path, host: str) -> Path:
    """A key and a certificate of ``host`` that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    draft = draft.public_key(key.public_key()).serial_number(x509.random_serial_number())
    draft = draft.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = draft.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    kept = folder / "server.pem"
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    kept.write_bytes(made + key.private_bytes(serialization.Encoding.PEM, plain[1], plain[0]))
    return kept


def test_a_certificate_of_another_name_is_refused(tmp_path, monkeypatch):
    kept = certified(tmp_path, "localhost")
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(kept)
    monkeypatch.setattr(exchange, "_trust", lambda: ssl.create_default_context(cafile=str(kept)))
    with HTTPServer(("127.0.0.1", 0), _Secure) as server:
        server.socket = ours.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        port = server.server_port
        assert fetch.fetch(f"https://localhost:{port}/").payload == b"{}"
        with pytest.raises(UnreadableError, match="cannot be reached"):
            fetch.fetch(f"https://127.0.0.1:{port}/")
        server.shutdown()
        thread.join()
