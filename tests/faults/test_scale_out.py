"""Three machines on one PostgreSQL: one is cut off, one loses its power, and nothing is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.hosts]
ROOT = Path(__file__).resolve().parents[2]
SURROUNDINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": str(ROOT)}
_PROVE = """
import django; django.setup()
import json
from bench import scale_out
print(json.dumps(scale_out.prove(100, 2.0)))
"""


def test_an_outage_of_two_machines_loses_nothing_and_flags_what_may_be_twice():
    done = subprocess.run(
        [sys.executable, "-c", _PROVE],
        env=os.environ | SURROUNDINGS,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["messages"] == 600
    assert found["lost"] == found["stranded"] == found["unflagged"] == 0, found
    # Of each host that went, at most what was at its hands.
    assert found["repeated"] <= 2 * 60, found
    assert found["answers"] > 0
    assert found["answers_lost"] == 0, found
