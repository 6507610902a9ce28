"""The `safeconduct` command: thin, over actions and queries."""

import signal
import sys
from importlib import import_module
from typing import Final

import click

from safeconduct.cli.family import die_with_parent

# name → the module of this package whose ``command`` it is, or that and a name in it. Modules
# are loaded when their command is run or listed, so they import Django's models inside
# functions only.
COMMANDS: Final = {
    "audit": "audit",
    "backup": "backup:backup",
    "bench": "bench",
    "forgotten": "forgotten",
    "hazards": "hazards",
    "demo": "demo",
    "intake": "intake",
    "journal": "journal",
    "keys": "keys",
    "migrate": "migrate",
    "officer": "officer",
    "posts": "posts",
    "bounces": "bounces",
    "sender": "sender",
    "places": "places",
    "registry": "registry",
    "restore": "backup:restore",
    "serve": "serve",
    "worker": "worker",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when somebody asks for the command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(f"safeconduct.cli.{module}"), name or "command")
        assert isinstance(command, click.Command)  # noqa: S101 -- a slip of ours, not of the caller
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="safeconduct")
def group() -> None:
    """Warn and account for nationals abroad.

    Without DATABASE_URL a PostgreSQL of our own is started and demo settings hold.
    """


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 refused (the reason is said), 2 misused."""
    from config.env import EnvironmentRefusedError
    from config.postgres import ServerRefusedError

    die_with_parent()
    # Unwinds like any other end: whoever started a server or a child has it stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        group.main(prog_name="safeconduct")
    except (EnvironmentRefusedError, ServerRefusedError) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    except Exception as fault:
        if not _is_database_away(fault):
            raise
        reason = str(fault).partition("\n")[0]
        click.echo(f"The database of DATABASE_URL does not answer: {reason}", err=True)
        sys.exit(1)


def _is_database_away(fault: Exception) -> bool:
    """Whether nobody could be connected to: what a server refuses has a code of its own."""
    from django.db import OperationalError

    return isinstance(fault, OperationalError) and not getattr(fault.__cause__, "sqlstate", None)
