"""Every real message beside the checkout: read, judged as its manifest judges it, never lost."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from safeconduct.wires.hazards.engine.guard import FAULT
from safeconduct.wires.hazards.engine.reading import Reading
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.terms import Outcome, Source

KINDS = {
    "cap-alert": Source.CAP,
    "cap-feed": None,
    "usgs-detail": Source.USGS,
    "usgs-summary": Source.USGS,
    "usgs-shakemap": Source.USGS,
    "gdacs-json": None,
}
# Collected by other projects around the messages, without a message in them.
NO_MESSAGE = ("bundle.json", "impact.json", "TC-zero-quadrant.json", "stationlist.json")
# Nothing in these says what happens, where, or which message is meant.
MEANINGLESS = ("not_a_feed", "malformed_link", "no_id", "no_link", "no_title", "xee", "invalid")
KEYS = [
    *("source", "outcome", "reason", "repairs", "identifier", "sender", "sent", "msg_type"),
    *("event", "severity", "urgency", "certainty", "languages", "area_km2", "cells", "estimated"),
]

pytestmark = pytest.mark.xdist_group("real messages")


@pytest.fixture(scope="session")
def rows(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "MANIFEST.csv").open(newline="") as manifest:
        return [row for row in csv.DictReader(manifest) if row["kind"] in KINDS]


@pytest.fixture(scope="session")
def read(shared_data: Path, rows) -> dict[str, list[Reading]]:
    # The longest lists repeat what the shorter ones hold, a hundred times over.
    return {
        row["path"]: read_bytes((shared_data / row["path"]).read_bytes())
        for row in rows
        if int(row["bytes"]) < 100_000
    }


def _of(rows, read, **wanted):
    for row in rows:
        if row["path"] in read and all(row[key] in values for key, values in wanted.items()):
            yield row, read[row["path"]]


def test_nothing_makes_the_reader_stumble(read):
    stumbled = {
        path: str(one.reason)
        for path, readings in read.items()
        for one in readings
        if one.reason and one.reason.text == FAULT
    }
    assert stumbled == {}
    assert len(read) > 200


def test_valid_messages_are_never_refused(rows, read):
    refused = [
        row["path"]
        for row, readings in _of(rows, read, validity=("valid",))
        if not row["path"].endswith(NO_MESSAGE)
        and (not readings or any(one.outcome is Outcome.REFUSED for one in readings))
    ]
    assert refused == []


def test_schema_valid_cap_1_2_is_mostly_accepted_as_it_stands(rows, read):
    outcomes = defaultdict(int)
    for row, readings in _of(rows, read, kind=("cap-alert",), validity=("valid",)):
        if "CAP 1.2" in row["notes"]:
            outcomes[readings[0].outcome] += 1
    assert outcomes[Outcome.ACCEPTED] > 0.75 * sum(outcomes.values())


def test_what_breaks_the_schema_is_repaired_by_name(rows, read):
    silent = [
        row["path"]
        for row, readings in _of(rows, read, kind=("cap-alert",), validity=("invalid",))
        if "XSD:" in row["notes"]
        and not all(one.repairs or one.outcome is Outcome.REFUSED for one in readings)
    ]
    assert silent == []


def test_what_the_manifest_calls_invalid_is_never_taken_as_flawless(rows, read):
    taken = [
        row["path"]
        for row, readings in _of(rows, read, kind=("cap-alert",), validity=("invalid",))
        if any(one.outcome is Outcome.ACCEPTED for one in readings)
    ]
    assert taken == []


def test_real_severe_alerts_are_never_lost_for_form_alone(rows, read):
    lost = [
        row["path"]
        for row, readings in _of(rows, read, kind=("cap-alert",))
        if "class=real" in row["notes"]
        and "not well-formed" not in row["notes"]
        and any(one.outcome is Outcome.REFUSED for one in readings)
    ]
    assert lost == []


def test_refusals_give_a_reason_and_are_of_the_meaningless(rows, read):
    for row, readings in _of(rows, read, kind=("cap-feed",)):
        for one in readings:
            if one.outcome is Outcome.REFUSED:
                assert str(one.reason)
                assert any(word in row["path"] for word in MEANINGLESS), row["path"]


def test_every_shape_in_a_message_becomes_cells(rows, read):
    for row, readings in _of(rows, read, kind=("cap-alert",), validity=("valid",)):
        if "polygons=0 circles=0" in row["notes"] or not readings:
            continue
        if "Blizzard" in readings[0].event:  # its polygon element is empty
            continue
        assert readings[0].area.cells > 0, row["path"]
        assert 0 < readings[0].area.km2 <= 510_100_000
        assert readings[0].area.cells <= 200_000


def test_an_area_that_cannot_be_placed_is_said(read):
    for path, readings in read.items():
        for one in readings:
            spoken = one.problems or one.reason or one.msg_type in ("Cancel", "Ack", "Error")
            assert one.area.cells or spoken, path


def test_sources_and_keys_are_those_promised(rows, read):
    for row, readings in _of(rows, read):
        for one in readings:
            told = one.as_json()
            assert list(told) == KEYS
            assert told["source"] in ("cap", "usgs", "gdacs", "unknown")
            source = KINDS[row["kind"]]
            if source and one.outcome is not Outcome.REFUSED:
                assert one.source is source, row["path"]


def test_json_of_agencies_in_their_own_forms_is_refused_kindly(shared_data):
    for path in (shared_data / "agency-json").rglob("*.*json"):
        for one in read_bytes(path.read_bytes()):
            assert one.outcome is not Outcome.REFUSED or "kind" in str(one.reason), path


def test_german_weather_messages_come_out_of_their_archive(shared_data):
    (packed,) = shared_data.glob("cap-alert/**/*.zip")
    readings = read_bytes(packed.read_bytes())
    assert len(readings) == 3
    assert all(len(one.languages) == 8 for one in readings)


def test_the_rupture_of_2023_reaches_the_five_cities(shared_data):
    from safeconduct.ground.kernel.geometry import cell_at

    (path,) = shared_data.glob("usgs-shakemap/*/*7.8_Kahramanmaras*rupture_USGS.json")
    (reading,) = read_bytes(path.read_bytes())
    assert reading.identifier == "us6000jllz"
    assert reading.area.estimated
    for lat, lon in ((37.06, 37.38), (37.58, 36.93), (37.76, 38.28), (36.2, 36.16)):
        assert reading.area.ranges.contains(cell_at(lat, lon))


def test_measured_contours_are_no_estimate_and_nest(shared_data):
    for path in shared_data.glob("usgs-shakemap/*/*cont_mmi.json"):
        (reading,) = read_bytes(path.read_bytes())
        assert not reading.area.estimated
        levels = [band["intensity"] for band in reading.area.intensities]
        assert levels == sorted(levels)
        assert levels[0] == 6.0
        assert reading.area.km2 > 1000
