"""The operators' guide names every variable the settings read, and every command."""

import re
from pathlib import Path

from safeconduct.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_is_explained():
    code = "".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    guide = (ROOT / "docs/operators/README.md").read_text()
    read = set(re.findall(r'"(SAFECONDUCT_[A-Z_]+|DATABASE_URL)"', code))
    assert set(re.findall(r"`(SAFECONDUCT_[A-Z_]+|DATABASE_URL)`", guide)) == read


def test_every_command_is_in_the_table_and_what_is_new_in_the_changes():
    guide = (ROOT / "docs/operators/README.md").read_text()
    table = "".join(line for line in guide.splitlines() if line.startswith("| `safeconduct "))
    assert {
        name for name in COMMANDS if not re.search(rf"`(safeconduct )?{name}\b", table)
    } == set()
    changes = (ROOT / "CHANGELOG.md").read_text()
    for name in ("VAPID_KEY", "PUSH_SERVICES", "EXPANSION_WORKERS", "PROXIES", "WATCH_TOKEN"):
        assert f"`SAFECONDUCT_{name}`" in changes
