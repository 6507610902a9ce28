"""The embedded server: shared, killed, started again; and gone with a test run."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from config.postgres import ServerRefusedError, running

pytestmark = pytest.mark.faults


@pytest.fixture
def home():
    """A folder the server's own user may walk through, as pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="sc-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def ask(url, question="SELECT count(*) FROM kept"):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def answers(url):
    try:
        return ask(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def test_a_killed_postmaster_is_started_again_and_nothing_committed_is_lost(home):
    with running(home) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        killed = server.pid()
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.pid() != killed and answers(server.url))
        assert ask(server.url) == 1000


def test_a_postmaster_that_is_still_dying_is_waited_for(home, monkeypatch):
    """Seen from outside it no longer answers, yet it holds the lock its successor needs."""
    with running(home) as server:
        dying, asked = server.pid(), []

        def ping():
            asked.append(server.pid())
            if len(asked) == 5:
                os.kill(dying, signal.SIGKILL)
            return pq.Ping.NO_RESPONSE if len(asked) < 6 else real()

        real = server._ping
        monkeypatch.setattr(server, "_ping", ping)
        until(lambda: len(asked) > 5 and server.pid() != dying and answers(server.url))
        assert not Path(f"/proc/{dying}").exists()
    assert "lock file" not in (server.base / "log").read_text()


def test_a_server_that_cannot_start_is_tried_again_until_it_can(home, caplog, monkeypatch):
    monkeypatch.setattr("config.postgres.server._START_SECONDS", 0.3)
    with running(home) as server:
        rules = server.data / "pg_hba.conf"
        hidden = rules.rename(server.base / "pg_hba.conf")
        os.kill(server.pid(), signal.SIGKILL)
        until(lambda: "does not answer" in caplog.text)
        hidden.rename(rules)
        until(lambda: answers(server.url))


def test_a_server_left_dead_starts_at_the_same_address(home):
    """The stale postmaster.pid of a machine that lost power keeps nobody out."""
    script = (
        "import os, signal, sys; from pathlib import Path; from config.postgres import running\n"
        "with running(Path(sys.argv[1])) as server:\n"
        "    print(server.url, flush=True); os.kill(server.pid(), 9); os.kill(os.getpid(), 9)"
    )
    left = subprocess.run(
        [sys.executable, "-c", script, home], capture_output=True, text=True, check=False
    )
    assert left.returncode == -signal.SIGKILL, left.stderr
    with running(home) as server:
        assert server.url == left.stdout.strip()
        assert answers(server.url)


def test_the_last_one_out_stops_it(home):
    with running(home) as first:
        with running(home) as second:
            assert second.url == first.url
        assert answers(first.url)
        url = first.url
    assert not answers(url)


def test_only_the_password_opens_it(home):
    with running(home) as server:
        open_url = server.url.replace(server.url.split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(open_url)
        assert (home / "postgres/state.json").stat().st_mode & 0o777 == 0o600
        assert server.data.stat().st_mode & 0o777 == 0o700


def test_a_throwaway_server_goes_with_the_process_that_wanted_it(home):
    script = (
        "import os, sys; from pathlib import Path; from config.postgres import running\n"
        "with running(Path(sys.argv[1]), throwaway=True) as server:\n"
        "    print(server.base, server.url, flush=True); os.kill(os.getpid(), 9)"
    )
    left = subprocess.run(
        [sys.executable, "-c", script, home], capture_output=True, text=True, check=False
    )
    folder, url = left.stdout.split()
    until(lambda: not Path(folder).exists())
    assert not answers(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server a user of its own")
def test_a_home_behind_a_closed_folder_is_refused_with_a_reason(home):
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServerRefusedError, match="SAFECONDUCT_HOME"), running(closed):
        pass
    assert closed.stat().st_mode & 0o777 == 0o700
