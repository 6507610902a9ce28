"""The order of a run, and what in it was slow.

The suites that drive real processes come first: they wait more than they work, and one that
began last would keep everybody waiting for it alone.
"""

from pathlib import Path

import pytest

_SLOW = ("faults", "flows", "browser")
_BUDGET_SECONDS = 2.0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    places = {path: _place(_suite(config, path)) for path in {item.path for item in items}}
    items.sort(key=lambda item: places[item.path])


def pytest_terminal_summary(terminalreporter, config):
    """Name what broke the budget. It fails nothing: a busy machine is slow everywhere."""
    for name, seconds in slow(terminalreporter, config):
        terminalreporter.write_line(f"Longer than {_BUDGET_SECONDS:.0f} s: {name} {seconds:.1f} s")


def slow(terminalreporter, config):
    taken = {}
    for report in terminalreporter.stats.get("passed", []):
        if _suite(config, config.rootpath / report.fspath) not in _SLOW:
            taken[report.nodeid] = taken.get(report.nodeid, 0.0) + report.duration
    over = [(name, seconds) for name, seconds in taken.items() if seconds > _BUDGET_SECONDS]
    return sorted(over, key=lambda found: -found[1])


def _suite(config, path):
    parts = Path(path).relative_to(config.rootpath).parts
    return parts[1] if len(parts) > 1 else ""


def _place(suite):
    return _SLOW.index(suite) if suite in _SLOW else len(_SLOW)
