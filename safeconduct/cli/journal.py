"""`safeconduct journal`: carry what a door kept on one machine over to another."""

import sys
from pathlib import Path

import click

from safeconduct.cli.backup import passphrase_of, passphrase_option, refused_as_told


@click.group()
def command() -> None:
    """Carry a door's journal to another machine, sealed on the way."""


@command.command()
@passphrase_option
def pack(passphrase_file: Path | None) -> None:
    """Write this machine's journals to standard output; nothing is removed here."""
    from config import env
    from config.backup.carrying import pack

    with refused_as_told():
        names = pack(env.home(), sys.stdout.buffer, passphrase_of(passphrase_file, new=True))
    sys.stdout.buffer.flush()
    click.echo(f"Journals: {len(names)}.", err=True)


@command.command()
@passphrase_option
def unpack(passphrase_file: Path | None) -> None:
    """Take journals from standard input; the next door that starts here replays them."""
    from config import env
    from config.backup.carrying import unpack

    with refused_as_told():
        names = unpack(env.home(), sys.stdin.buffer, passphrase_of(passphrase_file, new=False))
    click.echo(f"Journals: {len(names)} new. Restart safeconduct-intake to have them replayed.")
