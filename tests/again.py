"""A second attempt for what waits for other processes and threads, alone, never in silence.

There a busy machine may make a test fail of which nothing is wrong. What fails in these
folders is run once more by itself, when all else is over. If it passes then, the run passes,
and its summary says which test needed that and how it failed. Nothing else is repeated, and
nothing at all when more than a few fell or any other test did: that is no accident.
"""

import os
import subprocess
import sys

import pytest

FOLDERS = (
    "tests/browser/",
    "tests/cli/",
    "tests/config/",
    "tests/faults/",
    "tests/flows/",
    "tests/wires/",
)
AT_MOST = 5
_FELL = ("failed", "error")
_PASSED_THEN = "passed at the second attempt"


def pytest_addoption(parser):
    parser.addoption(
        "--second-attempt",
        action="store_true",
        help="run what failed where tests start processes and threads once more, alone",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """Before the gate looks: with nothing failed any more it has something to say."""
    config = session.config
    wanted = config.option.second_attempt and session.exitstatus == pytest.ExitCode.TESTS_FAILED
    if not wanted or hasattr(config, "workerinput"):
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    fell = {plain(report.nodeid) for kind in _FELL for report in reporter.stats.get(kind, [])}
    names = sorted(fell)
    if not worth_it(names):
        return
    reporter.ensure_newline()
    reporter.write_line(f"A second attempt, alone: {', '.join(names)}", yellow=True)
    # What a test walks at its second attempt is walked.
    added = ["--add-to-gate"] if config.option.gate else []
    if passes(config.rootpath, [*added, *names], reporter):
        session.exitstatus = pytest.ExitCode.OK
        reporter.stats[_PASSED_THEN] = [
            report for kind in _FELL for report in reporter.stats.pop(kind, [])
        ]


def pytest_terminal_summary(terminalreporter):
    first = terminalreporter.stats.get(_PASSED_THEN, [])
    if not first:
        return
    terminalreporter.section("WARNING: " + _PASSED_THEN, yellow=True, bold=True)
    for report in first:
        terminalreporter.write_line(f"{report.nodeid} failed at first ({report.when}):", bold=True)
        terminalreporter.write_line(report.longreprtext)
    terminalreporter.write_line(
        "A test that flickers is a defect of its own: mend it.", yellow=True
    )


def plain(name):
    """A test's name without the group that xdist writes behind it."""
    path, _, test = name.rpartition("::")
    end = test.rfind("]")
    return f"{path}::{test[:end] + test[end:].partition('@')[0]}" if path else name


def worth_it(names):
    """Whether these and no others fell, and few enough for an accident."""
    return 0 < len(names) <= AT_MOST and all(name.startswith(FOLDERS) for name in names)


def passes(root, asked, reporter):
    """Whether all asked for pass in a process of their own, over the server of this run."""
    surroundings = {n: v for n, v in os.environ.items() if not n.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", *asked],
        cwd=root,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    reporter.write_line(done.stdout)
    return done.returncode == pytest.ExitCode.OK
