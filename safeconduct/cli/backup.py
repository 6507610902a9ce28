"""`safeconduct backup` and `safeconduct restore`: everything in one sealed file, and back."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.cli import forgotten
from safeconduct.cli.surroundings import embedded_server, json_option, migrate_if_needed, write_json

if TYPE_CHECKING:
    from config.backup.archive import Progress
    from config.backup.restoring import Backup, Restored

_SHORTEST_PASSPHRASE = 12


def passphrase_option[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Give a command ``--passphrase-file``; without it the passphrase is asked for."""
    option = click.option(
        "--passphrase-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Its first line is the passphrase. Without it you are asked.",
    )
    return option(command)


@click.command()
@click.argument("place", metavar="FILE_OR_FOLDER", type=click.Path(path_type=Path))
@passphrase_option
@json_option
def backup(place: Path, passphrase_file: Path | None, json_file: Path | None) -> None:
    """Write database, keys and journal to one file, sealed with a passphrase.

    Everything goes on meanwhile. In a folder the file is named after the time.
    """
    from config import env
    from config.backup import archive

    with refused_as_told(), database():
        kept = archive.make(
            _file_of(place),
            url=os.environ["DATABASE_URL"],
            home=env.home(),
            passphrase=passphrase_of(passphrase_file, new=True),
            progress=_progress("Backing up"),
        )
    write_json(json_file, kept.as_json())
    click.echo(f"{kept.file}: {kept.rows:,} rows of {kept.tables} tables, {kept.bytes:,} bytes.")
    click.echo(f"Keys: {', '.join(kept.keys) or 'none'}. Journals: {len(kept.journals)}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@passphrase_option
@click.option(
    "--forgotten",
    "lists",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Another machine's list of deletions, a file or a folder; may be given again.",
)
@json_option
def restore(
    file: Path, passphrase_file: Path | None, lists: tuple[Path, ...], json_file: Path | None
) -> None:
    """Put a backup back into an empty database, its keys and journal below SAFECONDUCT_HOME.

    Nothing is overwritten: a database that holds anything is refused. What was deleted since
    the backup is deleted once more, by the list of deletions. Restore before you start any
    other process.
    """
    from config.backup.restoring import opened

    passphrase = passphrase_of(passphrase_file, new=False)
    with refused_as_told(), database(), opened(file, passphrase) as held:
        done, doubtful = _put_back(held)
        again = forgotten.after_restore(lists, made_at=done.made_at)
    told = {"doubtful_messages": doubtful, "forgotten": again.as_json()}
    write_json(json_file, done.as_json() | told)
    click.echo(f"Restored as of {done.made_at}: {done.rows:,} rows of {done.tables} tables.")
    click.echo(f"Journals: {len(done.journals)}; the first door that starts replays them.")
    if done.variables:
        click.echo("Variables, keys among them: restored.env below SAFECONDUCT_HOME.")
    if doubtful:
        click.echo(
            f"{doubtful:,} messages were waiting then. Whether they left since, the backup does "
            "not know: they will be sent, marked as perhaps sent twice. Stop their alerts first "
            "if that is worse than silence."
        )
    for sentence in again.sentences():
        click.echo(sentence)


@contextmanager
def database() -> Iterator[None]:
    """DATABASE_URL, or the embedded server's; no table is made in it."""
    with ExitStack() as until_the_end:
        if not os.environ.get("DATABASE_URL"):
            until_the_end.enter_context(embedded_server(None))
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
        yield


@contextmanager
def refused_as_told() -> Iterator[None]:
    """A refusal as one sentence and exit code 1."""
    from psycopg import OperationalError

    from config.backup import BackupRefusedError

    try:
        yield
    except BackupRefusedError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except OperationalError as away:
        raise click.ClickException(f"PostgreSQL does not answer: {away}") from away


def _put_back(held: "Backup") -> "tuple[Restored, int]":
    """Keys first, since settings need them; then the tables, and what this version adds."""
    import django

    from config import env
    from config.backup.restoring import refuse_filled, refuse_newer

    refuse_filled(os.environ["DATABASE_URL"])
    held.into_home(env.home())
    for name, value in held.variables.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
    django.setup()
    from django.db.migrations.loader import MigrationLoader

    from safeconduct.wires.messaging.engine.doubt import doubt_waiting

    refuse_newer(held.manifest, set(MigrationLoader(None).disk_migrations or {}))
    done = held.into_database(
        url=os.environ["DATABASE_URL"], home=env.home(), progress=_progress("Restoring")
    )
    migrate_if_needed()
    return done, doubt_waiting()


def _file_of(place: Path) -> Path:
    from datetime import UTC, datetime

    if place.is_dir():
        return place / f"safeconduct-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.backup"
    return place


def passphrase_of(file: Path | None, *, new: bool) -> str:
    """The first line of a file, or what is typed; a ``new`` one has to be long enough."""
    if file is not None:
        said = file.read_text().split("\n", 1)[0].strip()
    elif sys.stdin.isatty():
        said = str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=new))
    else:
        raise click.UsageError("Name a --passphrase-file where nobody can be asked.")
    if new and len(said) < _SHORTEST_PASSPHRASE:
        raise click.ClickException(
            f"The passphrase needs {_SHORTEST_PASSPHRASE} characters: it guards everything."
        )
    return said


def _progress(label: str) -> "Progress":
    """A bar of tables on a terminal, nothing elsewhere."""
    from config.backup.archive import Progress

    bar = click.progressbar(length=0, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())

    def begin(tables: int) -> None:
        bar.length = tables

    return Progress(begin, lambda: bar.update(1))
