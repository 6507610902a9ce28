"""The gate: every branch of every ``rules.py`` and ``access.py`` is walked by some test.

``pytest --gate`` watches those files alone, so that it costs a run of the whole suite next to
nothing and not a second run. CI passes it; part of the suite says nothing about the gate.
"""

import json
import os
from pathlib import Path

import pytest
from coverage import Coverage

from tests.walked import Watcher

ROOT = Path(__file__).resolve().parent.parent
WATCHED = ["safeconduct/*/*/rules.py", "safeconduct/*/*/access.py"]
_DATA = ROOT / ".tools" / "gate"


def pytest_addoption(parser):
    parser.addoption("--gate", action="store_true", help="watch rules.py and access.py")
    parser.addoption(
        "--add-to-gate", action="store_true", help="watch too, for a run that another waits for"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Before anything of ours is imported: what a module says when imported counts too."""
    asked = early_config.known_args_namespace
    if asked.gate or asked.add_to_gate:
        if not _is_worker() and not asked.add_to_gate:
            _DATA.mkdir(parents=True, exist_ok=True)
            for old in _DATA.glob("data*"):
                old.unlink()
        early_config.gate = watcher()
        early_config.gate.start()


def pytest_sessionfinish(session):
    watching = getattr(session.config, "gate", None)
    if watching is None:
        return
    watching.stop()
    watching.save()
    # Not what we are handed: a second attempt may have changed it since.
    well = session.exitstatus == pytest.ExitCode.OK
    if not _is_worker() and well and _is_whole(session.config):
        found = gaps()
        session.config.gate_gaps = found
        session.exitstatus = pytest.ExitCode.TESTS_FAILED if found else session.exitstatus


def pytest_terminal_summary(terminalreporter, config):
    for line in getattr(config, "gate_gaps", []):
        terminalreporter.write_line(f"Not walked by any test: {line}", red=True)


def watcher():
    return Watcher(watched(), _DATA / "data")


def gaps(folder=_DATA, paths=None):
    """``path: what`` for each line or branch nobody walked, from all processes of the run."""
    whole = Coverage(data_file=str(folder / "data"), config_file=False, branch=True)
    whole.combine([str(folder)], keep=True)
    report = folder / "report.json"
    paths = watched() if paths is None else paths
    # What no process imported is in no data: named here, it counts as not walked at all.
    whole.json_report(morfs=[str(path) for path in paths], outfile=str(report))
    files = json.loads(report.read_text())["files"]
    return [line for name in sorted(files) for line in _gaps_in(name, files[name])]


def watched():
    return sorted(path for pattern in WATCHED for path in ROOT.glob(pattern))


def _gaps_in(name, file):
    lines = file["missing_lines"]
    ends = [(start, end) for start, end in file["missing_branches"] if start not in lines]
    return [
        *(f"{name}:{line}" for line in lines),
        *(f"{name}:{start} never goes on to {_place(end)}" for start, end in ends),
    ]


def _place(line):
    return "the end" if line < 0 else f"line {line}"


def _is_whole(config):
    """Whether all of the suite ran: a part of it walks a part of the branches."""
    chosen = config.option.keyword or config.option.markexpr
    return not chosen and config.args_source is not pytest.Config.ArgsSource.ARGS


def _is_worker():
    # Not yet written into its configuration when we first ask.
    return "PYTEST_XDIST_WORKER" in os.environ
