"""What a command needs around it: a database that answers, settings, Django set up."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import orjson


@contextmanager
def ready(*, database: str | None = None, only_starts: bool = False) -> Iterator[None]:
    """Django set up over DATABASE_URL, or over the embedded server and its newest tables.

    ``database`` names another database of the embedded server. Children inherit both
    variables, so they share the server instead of asking for it. A process that
    ``only_starts`` others which set Django up reads no more than the settings, to refuse them
    early.
    """
    import django

    with ExitStack() as until_the_end:
        embedded = not os.environ.get("DATABASE_URL")
        if embedded:
            until_the_end.enter_context(embedded_server(database))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", _settings(embedded=embedded))
        if embedded or not only_starts:
            django.setup()
        else:
            _refuse_settings_early()
        if embedded:
            migrate_if_needed()
        yield


def needs_database[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Decorate a command's function: it runs inside ``ready()`` and may import models."""

    @functools.wraps(command)
    def surrounded(*args: P.args, **kwargs: P.kwargs) -> R:
        with ready():
            return command(*args, **kwargs)

    return surrounded


def starts_others[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Decorate a command whose children do the work: they need not wait for Django twice."""

    @functools.wraps(command)
    def surrounded(*args: P.args, **kwargs: P.kwargs) -> R:
        with ready(only_starts=True):
            return command(*args, **kwargs)

    return surrounded


def json_option[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Give a command ``--json FILE``; its function gets ``json_file: Path | None``."""
    option = click.option(
        "--json",
        "json_file",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        help="Also write the result to this file as JSON.",
    )
    return option(command)


def write_json(path: Path | None, result: object) -> None:
    """Write ``result`` where ``--json`` says, or nowhere without it."""
    if path is not None:
        path.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2, default=str) + b"\n")


def migrate_if_needed() -> None:
    """Bring the tables up to date; several processes may ask at once and one does it."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from safeconduct.ground.privacy.forgotten import key_mark

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('safeconduct migrate'))")
        try:
            call_command("migrate", verbosity=0, interactive=False)
            # Before the first backup: the list of deletions is made under this key.
            key_mark()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('safeconduct migrate'))")


@contextmanager
def embedded_server(database: str | None) -> Iterator[None]:
    """The embedded server, its address in DATABASE_URL; no table is made in it."""
    from config import env
    from config.postgres import running

    with running(env.home()) as server:
        if database:
            server.ensure_database(database)
        os.environ["DATABASE_URL"] = server.url_of(database) if database else server.url
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


def _refuse_settings_early() -> None:
    from django.conf import settings

    settings.DATABASES  # noqa: B018 -- the first look at any of them reads them all


def _settings(*, embedded: bool) -> str:
    return "config.settings.demo" if embedded else "config.settings.production"
