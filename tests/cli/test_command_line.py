"""The command line itself: help without a database, reasons instead of tracebacks."""

import os
import subprocess
import sys

import orjson
import pytest
from click.testing import CliRunner

from safeconduct.cli import COMMANDS, group
from safeconduct.cli.surroundings import write_json


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    answer = CliRunner().invoke(group, [name, "--help"])
    assert answer.exit_code == 0, answer.output
    assert "Usage:" in answer.output


def test_help_needs_neither_database_nor_django():
    """Whoever asks what there is must not wait for a server to start."""
    script = "import sys, safeconduct.cli as c; c.group(['--help'], standalone_mode=False); "
    script += "sys.exit('django' in sys.modules)"
    asked = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_an_unknown_command_is_a_misuse():
    assert CliRunner().invoke(group, ["fly"]).exit_code == 2


@pytest.mark.parametrize(
    ("address", "end"), [("mysql://there", "."), ("postgresql://nobody@127.0.0.1:1/x", "refused")]
)
def test_a_database_that_is_none_or_away_is_a_sentence(address, end):
    surroundings = os.environ | {"DATABASE_URL": address}
    if address.startswith("mysql"):
        # Refused before any settings are read.
        del surroundings["DJANGO_SETTINGS_MODULE"]
    asked = subprocess.run(
        [sys.executable, "-m", "safeconduct.cli", "migrate"],
        capture_output=True,
        text=True,
        check=False,
        env=surroundings,
    )
    assert asked.returncode == 1
    assert "Traceback" not in asked.stderr
    assert asked.stderr.strip().endswith(end)


def test_json_goes_to_the_file_and_nowhere_without_one(tmp_path):
    write_json(None, {"people": 1})
    write_json(tmp_path / "out.json", {"people": 1})
    assert orjson.loads((tmp_path / "out.json").read_bytes()) == {"people": 1}
