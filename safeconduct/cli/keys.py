"""`safeconduct keys`: the keys over what is sealed, for those who run the installation."""

import click

from safeconduct.cli.surroundings import needs_database


@click.group()
def command() -> None:
    """The keys that seal what people trusted us with."""


@command.command()
@needs_database
def rewrap() -> None:
    """Wrap every person's and case's key with the current data key; a step of changing it."""
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.ground.privacy.actions import rewrap_keys
    from safeconduct.ground.privacy.sealing import SealBrokenError

    try:
        done = rewrap_keys(now=clock.now(), actor=Actor.system("command line"))
    except SealBrokenError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{done} keys are now under the current data key; the old one may go.")
