"""`safeconduct migrate`: tables, places and static files of this version in their place."""

import click

from safeconduct.cli.surroundings import needs_database


@click.command()
@needs_database
def command() -> None:
    """Bring the database, the gazetteer and the static files to this version."""
    from django.core.management import call_command

    from safeconduct.ground.places.actions import load_places
    from safeconduct.ground.places.engine.atlas import AtlasMissingError
    from safeconduct.ground.privacy.forgotten import key_mark

    call_command("migrate", verbosity=1, interactive=False)
    # Of this machine's database, and so in every backup: the list of deletions needs it.
    key_mark()
    try:
        load_places()
    except AtlasMissingError as missing:
        raise click.ClickException(str(missing)) from missing
    call_command("collectstatic", verbosity=0, interactive=False)
