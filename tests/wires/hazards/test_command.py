"""`safeconduct hazards read`, as a script calls it."""

import json

from click.testing import CliRunner

from safeconduct.cli.hazards import command
from tests.wires.hazards.messages import cap

KEYS = [
    *("source", "outcome", "reason", "repairs", "identifier", "sender", "sent", "msg_type"),
    *("event", "severity", "urgency", "certainty", "languages", "area_km2", "cells", "estimated"),
    "path",
]


def test_it_writes_one_object_a_message(tmp_path):
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(cap())
    bad.write_bytes(b"nonsense")
    out = tmp_path / "out.json"
    result = CliRunner().invoke(command, ["read", str(good), str(bad), "--json", str(out)])
    assert result.exit_code == 0, result.output
    told = json.loads(out.read_text())
    assert [one["outcome"] for one in told] == ["accepted", "refused"]
    assert all(list(one) == KEYS for one in told)
    assert [one["path"] for one in told] == [str(good), str(bad)]
    assert told[0]["cells"] > 0
    assert told[1]["event"] is None
    assert "neither XML nor JSON" in result.output


def test_a_huge_file_is_refused_without_being_loaded(tmp_path):
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as hole:
        hole.truncate(100 * 1024 * 1024)
    result = CliRunner().invoke(command, ["read", str(huge)])
    assert result.exit_code == 0
    assert "larger than 32 MB" in result.output


def test_a_missing_file_is_an_error_but_does_not_stop_the_rest(tmp_path):
    good = tmp_path / "good.xml"
    good.write_bytes(cap())
    result = CliRunner().invoke(command, ["read", str(tmp_path / "none.xml"), str(good)])
    assert result.exit_code == 1
    assert "TEST-1" in result.output
