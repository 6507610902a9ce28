"""The main job as a newcomer runs it: one command, real processes, from a hazard to a headcount."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults
PEOPLE = 5000
_OURS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")


@pytest.fixture
def home():
    """A folder the database's own user may walk through, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="sc-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_from_hazard_to_headcount(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "headcount.json"
    surroundings = {name: value for name, value in os.environ.items() if name not in _OURS}
    command = [sys.executable, "-m", "safeconduct.cli", "demo", "--exit"]
    played = subprocess.run(
        [*command, "--people", str(PEOPLE), "--json", str(out)],
        env=surroundings | {"SAFECONDUCT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr[-2000:]
    found = json.loads(out.read_text())
    assert found["people"] == PEOPLE
    assert found["audience"] > 10
    assert found["delivered"] + found["unreachable"] == found["audience"]
    assert found["answered"] + found["not_heard_from"] == found["audience"]
    assert found["safe"] + found["needs_help"] + found["not_there"] == found["answered"] > 0
    assert list(found["seconds"]) == [
        "house", "people", "processes", "hazard", "release", "hand_over", "answers",
    ]  # fmt: skip
