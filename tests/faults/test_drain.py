"""Drains and the database killed while answers stream in: each answer counts, and counts once."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from config.postgres import running

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 200
_ASK = """
import django; django.setup()
from datetime import timedelta
from safeconduct.ground.kernel import clock
from tests import builders
builders.country("TR")
people = [one for _ in range({people} // 4) for one in builders.household(4)]
asked = builders.asked(people, now=clock.now() - timedelta(hours=1))
print(",".join(str(one.id) for one in asked))
"""


@pytest.fixture(scope="module")
def server():
    """A server of its own, to be killed, with everything in it that answers need."""
    home = Path(tempfile.mkdtemp(prefix="sc-", dir="/var/tmp"))
    home.chmod(0o755)
    with running(home) as found:
        python(found.url, "-m", "django", "migrate", "--verbosity", "0")
        yield found
    shutil.rmtree(home)


def surroundings(url: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": str(ROOT),
    }


def python(url: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=surroundings(url),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def drain(url: str) -> "subprocess.Popen[bytes]":
    code = (
        "import django; django.setup()\n"
        "from safeconduct.response.checkins.engine import drain; drain.run()"
    )
    return subprocess.Popen([sys.executable, "-c", code], env=surroundings(url), cwd=ROOT)


def asked_ids(url: str) -> list[int]:
    return [int(one) for one in python(url, "-c", _ASK.format(people=PEOPLE)).split(",")]


def answer(url: str, asked_id: int, key: object, scope: int = 0) -> None:
    """What the door does, as often as it takes: its own journal is somebody else's test."""
    for _ in range(300):
        try:
            with psycopg.connect(url) as connection:
                connection.execute(
                    "INSERT INTO intake_rawanswer (received_at, stated_at, channel, key, asked_id,"
                    " answer, scope, sender, text, provider_id)"
                    " VALUES (now(), now(), 1, %s, %s, 1, %s, '', '', '')",
                    [key, asked_id, scope],
                )
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the database did not come back")


def count(url: str, what: str) -> int:
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
    except psycopg.OperationalError:
        return -1
    return row[0] if row else 0


def until(condition, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def check(url: str, asked: list[int]) -> None:
    """Nothing waits, nothing is missing, nothing is counted twice, tallies agree."""
    until(lambda: count(url, "intake_rawanswer") == 0)
    mine = f"asked_id BETWEEN {min(asked)} AND {max(asked)}"
    assert count(url, f"checkins_reply WHERE {mine}") == len(asked)
    with psycopg.connect(url) as connection:
        incident = connection.execute(
            "SELECT incident_id FROM checkins_askedblock WHERE first_id = %s", [min(asked)]
        ).fetchone()[0]
        sightings, safe, tallied, answers = connection.execute(
            "SELECT (SELECT count(*) FROM rollcall_sighting WHERE incident_id = %(id)s),"
            " (SELECT count(*) FROM rollcall_standing WHERE incident_id = %(id)s AND safety = 1),"
            " (SELECT sum(people) FROM rollcall_tally WHERE incident_id = %(id)s AND safety = 1),"
            " (SELECT sum(answers) FROM rollcall_minute WHERE incident_id = %(id)s)",
            {"id": incident},
        ).fetchone()
    assert {sightings, safe, tallied, answers} == {len(asked)}


def test_killed_drains_lose_and_repeat_nothing(server) -> None:
    asked = asked_ids(server.url)
    first, second = drain(server.url), drain(server.url)
    for place, asked_id in enumerate(asked):
        key = uuid4()
        answer(server.url, asked_id, key)
        if place % 3 == 0:
            answer(server.url, asked_id, key)
        if place in {60, 120}:
            first.kill()
            first.wait()
            first = drain(server.url)
    try:
        check(server.url, asked)
    finally:
        for each in (first, second):
            each.send_signal(signal.SIGTERM)
        # The second has had all the time to start: it ends by itself, with what it had in hand.
        first.wait(timeout=90)
        assert second.wait(timeout=90) == 0


def test_a_drain_waits_out_a_killed_database(server) -> None:
    asked = asked_ids(server.url)
    draining = drain(server.url)
    try:
        for place in range(0, len(asked), 4):
            answer(server.url, asked[place], uuid4(), scope=1)
            if place == 100:
                os.kill(server.pid(), signal.SIGKILL)
        check(server.url, asked)
        assert draining.poll() is None
    finally:
        draining.terminate()
        draining.wait(timeout=90)
