"""Atom and RSS: one reading an entry, never two, never none."""

from html import escape

import pytest

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards.engine import fetch
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


def test_a_name_that_nothing_may_have_costs_no_entry():
    entries = [SUMMARY.replace("urn:1", f"urn:{at}") for at in range(3)]
    entries[1] = entries[1].replace("<title>Storm", "<x:1y>&</x:1y><title>Storm & rain")
    items = "".join(entries).replace("entry>", "item>").replace("id>", "guid>")
    readings = read_bytes(f"<rss><channel>{items}</channel></rss>".encode())
    assert [one.identifier for one in readings] == ["urn:0", "urn:1", "urn:2"]
    assert {one.outcome for one in readings} == {Outcome.TOLERATED}
    assert {one.severity for one in readings} == {"Severe"}


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


def test_an_entry_with_a_number_that_is_none_costs_no_other_entry():
    broken = SUMMARY.replace("40,49 40,50 41,50 40,49", "nan,nan 40,50 41,50 nan,nan")
    readings = read_bytes(feed(SUMMARY, broken, SUMMARY))
    assert [bool(one.area.cells) for one in readings] == [True, False, True]
    assert {one.severity for one in readings} == {"Severe"}


@pytest.mark.parametrize(
    "content", [escape(ALERT), f"<![CDATA[<?xml version='1.0'?>\n{ALERT}\n]]>"]
)
def test_an_alert_written_out_as_text_is_read(content):
    (reading,) = read_bytes(feed(f'<entry><content type="text">{content}</content></entry>'))
    assert (reading.identifier, reading.severity) == ("TEST-1", "Severe")
    assert reading.area.cells
    assert [str(repair) for repair in reading.repairs] == [
        "The alert stood in the feed as text, not as XML; it was read out of it."
    ]


def test_every_alert_in_an_entry_counts():
    both = ALERT + ALERT.replace("TEST-1", "TEST-2")
    readings = read_bytes(feed(f"<entry><content>{both}</content></entry>"))
    assert [one.identifier for one in readings] == ["TEST-1", "TEST-2"]


@pytest.mark.parametrize(
    ("before", "href", "whole"),
    [
        ("", "/a.xml", "/a.xml"),
        ("", "not a url at all", None),
        ("", "javascript:alert(1)", None),
        ("", "N/A", None),
        ("", "24/7", None),
        ("", "alerts/a.CAP", "alerts/a.CAP"),
        ('<link rel="self" href="https://example.org/feeds/all.xml"/>', "n/a", None),
        ('<link rel="self" href="https://example.org/feeds/all.xml"/>', "a.xml", "feeds/a.xml"),
        ('<link rel="self" href="https://example.org/feeds/all.xml"/>', "/a.xml", "a.xml"),
    ],
)
def test_a_link_beside_the_feed_is_a_link(before, href, whole):
    entry = f'<entry><id>e1</id><title>Quake</title><link href="{href}"/></entry>'
    (reading,) = read_bytes(feed(before, entry))
    wanted = f"https://example.org/{whole}" if before and whole else whole
    assert reading.facts.get("link") == wanted
    assert (reading.outcome is Outcome.REFUSED) is (whole is None)


def test_a_link_stands_beside_the_base_its_entry_names():
    entry = (
        '<entry xml:base="https://example.org/x/"><id>e</id><title>Q</title><link href="a.xml"/>'
    )
    (reading,) = read_bytes(feed(f"{entry}</entry>"))
    assert reading.facts["link"] == "https://example.org/x/a.xml"


SPACE = 'xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml"'
RING = "40 49 40 50 41 50 41 49 40 49"


@pytest.mark.parametrize(
    "drawn",
    [
        f"<georss:polygon {SPACE}>{RING}</georss:polygon>",
        f"<georss:where {SPACE}><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>{RING}"
        "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></georss:where>",
        f"<georss:where {SPACE}><gml:Envelope><gml:lowerCorner>40 49</gml:lowerCorner>"
        "<gml:upperCorner>41 50</gml:upperCorner></gml:Envelope></georss:where>",
    ],
)
def test_georss_is_an_area_and_written_as_it_should_be(drawn):
    entry = f"<entry><id>e</id><title>Storm</title><link href='https://a.org/1'/>{drawn}</entry>"
    (reading,) = read_bytes(feed(entry))
    assert reading.area.ranges.contains(cell_at(40.5, 49.5))
    assert reading.area.km2 == pytest.approx(9390, rel=0.01)
    assert not reading.area.estimated
    assert len(reading.repairs) == 1
    assert "not fetched" in str(reading.repairs[0])


def test_a_circle_of_georss_is_so_many_metres_wide():
    drawn = f"<georss:circle {SPACE}>40 49 20000</georss:circle>"
    entry = f"<entry><id>e</id><title>Storm</title><link href='https://a.org/1'/>{drawn}</entry>"
    (reading,) = read_bytes(feed(entry))
    assert reading.area.km2 == pytest.approx(1257, rel=0.02)


@pytest.mark.parametrize(
    ("box", "inside", "outside"),
    [
        ("-60 -170 60 170", (0, 0), (0, 179)),
        ("-60 170 60 -170", (0, 179), (0, 0)),
        ("-90 -180 90 180", (0, 0), None),
    ],
)
def test_a_box_covers_what_lies_eastwards_of_its_first_corner(box, inside, outside):
    drawn = f"<georss:box {SPACE}>{box}</georss:box>"
    entry = f"<entry><id>e</id><title>Storm</title><link href='https://a.org/1'/>{drawn}</entry>"
    (reading,) = read_bytes(feed(entry))
    assert reading.area.ranges.contains(cell_at(*inside))
    assert outside is None or not reading.area.ranges.contains(cell_at(*outside))


def test_a_link_beside_a_feed_that_does_not_name_itself_is_followed(monkeypatch):
    asked = []
    monkeypatch.setattr(
        fetch, "fetch", lambda link, **_: asked.append(link) or fetch.Answer(CAP.encode())
    )
    entry = '<entry><id>e1</id><title>Quake</title><link href="../a.xml"/></entry>'
    (reading,) = fetch.complete(read_bytes(feed(entry)), address="http://127.0.0.1/feeds/all.xml")
    assert asked == ["http://127.0.0.1/a.xml"]
    assert reading.identifier == "TEST-1"
    assert reading.facts["link"] == "http://127.0.0.1/a.xml"


def test_an_entry_that_waits_for_its_message_knows_already_where_that_stands(monkeypatch):
    monkeypatch.setattr(fetch, "MOST_LINKS", 0)
    entry = '<entry><id>e1</id><title>Quake</title><link href="./a.xml"/></entry>'
    lists = ("http://127.0.0.1/one/all.xml", "http://127.0.0.1/two/all.xml")
    found = [fetch.complete(read_bytes(feed(entry)), address=one)[0] for one in lists]
    assert [one.facts["link"] for one in found] == [
        "http://127.0.0.1/one/a.xml",
        "http://127.0.0.1/two/a.xml",
    ]
