"""What every test has around it: closed sockets, real data where it is, nothing skipped in CI."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.utils import translation
from pytest_socket import socket_allow_hosts

from tests.database import begin_with_what_is_laid_out

_SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared/data"
_IN_CI = os.environ.get("CI") == "true"
# The same examples in every run, however slow the machine: what passed yesterday passes today.
# Whoever looks for more: pytest --hypothesis-profile=search
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: nobody shall look through it for waste.

    Looking took a tenth of the time of a floor of pages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def _only_loopback() -> Iterator[None]:
    """Connections to anything but this machine fail, by name or by number."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    socket_allow_hosts(None)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page asked for in Russian leaves the process speaking Russian; the next test must not."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _forgotten_names() -> None:
    """Names of countries are kept while a process lives; each test writes its own."""
    from safeconduct.ground.places import queries

    queries._names_as_of.cache_clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """This worker's database is a copy of one laid out for all of them (see tests/database.py)."""
    begin_with_what_is_laid_out()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test's database; whoever still holds it at the end is named and shown out.

    A page that a browser has just asked for may be answered by a thread that outlives its
    test; PostgreSQL drops no database that somebody is in.
    """
    yield
    from django.db import connection

    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            # The pages' server lives a moment longer and would come in again.
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            cursor.execute(
                "SELECT backend_start, left(query, 200), pg_terminate_backend(pid, 5000)"
                " FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
            left = cursor.fetchall()
    for began, query, _gone in left:
        print(f"In the database since {began:%H:%M:%S} until the end: {query}", file=sys.stderr)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real feeds and figures that lies beside a checkout, read in place."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("The real data is not here: it lies in ../shared/data beside the checkout.")
    return _SHARED_DATA


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a skipped test is a failed one: there everything is installed."""
    report = yield
    if _IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and with CI=true nothing may skip: {report.longrepr}"
    return report


@pytest.fixture
def pages() -> object:
    """Django's client with an eye on every page it opens (see tests/pages.py)."""
    from tests.pages import Pages

    return Pages()
