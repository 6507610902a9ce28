"""One throwaway PostgreSQL for a test run; every xdist worker makes its own database in it."""

import os
import sys
from collections.abc import Generator
from contextlib import ExitStack

import pytest

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
