"""The gates of the bench let through what they promise to, and nothing else."""

from threading import Event

import pytest

from bench import BenchOptions, Round, entry, harness, middle_of, percentile
from bench.promises import PROMISES


@pytest.mark.parametrize(
    ("row", "result", "passes"),
    [
        ("expansion", {"value": 60_000, "ratio": 0.3}, True),
        ("expansion", {"value": 40_000, "ratio": 0.3}, True),
        ("expansion", {"value": 60_000, "ratio": 0.2}, False),
        ("audience", {"value": 300, "ratio": 6}, False),
        ("release_commit", {"value": 150, "ratio": None}, True),
        ("release_commit", {"value": 250, "ratio": None}, False),
        ("intake", {"value": 9000, "ratio": 0.5, "p99_ms": 20, "lost": 0}, True),
        ("intake", {"value": 9000, "ratio": 0.5, "p99_ms": 20, "lost": 1}, False),
        ("intake", {"value": 9000, "ratio": 0.5, "p99_ms": 120, "lost": 0}, False),
        ("drain", {"error": "OperationalError: gone"}, False),
    ],
)
def test_the_ratio_is_the_gate_and_where_there_is_none_the_promise(row, result, passes):
    assert harness.passed({row: result}) is passes


def test_of_several_rounds_the_one_with_the_middle_ratio_counts():
    slow, quick, middle = Round(90.0, 300.0), Round(80.0, 100.0), Round(50.0, 100.0)
    found, all_of_them = middle_of([slow, quick, middle])
    assert found is middle
    assert all_of_them == {"rates": [90, 50, 80], "ratios": [0.3, 0.5, 0.8]}


def test_a_row_that_breaks_is_reported_and_the_rest_still_runs(monkeypatch):
    monkeypatch.setattr(harness, "import_module", broken_or_whole)
    said = []
    results = harness.run(["drain", "board"], None, said.append)
    assert results["drain"] == {"error": "RuntimeError: no answers"}
    assert results["board"]["value"] == 12
    assert any("no answers" in line for line in said)


def broken_or_whole(name):
    class Row:
        @staticmethod
        def run(_options):
            if name == "bench.drain":
                raise RuntimeError("no answers")
            return entry(12, "ms")

    return Row


def test_a_percentile_is_a_measured_value():
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([7], 0.99) == 7


def test_one_run_has_every_row_this_machine_can_run_but_what_is_asked_for_by_name(monkeypatch):
    monkeypatch.setattr(harness.hosts, "permitted", lambda: True)
    assert set(PROMISES) - set(harness.rows()) == {"soak", "lighthouse"}
    assert "faults" in harness.rows()
    monkeypatch.setattr(harness.hosts, "permitted", lambda: False)
    assert set(PROMISES) - set(harness.rows()) == {"soak", "lighthouse", "scale_out"}


def test_a_row_that_hangs_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hangs:
        @staticmethod
        def run(_options: object) -> dict[str, object]:
            Event().wait()
            return {}

    monkeypatch.setattr(harness, "import_module", lambda _name: Hangs)
    monkeypatch.setattr(harness, "ROW_MINUTES", 0.0005)
    found = harness.run(["board"], BenchOptions(), lambda _line: None)
    assert "given up" in str(found["board"]["error"])
