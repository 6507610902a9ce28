"""An answer storm while things die: what was acknowledged is there, once, afterwards."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bench.line import line_to
from config.postgres import running
from tests.doors import database_url_of_test, link, open_door

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
PHONES = 8
ASKED = iter(range(1, 1_000_000))


class Storm:
    """Phones that answer one link after another and come again until they are told yes."""

    def __init__(self, door) -> None:
        self._door = door
        self._over = threading.Event()
        self.received: set[int] = set()
        self.refused = 0
        self._phones = [threading.Thread(target=self._answer, daemon=True) for _ in range(PHONES)]
        for phone in self._phones:
            phone.start()

    def until(self, more: int, seconds: float = 120) -> None:
        """Wait until so many more answers are received."""
        wanted, end = len(self.received) + more, time.monotonic() + seconds
        while len(self.received) < wanted:
            assert time.monotonic() < end, f"only {len(self.received)} of {wanted} received"
            time.sleep(0.02)

    def end(self) -> set[int]:
        self._over.set()
        for phone in self._phones:
            phone.join(timeout=120)
            assert not phone.is_alive()
        return self.received

    def _answer(self) -> None:
        while not self._over.is_set():
            asked_id = next(ASKED)
            body = f"key={uuid4()}&answer=1&scope=me"
            while not self._is_received(link(asked_id), body) and not self._over.is_set():
                time.sleep(0.02)

    def _is_received(self, path: str, body: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._door.port, timeout=10)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", path, body, kind)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if status == 200:
            self.received.add(_asked(path))
            return True
        self.refused += 1
        return False


def _asked(path: str) -> int:
    from safeconduct.ground.kernel.tokens import read
    from safeconduct.wires.intake.terms import ANSWER_LINK

    return read(path.removeprefix("/s/"), purpose=ANSWER_LINK).subject_id


@pytest.fixture
def url(db):
    """The test's database; the doors commit, so the test empties what they filled."""
    url = database_url_of_test()
    yield url
    with psycopg.connect(url, autocommit=True) as cleaner:
        for table in ("intake_rawanswer", "intake_replaymark", "intake_pulse"):
            cleaner.execute(f"DELETE FROM {table}")


def stored(url):
    """Asked-ids in the table. A repeat has the same key: the drain takes it as one."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT asked_id, count(DISTINCT key), count(*) FROM intake_rawanswer GROUP BY 1"
        ).fetchall()
    assert all(keys == 1 for _, keys, _ in rows)
    return {asked for asked, _, _ in rows}, sum(times - 1 for _, _, times in rows)


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def is_replayed(door):
    return not list(door.journal.glob("*.journal"))


def test_a_door_killed_in_a_storm_has_lost_nothing_it_acknowledged(tmp_path, url):
    with open_door(tmp_path) as door:
        storm = Storm(door)
        for _ in range(2):
            storm.until(100)
            door.kill()
            door.start()
        storm.until(100)
        received = storm.end()
    present, repeated = stored(url)
    assert received <= present
    # What was in flight at each of the two deaths, asked again by its phone; and what a busy
    # machine committed too late to be told so.
    assert repeated <= 5 * PHONES


@pytest.mark.parametrize("way", ["cut", "freeze"])
def test_answers_go_on_while_postgresql_is_away(tmp_path, url, way):
    with line_to(url) as line, open_door(tmp_path, database_url=line.url) as door:
        storm = Storm(door)
        storm.until(50)
        getattr(line, way)()
        storm.until(200)
        assert list(door.journal.glob("*.journal"))
        line.mend()
        storm.until(50)
        received = storm.end()
        wait_for(lambda: is_replayed(door))
        assert storm.refused == 0
    present, repeated = stored(url)
    assert received <= present
    assert repeated <= 5 * PHONES


def test_the_journal_of_a_killed_door_is_replayed_by_the_next(tmp_path, url):
    with line_to(url) as line, open_door(tmp_path, database_url=line.url) as door:
        storm = Storm(door)
        line.cut()
        storm.until(150)
        door.kill()
        line.mend()
        received = storm.end()
        assert list(door.journal.glob("*.journal"))
        door.start()
        wait_for(lambda: is_replayed(door))
    present, _ = stored(url)
    assert received <= present


def test_a_door_opens_and_takes_answers_though_postgresql_is_not_there(tmp_path, url):
    with line_to(url) as line:
        line.cut()
        with open_door(tmp_path, database_url=line.url) as door:
            storm = Storm(door)
            storm.until(50)
            received = storm.end()
            line.mend()
            wait_for(lambda: is_replayed(door))
    assert received <= stored(url)[0]


@contextmanager
def _own_server():
    """A server of our own to kill, with the door's tables in it."""
    home = Path(tempfile.mkdtemp(prefix="sc-", dir="/var/tmp"))
    home.chmod(0o755)
    try:
        with running(home) as server:
            subprocess.run(
                [sys.executable, "-m", "django", "migrate", "intake", "-v0", "--skip-checks"],
                env=os.environ
                | {
                    "DATABASE_URL": server.url,
                    "DJANGO_SETTINGS_MODULE": "config.settings.test",
                },
                check=True,
            )
            yield server
    finally:
        shutil.rmtree(home)


def test_a_postmaster_killed_in_a_storm_costs_no_answer(tmp_path):
    with _own_server() as server, open_door(tmp_path, database_url=server.url) as door:
        storm = Storm(door)
        storm.until(100)
        killed = server.pid()
        os.kill(killed, signal.SIGKILL)
        storm.until(100)
        wait_for(lambda: server.pid() not in {killed, None})
        received = storm.end()
        wait_for(lambda: is_replayed(door))
        assert storm.refused == 0
        assert received <= stored(server.url)[0]
