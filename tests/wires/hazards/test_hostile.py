"""Shapes and numbers that nobody drew on purpose: read to an end, and never at others' cost."""

import json
import random

import pytest
import shapely
from lxml import etree

from safeconduct.ground.kernel import geometry
from safeconduct.wires.hazards.engine import cap as cap_module
from safeconduct.wires.hazards.engine import cap_index, sniff
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome
from tests.wires.hazards.messages import cap, quake

BAKU = "40,49 40,50 41,50 41,49 40,49"


def one(payload: bytes):
    (reading,) = read_bytes(payload)
    return reading


def scribble(corners: int, width: float) -> str:
    dice = random.Random(1)
    pairs = [(40 + dice.random(), 49 + width * dice.random()) for _at in range(corners)]
    return " ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in [*pairs, pairs[0]])


def test_a_polygon_that_crosses_itself_thousands_of_times_is_all_around_it():
    reading = one(cap((BAKU, scribble(1000, 1))))
    assert [str(note) for note in reading.repairs] == [
        "A polygon crosses itself too often to tell its ground; all around it was taken."
    ]
    assert reading.area.km2 == pytest.approx(9390, rel=0.05)


def test_a_polygon_that_crosses_itself_often_is_still_the_ground_it_surrounds():
    reading = one(cap((BAKU, scribble(50, 1))))
    assert "surrounds" in str(reading.repairs[0])
    assert 1000 < reading.area.km2 < 9390


def test_a_scribble_over_half_the_earth_keeps_its_width():
    dice = random.Random(2)
    corners = [(-100 + 200 * dice.random(), 60 * dice.random()) for _at in range(600)]
    whole = geometry.split_antimeridian(shapely.Polygon(corners))
    assert whole.bounds[2] - whole.bounds[0] > 190
    assert geometry.area_km2(whole) > 1e8


def test_a_ring_that_runs_around_the_earth_for_ever_is_read():
    corners = [((at * 110) % 360 - 180, -80 + at / 200) for at in range(30_000)]
    whole = geometry.split_antimeridian(shapely.Polygon(corners))
    assert whole.bounds == pytest.approx((-180, -90, 180, 70), abs=0.01)


def rupture(*corners: list[float]) -> bytes:
    plane = {"type": "MultiPolygon", "coordinates": [[[*corners, corners[0]]]]}
    told = {"id": "us1", "mag": 7.8, "lat": -18.5, "lon": 180, "depth": 10, "locstring": "Fiji"}
    feature = {"type": "Feature", "properties": {}, "geometry": plane}
    document = {"type": "FeatureCollection", "metadata": told, "features": [feature]}
    return json.dumps(document).encode()


def test_a_rupture_over_the_antimeridian_is_where_it_is():
    over = one(rupture([179, -18, 0], [-179, -19, 0], [-179, -19, 20], [179, -18, 20]))
    beside = one(rupture([169, -18, 0], [171, -19, 0], [171, -19, 20], [169, -18, 20]))
    assert over.area.km2 == pytest.approx(beside.area.km2, rel=0.01)
    assert over.area.ranges.contains(geometry.cell_at(-18.5, -179.9))
    assert not over.area.ranges.contains(geometry.cell_at(-18.5, 0))


def test_a_rupture_longer_than_any_is_not_gone_by():
    reading = one(rupture([-80, -10, 0], [80, 10, 0], [80, 10, 20], [-80, -10, 20]))
    assert reading.facts["basis"] == "point"
    assert reading.area.cells


def test_a_number_that_is_none_costs_its_own_polygon_only():
    both = f"{BAKU}</polygon><polygon>nan,49 inf,50 41,1e999 nan,49"
    reading = one(cap((BAKU, both)))
    assert reading.area.km2 == pytest.approx(9390, rel=0.01)
    assert "left out" in str(reading.repairs[0])
    assert "cannot be placed" in str(reading.reason)


def gdacs(number: object, kind: str = "FL", **shape: object) -> dict:
    told = {"eventtype": kind, "eventid": number, "alertlevel": "Red", "name": "Flood"} | shape
    return {"properties": told, "geometry": {"type": "Point", "coordinates": [49, 40]}}


def listed(*features: dict) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_an_event_of_gdacs_without_a_number_is_refused_alone():
    readings = read_bytes(listed(gdacs(1), gdacs(None), gdacs(3)))
    assert [one.severity for one in readings] == ["Extreme", "", "Extreme"]
    assert "no type or number" in str(readings[1].reason)


