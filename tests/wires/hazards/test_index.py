"""Atom and RSS: one reading an entry, never two, never none."""

from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome
from tests.wires.hazards.messages import CAP

ALERT = CAP[CAP.index("<alert") :]
SUMMARY = """<entry><id>urn:1</id><title>Storm</title><updated>2026-03-01T10:00:00Z</updated>
  <link rel="alternate" href="https://example.org/page"/>
  <link type="application/cap+xml" href="https://example.org/1.cap"/>
  <event xmlns="urn:oasis:names:tc:emergency:cap:1.2">Storm</event>
  <severity xmlns="urn:oasis:names:tc:emergency:cap:1.2">Severe</severity>
  <polygon xmlns="urn:oasis:names:tc:emergency:cap:1.2">40,49 40,50 41,50 40,49</polygon></entry>"""


def feed(*entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'.encode()


def test_entries_that_hold_an_alert_are_that_alert():
    readings = read_bytes(feed(f"<entry><content>{ALERT}</content></entry>"))
    assert [(one.identifier, one.outcome) for one in readings] == [("TEST-1", Outcome.ACCEPTED)]


def test_an_alert_beside_the_entries_is_not_lost():
    readings = read_bytes(feed(SUMMARY, ALERT))
    assert [one.identifier for one in readings] == ["urn:1", "TEST-1"]


def test_a_summary_says_that_the_message_was_not_fetched():
    (reading,) = read_bytes(feed(SUMMARY))
    assert reading.outcome is Outcome.TOLERATED
    assert "not fetched" in str(reading.repairs[0])
    assert reading.facts["link"] == "https://example.org/1.cap"
    assert (reading.severity, reading.hazard) == ("Severe", "storm")
    assert reading.area.cells


def test_an_entry_without_anything_is_refused_alone():
    readings = read_bytes(feed("<entry><id>urn:0</id></entry>", SUMMARY))
    assert [one.outcome for one in readings] == [Outcome.REFUSED, Outcome.TOLERATED]


def test_an_empty_feed_has_no_messages():
    assert read_bytes(feed()) == []


def test_a_gdacs_item_is_an_event_with_a_declared_radius():
    item = """<rss xmlns:gdacs="http://www.gdacs.org" xmlns:georss="http://www.georss.org/georss">
    <channel><item><title>Orange flood alert in Pakistan</title>
    <georss:point>33.054 71.779</georss:point><gdacs:eventtype>FL</gdacs:eventtype>
    <gdacs:alertlevel>Orange</gdacs:alertlevel><gdacs:eventid>4339</gdacs:eventid>
    <gdacs:episodeid>1</gdacs:episodeid><pubDate>Fri, 25 Mar 2016 23:59:59 GMT</pubDate>
    </item></channel></rss>"""
    (reading,) = read_bytes(item.encode())
    assert (reading.identifier, reading.severity) == ("GDACS_FL_4339_1", "Severe")
    assert reading.area.estimated
    assert round(reading.area.km2, -3) == 31_000
    assert reading.sent.isoformat() == "2016-03-25T23:59:59+00:00"
