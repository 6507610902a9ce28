"""One throwaway PostgreSQL for a test run; every xdist worker makes its own database in it."""

import os
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack
from functools import cache

import pytest
from django.test import TransactionTestCase

from config import env
from config.postgres import running

_until_the_end = ExitStack()
# Where an image forbids it, each process a test starts would compile all it imports: 3 s a time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Before pytest-django reads the settings. Workers inherit the controller's DATABASE_URL."""
    if not os.environ.get("DATABASE_URL"):
        server = _until_the_end.enter_context(running(env.home(), throwaway=True))
        os.environ["DATABASE_URL"] = server.url
    return (yield)


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
