"""One throwaway PostgreSQL for a test run; every xdist worker has its own database in it.

While workers collect, one process lays a database out by our migrations; each of theirs is a copy.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkstemp

import psycopg
import pytest
from django.test import TransactionTestCase

from config import env
from config.postgres import Server, running

_until_the_end = ExitStack()
# Where an image forbids it, each process a test starts would compile all it imports: 3 s a time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Before pytest-django reads the settings. Workers inherit the controller's DATABASE_URL."""
    if not os.environ.get("DATABASE_URL"):
        server = _until_the_end.enter_context(running(env.home(), throwaway=True))
        os.environ["DATABASE_URL"] = server.url
        if getattr(early_config.known_args_namespace, "numprocesses", None):
            _until_the_end.enter_context(laying_out(server))
    return (yield)


_LAID_OUT = "laid_out"
# The file that whoever lays out keeps locked until it ends, well or not.
_LAYING_OUT = "SAFECONDUCT_TEST_LAYING_OUT"
_LAY_OUT = """
import os, psycopg, django
from django.core.management import call_command
from django.db import connection
django.setup()
call_command("migrate", verbosity=0, skip_checks=True)
connection.close()
with psycopg.connect(os.environ["FROM_OUTSIDE"], autocommit=True) as other:
    other.execute("ALTER DATABASE laying_out RENAME TO laid_out")
"""


@contextmanager
def laying_out(server: Server) -> Generator[None]:
    """Lay a database out beside us. It has its name when all of it is there."""
    server.ensure_database("laying_out")
    surroundings = os.environ | {
        "DATABASE_URL": server.url_of("laying_out"),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "FROM_OUTSIDE": server.url,
    }
    lock, name = mkstemp(prefix="laying-out-")
    fcntl.flock(lock, fcntl.LOCK_EX)
    process = subprocess.Popen([sys.executable, "-c", _LAY_OUT], env=surroundings, pass_fds=[lock])
    # The lock is the process's now, and ends with it.
    os.close(lock)
    os.environ[_LAYING_OUT] = name
    try:
        yield
    finally:
        process.kill()
        process.wait()
        Path(name).unlink()


def begin_with_what_is_laid_out() -> None:
    """Make this worker's database a copy, as soon as there is something to copy.

    If nothing came of it the worker migrates for itself, and says what is wrong with that.
    """
    from django.db import connection

    lock = os.environ.get(_LAYING_OUT)
    if not lock:
        return
    with Path(lock).open("rb") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_SH)
    with psycopg.connect(os.environ["DATABASE_URL"]) as asking:
        known = asking.execute("SELECT FROM pg_database WHERE datname = %s", [_LAID_OUT])
        if known.fetchone() is not None:
            connection.settings_dict["TEST"]["TEMPLATE"] = _LAID_OUT


def pytest_unconfigure() -> None:
    _until_the_end.close()


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    TransactionTestCase._fixture_teardown = empty_what_was_filled


_LAST_WORDS_SECONDS = 5.0
_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
  AND pid <> pg_backend_pid() AND state <> 'idle'
"""
# What migrations write about our models; no test changes it.
_KEPT = {"django_content_type", "auth_permission"}


def empty_what_was_filled(_case: object = None) -> None:
    """In the place of Django's flush after a test that commits.

    That truncates every table and announces every model anew, two thirds of a second a test,
    and knows nothing of tables Django does not manage (partitions, the job queue).
    """
    from django.db import connection

    _until_nobody_writes()
    with connection.cursor() as cursor:
        cursor.execute(_filled())
        filled = ", ".join(name for (name,) in cursor.fetchall())
        if filled:
            cursor.execute(f"TRUNCATE {filled} CASCADE")


def _until_nobody_writes() -> None:
    """What a closed browser has asked for is still being answered: the next test would find it."""
    from django.db import connection

    end = time.monotonic() + _LAST_WORDS_SECONDS
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(_BUSY)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.02)


@cache
def _filled() -> str:
    """The question which tables of ours hold anything."""
    from django.apps import apps

    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models} - _KEPT
    return " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in sorted(tables)
    )
