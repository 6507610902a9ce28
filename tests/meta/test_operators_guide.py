"""The operators' guide names every variable the settings read, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_is_explained():
    code = "".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    guide = (ROOT / "docs/operators/README.md").read_text()
    read = set(re.findall(r'"(SAFECONDUCT_[A-Z_]+|DATABASE_URL)"', code))
    assert set(re.findall(r"`(SAFECONDUCT_[A-Z_]+|DATABASE_URL)`", guide)) == read
