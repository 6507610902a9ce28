"""The gate sees what no test walked, and CI closes it."""

from importlib import import_module, invalidate_caches
from pathlib import Path

from tests import gate
from tests.walked import Watcher

RULE = """\
def is_far(km, by_air):
    if km > 100:
        by_air = True
    if by_air:
        return True
    return False
"""


def _walked(tmp_path, monkeypatch, *asked):
    (tmp_path / "rule_of_test.py").write_text(RULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "rule_of_test", raising=False)
    invalidate_caches()
    watching = Watcher([tmp_path / "rule_of_test.py"], tmp_path / "data")
    watching.start()
    try:
        rule = import_module("rule_of_test")
        for question in asked:
            rule.is_far(*question)
    finally:
        watching.stop()
    watching.save()
    return gate.gaps(tmp_path, [tmp_path / "rule_of_test.py"])


def test_every_branch_walked_leaves_no_gap(tmp_path, monkeypatch):
    assert _walked(tmp_path, monkeypatch, (200, False), (5, False)) == []


def test_a_branch_never_taken_is_named(tmp_path, monkeypatch):
    found = _walked(tmp_path, monkeypatch, (200, False))
    assert any("rule_of_test.py:6" in line for line in found)
    assert any("rule_of_test.py:2 never goes on to line 4" in line for line in found)


def test_rules_and_access_of_every_capability_are_watched():
    watched = {path.parts[-2] for path in gate.watched()}
    assert {"messaging", "rollcall", "missions", "alerts"} <= watched
    assert all(path.name in {"rules.py", "access.py"} for path in gate.watched())


def test_ci_closes_the_gate():
    makefile = (gate.ROOT / "Makefile").read_text()
    assert "$(if $(filter true,$(CI)),--gate)" in makefile
    assert Path(gate.ROOT / ".ci/run").read_text().count("make test") == 1
