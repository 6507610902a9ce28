"""What may be tried twice, and that nobody can overlook it."""

from types import SimpleNamespace

import pytest

from tests import again

BROWSER = "tests/browser/test_board.py::test_keys"


class Reporter:
    """The lines a run says, and its reports by outcome."""

    def __init__(self, **stats: list[str]) -> None:
        self.stats = {
            kind: [
                SimpleNamespace(nodeid=name, when="call", longreprtext=f"{name} broke")
                for name in names
            ]
            for kind, names in stats.items()
        }
        self.said: list[str] = []

    def write_line(self, line: str, **_how: object) -> None:
        self.said.append(line)

    section = write_line

    def ensure_newline(self) -> None: ...


def finished(reporter: Reporter, *, asked_for: bool = True, gate: bool = False) -> object:
    plugins = SimpleNamespace(get_plugin=lambda _name: reporter)
    option = SimpleNamespace(second_attempt=asked_for, gate=gate)
    config = SimpleNamespace(option=option, pluginmanager=plugins, rootpath=None)
    session = SimpleNamespace(config=config, exitstatus=pytest.ExitCode.TESTS_FAILED)
    again.pytest_sessionfinish(session)
    again.pytest_terminal_summary(reporter)
    return session.exitstatus


@pytest.fixture
def attempts(monkeypatch):
    """Second attempts pass; what was tried."""
    tried = []
    monkeypatch.setattr(again, "passes", lambda _root, names, _reporter: not tried.extend(names))
    return tried


def test_who_passes_at_the_second_attempt_is_named_with_what_broke_at_first(attempts):
    reporter = Reporter(failed=[f"{BROWSER}[a@b]@every page"], passed=["tests/cli/test_jobs.py::t"])
    assert finished(reporter) == pytest.ExitCode.OK
    assert attempts == [f"{BROWSER}[a@b]"]
    assert "failed" not in reporter.stats
    assert any("WARNING: passed at the second attempt" in line for line in reporter.said)
    assert any("broke" in line for line in reporter.said)


def test_what_is_walked_at_the_second_attempt_counts_for_the_gate(attempts):
    assert finished(Reporter(failed=[BROWSER]), gate=True) == pytest.ExitCode.OK
    assert attempts == ["--add-to-gate", BROWSER]


def test_who_fails_twice_has_failed(monkeypatch):
    monkeypatch.setattr(again, "passes", lambda *_: False)
    reporter = Reporter(error=[BROWSER])
    assert finished(reporter) == pytest.ExitCode.TESTS_FAILED
    assert reporter.stats["error"]


@pytest.mark.parametrize(
    "failed",
    [
        ["tests/response/alerts/test_pages.py::test_page"],
        [BROWSER, "tests/response/alerts/test_pages.py::test_page"],
        [f"{BROWSER}[{number}]" for number in range(again.AT_MOST + 1)],
    ],
)
def test_what_is_no_accident_is_not_tried_again(attempts, failed):
    reporter = Reporter(failed=failed)
    assert finished(reporter) == pytest.ExitCode.TESTS_FAILED
    assert not attempts
    assert not reporter.said


def test_only_who_asks_gets_a_second_attempt(attempts):
    assert finished(Reporter(failed=[BROWSER]), asked_for=False) == pytest.ExitCode.TESTS_FAILED
    assert not attempts


@pytest.mark.parametrize("folder", again.FOLDERS)
def test_what_may_be_tried_again_is_there(folder, pytestconfig):
    assert (pytestconfig.rootpath / folder).is_dir()