def test_where_a_storm_might_go_is_an_estimate():
    cone = gdacs(5, "TC", Class="Poly_Cones")
    ring = [[28, 28], [46, 28], [46, 46], [28, 46], [28, 28]]
    cone["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    assert one(listed(cone)).area.estimated


def test_a_fault_of_ours_in_one_message_of_an_envelope_costs_no_other(monkeypatch):
    first, second = (cap(("TEST-1", name)).decode().split("?>")[1] for name in ("A", "B"))
    reading = cap_module.read_alert

    def read_alert(alert, *given):
        if "<identifier>A<" in etree.tostring(alert).decode():
            raise TypeError
        return reading(alert, *given)

    monkeypatch.setattr(cap_module, "read_alert", read_alert)
    envelope = f"<EDXLDistribution>{first}{second}</EDXLDistribution>".encode()
    readings = read_bytes(envelope)
    assert [one.outcome for one in readings] == [Outcome.REFUSED, Outcome.ACCEPTED]
    assert "fault of this system (TypeError)" in str(readings[0].reason)
    entries = f"<feed><entry>{first}</entry><entry>{second}</entry></feed>".encode()
    assert [one.outcome for one in read_bytes(entries)] == [Outcome.REFUSED, Outcome.ACCEPTED]


def test_what_one_message_of_an_envelope_needed_is_not_said_of_the_next():
    bent, plain = cap(("+04:00", "Z")).decode(), cap().decode()
    inner = "".join(text.split("?>")[1] for text in (bent, plain))
    readings = read_bytes(f"<EDXLDistribution>{inner}</EDXLDistribution>".encode())
    assert [len(one.repairs) for one in readings] == [1, 0]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (lambda text: b"eqfeed_callback(" + text + b");\n", "JSONP"),
        (lambda text: text + b"\n" + text + b"\n", "one JSON document a line"),
        (lambda text: text.decode().encode("utf-16"), "in UTF-16, where"),
        (lambda text: text.decode().encode("utf-16-le"), "without the mark"),
        (lambda text: (text + b"\n").decode().encode("utf-16-be"), "without the mark"),
        (lambda text: text.replace(b"Baku", b"Ba\\u0000ku"), "Characters that no text can hold"),
        (lambda text: text.replace(b"Baku", b"Ba\\ud800ku"), "not strict JSON; what"),
        (lambda text: text.replace(b"6.5", b"NaN", 1), "no numbers are empty"),
    ],
)
def test_json_in_another_wrapping_is_read(payload, said):
    for reading in read_bytes(payload(json.dumps(quake()).encode())):
        assert reading.outcome is Outcome.TOLERATED
        assert said in str(reading.repairs[0])
        assert "\x00" not in reading.event
        assert reading.event.encode()


ESCAPED = "<x>&lt;alert>&lt;/alert></x>"


@pytest.mark.parametrize(
    "payload",
    [
        f"<root>{ESCAPED * 40}</root>",
        f"<feed><entry>{'<alert/>' * 40}</entry></feed>",
        f"<feed><entry><content>{'&lt;alert>&lt;/alert>' * 40}</content></entry></feed>",
        f"<feed><a><b>{'<alert/>' * 40}</b></a></feed>",
        f"<feed>{'<entry><alert/></entry>' * 2}{'<alert/>' * 40}</feed>",
    ],
)
def test_no_more_alerts_are_looked_into_than_are_kept(payload, monkeypatch):
    """Eight megabytes of empty ones, written as texts, took a minute."""
    looked_at = []

    def counted(read):
        return lambda *told, **more: looked_at.append(read) or read(*told, **more)

    monkeypatch.setattr(cap_index, "MOST_MESSAGES", 5)
    monkeypatch.setattr(sniff, "MOST_MESSAGES", 5)
    monkeypatch.setattr(cap_index, "_alerts_in", counted(cap_index._alerts_in))
    monkeypatch.setattr(cap_module, "read_alert", counted(cap_module.read_alert))
    assert len(read_bytes(payload.encode())) == 5
    # Each is found, and read.
    assert len(looked_at) <= 10


def test_an_alert_in_an_entry_is_not_read_again_beside_it():
    inner = cap().decode().partition("?>")[2]
    feed = f"<feed><entry><deep>{inner}</deep></entry><deep>{inner}</deep></feed>"
    assert len(read_bytes(feed.encode())) == 2
