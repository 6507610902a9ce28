"""Feeds over a real local server: read, unchanged, broken, and links followed with care."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from safeconduct.cli.hazards import command
from safeconduct.wires.hazards.engine import fetch as fetching
from safeconduct.wires.hazards.engine.reading import UnreadableError
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.models import Feed, Problem, Signal
from safeconduct.wires.hazards.tasks import poll, read_feed
from tests.wires.hazards.messages import cap
from tests.wires.hazards.test_index import SUMMARY, feed


class Agency(BaseHTTPRequestHandler):
    """Serves a feed, the message it links to, and trouble."""

    def do_GET(self) -> None:
        base = f"http://127.0.0.1:{self.server.server_port}"
        bodies = {
            "/feed": feed(SUMMARY.replace("https://example.org", base)),
            "/1.cap": cap(),
            "/gone": feed(
                *(
                    SUMMARY.replace("https://example.org/1.cap", f"{base}/{one}")
                    for one in ("none", "page", "two", "1.cap")
                )
            ),
            "/page": b"<!doctype html><html><body>Please sign in",
            "/nothing": b"",
            "/two": feed(SUMMARY, SUMMARY),
            "/inside": feed(SUMMARY.replace("https://example.org", "http://10.0.0.1")),
        }
        if self.headers.get("If-None-Match") == "v1":
            self.send_response(304)
            self.end_headers()
            return
        led = {
            "/moved": f"{base}/1.cap",
            "/lured": "http://169.254.169.254/latest/",
            "/file": "ftp://example.org/",
            "/round": f"{base}/round",
        }
        if self.path in led:
            self.send_response(302)
            self.send_header("Location", led[self.path])
            self.end_headers()
            return
        self.send_response(200 if self.path in bodies or self.path == "/half" else 503)
        self.send_header("ETag", "v1")
        if self.path == "/half":
            self.send_header("Content-Length", "999999")
        self.end_headers()
        self.wfile.write(bodies.get(self.path, b"out of order"))

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def agency() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Agency)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db
def test_a_link_of_the_feed_is_followed_to_the_full_message(agency):
    source = Feed.objects.create(url=f"{agency}/feed", name="Agency")
    assert poll(timestamp=0) == 1
    signal = Signal.objects.get()
    assert (signal.identifier, signal.outcome) == ("TEST-1", "accepted")
    source.refresh_from_db()
    assert (source.etag, source.failure) == ("v1", "")
    assert source.worked_at
    assert read_feed(source) == []


@pytest.mark.django_db
def test_a_link_into_our_own_network_is_not_followed(agency):
    source = Feed.objects.create(url=f"{agency}/inside", name="Agency")
    (signal,) = read_feed(source)
    assert "not fetched" in signal.repairs[0]["text"]


def test_a_server_may_move_but_not_lead_us_into_our_own_network(agency):
    assert fetching.fetch(f"{agency}/moved").payload == cap()
    for lure in ("lured", "file"):
        with pytest.raises(UnreadableError, match="do not follow"):
            fetching.fetch(f"{agency}/{lure}")


@pytest.mark.django_db
def test_dead_links_do_not_keep_other_feeds_waiting(agency, monkeypatch):
    monkeypatch.setattr(fetching, "LINKS_SECONDS", -1.0)
    source = Feed.objects.create(url=f"{agency}/feed", name="Agency")
    (signal,) = read_feed(source)
    assert "not fetched" in signal.repairs[0]["text"]


@pytest.mark.django_db
def test_a_broken_feed_is_written_down_not_raised(agency):
    source = Feed.objects.create(url=f"{agency}/broken", name="Agency")
    assert read_feed(source) == []
    source.refresh_from_db()
    assert "503" in source.failure
    assert source.worked_at is None


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://x/y", "http://127.0.0.1:1/", "http://[x", "http://"]
)
def test_what_cannot_be_fetched_is_said(address):
    with pytest.raises(UnreadableError):
        fetching.fetch(address)


def test_each_line_of_an_index_says_why_its_message_is_not_there(agency):
    listed = read_bytes(fetching.fetch(f"{agency}/gone").payload)
    whole = fetching.complete(listed, address=f"{agency}/gone")
    assert [str(one.repairs[-1]) for one in whole[:3]] == [
        "The server answered 503.",
        "The file is a web page, not a message.",
        "What stands there is not one message.",
    ]
    assert (whole[3].identifier, whole[3].repairs) == ("TEST-1", ())


def test_a_link_that_leads_nowhere_we_ask_is_said(agency):
    listed = read_bytes(fetching.fetch(f"{agency}/inside").payload)
    (line,) = fetching.complete(listed, address=f"{agency}/inside")
    assert str(line.repairs[-1]) == "The link leads to no server that we may ask."


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/round", "in circles, or nowhere \\(302\\)"),
        ("/half", "broke off before its end"),
    ],
)
def test_what_became_of_an_exchange_is_said_in_words(agency, path, said):
    with pytest.raises(UnreadableError, match=said):
        fetching.fetch(agency + path)


def test_a_name_no_server_has_is_said(monkeypatch):
    def unknown(*_told, **_more):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(UnreadableError, match="no server of this name"):
        fetching.fetch("http://agency.example/")


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "said"), [("/page", "a web page"), ("/nothing", "is empty")])
def test_an_answer_without_a_message_is_a_feed_that_fails(agency, path, said):
    source = Feed.objects.create(url=agency + path, name="Agency")
    assert read_feed(source) == []
    source.refresh_from_db()
    assert said in source.failure
    assert (source.worked_at, source.etag) == (None, "")
    assert not Signal.objects.exists()


@pytest.mark.django_db
def test_an_index_without_a_line_and_one_that_nobody_can_read_are_no_failure(agency, monkeypatch):
    source = Feed.objects.create(url=f"{agency}/1.cap", name="Agency")
    for page in (feed(), feed("<entry><id>e</id></entry>")):
        monkeypatch.setattr(fetching, "fetch", lambda *_, page=page, **__: fetching.Answer(page))
        read_feed(source)
        source.refresh_from_db()
        assert source.failure == ""
    assert Problem.objects.count() == 1


def test_the_command_reads_what_an_index_links_to(agency):
    result = CliRunner().invoke(command, ["read", f"{agency}/feed", f"{agency}/round"])
    assert "TEST-1" in result.output
    assert "not fetched" not in result.output
    assert "in circles" in result.output
