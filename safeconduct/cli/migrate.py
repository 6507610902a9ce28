"""`safeconduct migrate`: tables and static files of this version in place."""

import click

from safeconduct.cli.surroundings import needs_database


@click.command()
@needs_database
def command() -> None:
    """Bring the database and the static files to this version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=1, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
