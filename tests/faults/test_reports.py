"""Door and drain killed while reports come in: what was acknowledged is filed, once."""

import http.client
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.doors import database_url_of_test, open_door

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
PHONES = 6
_DRAIN = """
import django; django.setup()
from threading import Event
from safeconduct.response.cases.engine import drain
drain.run(Event())
"""


class Storm:
    """Phones that ask for help and come again, with the same key, until they are told yes."""

    def __init__(self, door) -> None:
        self._door = door
        self._over = threading.Event()
        self.kept: set[UUID] = set()
        self._phones = [threading.Thread(target=self._ask, daemon=True) for _ in range(PHONES)]
        for phone in self._phones:
            phone.start()

    def until(self, more: int, seconds: float = 180) -> None:
        wanted, end = len(self.kept) + more, time.monotonic() + seconds
        while len(self.kept) < wanted:
            assert time.monotonic() < end, f"only {len(self.kept)} of {wanted} kept"
            time.sleep(0.02)

    def end(self) -> set[UUID]:
        self._over.set()
        for phone in self._phones:
            phone.join(timeout=120)
            assert not phone.is_alive()
        return self.kept

    def _ask(self) -> None:
        while not self._over.is_set():
            key = uuid4()
            while not self._is_kept(key) and not self._over.is_set():
                time.sleep(0.02)
            # A phone that lost our answer asks once more.
            self._is_kept(key)

    def _is_kept(self, key: UUID) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self._door.port, timeout=10)
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            line.request("POST", "/help", f"key={key}&what=trapped&words=stairs+gone", kind)
            status = line.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        if status == 202:
            self.kept.add(key)
        return status == 202


def drain(url: str) -> "subprocess.Popen[bytes]":
    surroundings = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen([sys.executable, "-c", _DRAIN], env=surroundings, cwd=ROOT)


def rows(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def until(condition, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def test_reports_survive_the_door_and_the_drain(tmp_path, monkeypatch):
    url = database_url_of_test()
    monkeypatch.setenv("SAFECONDUCT_REPORTS_A_MINUTE", "1000000")
    filing = drain(url)
    try:
        with open_door(tmp_path) as door:
            storm = Storm(door)
            for _ in range(2):
                storm.until(60)
                filing.kill()
                filing.wait()
                filing = drain(url)
                storm.until(30)
                door.kill()
                door.start()
            storm.until(30)
            kept = storm.end()

        def filed_all() -> bool:
            assert filing.poll() is None, "the drain has ended by itself"
            return rows(url, "SELECT count(*) FROM intake_rawreport") == [(0,)]

        until(filed_all)
    finally:
        filing.kill()
        filing.wait()
    filed = {key for (key,) in rows(url, "SELECT key FROM cases_report")}
    assert kept <= filed
    assert rows(url, "SELECT count(*) FROM cases_unread") == [(0,)]
    # Of each one request, one person, one message: nothing doubled by whatever died when.
    (counts,) = rows(
        url,
        "SELECT (SELECT count(*) FROM cases_case), (SELECT count(*) FROM cases_message),"
        " (SELECT count(*) FROM registry_person WHERE source_key LIKE 'here:%')",
    )
    assert counts == (len(filed),) * 3
