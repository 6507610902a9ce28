"""Children of a command: watched, mended, and never left behind."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from safeconduct.cli.family import ChildFailedError, Family

PARENT = """
import sys, time
from safeconduct.cli.family import Family
child = "import time; from safeconduct.cli.family import die_with_parent; die_with_parent();"
child += "open(sys.argv[1], 'w').write(str(__import__('os').getpid())); time.sleep(60)"
family = Family()
family.start_program("child", [sys.executable, "-c", "import sys;" + child, sys.argv[1]])
time.sleep(60)
"""


def until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_who_dies_is_started_again():
    with Family() as family:
        child = family.start_program("sleeper", ["sleep", "60"], restart=True)
        first = child.process.pid
        child.process.kill()
        child.process.wait()
        until(lambda: family.mend() or child.lives())
        assert child.process.pid != first


def test_a_broken_child_is_mended_ever_more_slowly():
    with Family() as family:
        child = family.start_program("broken", ["false"], restart=True)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            family.mend()
        assert child.falls <= 2


def test_one_that_fails_to_get_ready_says_why(tmp_path):
    with Family(logs=tmp_path) as family, pytest.raises(ChildFailedError, match="no such room"):
        family.start_program("door", ["sh", "-c", "echo no such room; exit 1"], ready=lambda: False)


def test_leaving_ends_even_those_who_do_not_listen():
    with Family(patience=0.2) as family:
        child = family.start_program("deaf", ["sh", "-c", "trap '' TERM; sleep 60 & wait; wait"])
        process = child.process
    assert process.returncode is not None


def test_children_end_with_a_parent_that_was_killed(tmp_path):
    note = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", PARENT, note]) as parent:
        until(lambda: note.exists() and note.read_text())
        parent.kill()
    until(lambda: is_gone(int(note.read_text())))
