"""Feeds over a real local server: read, unchanged, broken, and links followed with care."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from safeconduct.wires.hazards.engine import fetch as fetching
from safeconduct.wires.hazards.engine.reading import UnreadableError
from safeconduct.wires.hazards.models import Feed, Signal
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
        }
        if self.path in led:
            self.send_response(302)
            self.send_header("Location", led[self.path])
            self.end_headers()
            return
        self.send_response(200 if self.path in bodies else 503)
        self.send_header("ETag", "v1")
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


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/y", "http://127.0.0.1:1/"])
def test_what_cannot_be_fetched_is_said(address):
    with pytest.raises(UnreadableError):
        fetching.fetch(address)
