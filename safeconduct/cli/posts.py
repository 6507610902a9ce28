"""`safeconduct posts load`: embassies, consulates and their districts."""

from pathlib import Path

import click

from safeconduct.cli.surroundings import needs_database


@click.group()
def command() -> None:
    """Posts and the countries they answer for."""


@command.command()
@click.argument(
    "path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@needs_database
def load(path: Path | None) -> None:
    """Bring posts and districts in line with a file, by default the example we carry."""
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.ground.missions.actions import POSTS_FILE, load_posts

    actor = Actor.system("command line")
    count = load_posts(now=clock.now(), actor=actor, path=path or POSTS_FILE)
    click.echo(f"{count} posts are known.")
