"""`safeconduct migrate`: tables, places and static files of this version in their place."""

from typing import Final

import click

from safeconduct.cli.surroundings import needs_database

# RETURNING old and new: every tally is kept by it.
_OLDEST_SERVER: Final = 18


@click.command()
@needs_database
def command() -> None:
    """Bring the database, the gazetteer and the static files to this version."""
    from django.core.management import call_command
    from django.db import connection

    from safeconduct.ground.places.actions import load_places
    from safeconduct.ground.places.engine.atlas import AtlasMissingError
    from safeconduct.ground.privacy.forgotten import key_mark

    refuse_old_server(connection.get_database_version()[0])
    call_command("migrate", verbosity=1, interactive=False)
    # Of this machine's database, and so in every backup: the list of deletions needs it.
    key_mark()
    try:
        load_places()
    except AtlasMissingError as missing:
        raise click.ClickException(str(missing)) from missing
    call_command("collectstatic", verbosity=0, interactive=False)


def refuse_old_server(major: int) -> None:
    """Say which PostgreSQL we need before anything is made in one that is older.

    :raises ClickException: for a major version below 18.
    """
    if major < _OLDEST_SERVER:
        raise click.ClickException(
            f"This is PostgreSQL {major}; Safeconduct needs {_OLDEST_SERVER} or newer."
        )
