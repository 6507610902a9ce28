"""Suites that need a program: run where it is, named with the line that installs it where not."""

import os
import shutil
from functools import cache
from pathlib import Path

import pytest

# marker → programs it needs (any folder named, or one where programs are), what installs them
NEEDS = {
    "browser": (["chromium"], "apt-get install chromium"),
    "gateway": (
        ["bearerbox", "smsbox", "/usr/lib/kannel/test/fakesmsc"],
        "apt-get install kannel kannel-extras",
    ),
    "proxies": (["caddy", "nginx"], "apt-get install caddy nginx-light"),
    "faketime": (["faketime"], "apt-get install faketime"),
    "mailserver": (["exim4"], "apt-get install exim4-daemon-light"),
}
_FOLDERS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])


def missing():
    """The suites this machine cannot run, each with the line that mends it."""
    return {
        suite: line
        for suite, (programs, line) in NEEDS.items()
        if not all(_is_here(program) for program in programs)
    }


def pytest_collection_modifyitems(config, items):
    if not may_make_hosts():
        # Deselected, not skipped: what a machine forbids, nobody can install.
        left = [item for item in items if item.get_closest_marker("hosts")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    for suite, line in missing().items():
        for item in items:
            if item.get_closest_marker(suite):
                item.add_marker(pytest.mark.skip(reason=f"the {suite} suite needs: {line}"))


def pytest_terminal_summary(terminalreporter):
    if not may_make_hosts():
        terminalreporter.write_line(
            "Not run here: three machines in network namespaces, which this user may not make. "
            "Elsewhere: safeconduct bench --only scale_out, as root with iproute2."
        )
    for suite, line in missing().items():
        terminalreporter.write_line(f"Not run here: the {suite} suite. To run it: {line}")


@cache
def may_make_hosts():
    """Whether network namespaces may be made: a container's root often may not."""
    from bench.hosts import permitted

    return permitted()


def _is_here(program):
    return Path(program).exists() if "/" in program else shutil.which(program, path=_FOLDERS)
