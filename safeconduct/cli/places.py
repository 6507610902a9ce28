"""`safeconduct places load`: countries, cities and their names."""

import click

from safeconduct.cli.surroundings import needs_database


@click.group()
def command() -> None:
    """Countries, cities and the names they are found by."""


@command.command()
@needs_database
def load() -> None:
    """Store the gazetteer, unless this very one is there already."""
    from safeconduct.ground.places.actions import load_places
    from safeconduct.ground.places.engine.atlas import AtlasMissingError

    try:
        count = load_places()
    except AtlasMissingError as missing:
        raise click.ClickException(str(missing)) from missing
    click.echo(f"{count} cities and towns are known.")
