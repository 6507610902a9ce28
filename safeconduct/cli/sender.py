"""`safeconduct sender`: hands messages to providers."""

import sys

import click

from safeconduct.cli.surroundings import needs_database


@click.command()
@needs_database
def command() -> None:
    """Hand messages to providers until told to stop (SIGTERM).

    Providers come from SAFECONDUCT_PROVIDERS, a JSON object; see docs/operators.
    Any number of senders may run at once, on any machine.
    """
    from django.conf import settings

    from safeconduct.wires.messaging.engine import running
    from safeconduct.wires.messaging.engine.providers.guard import HostRefusedError

    names = ", ".join(sorted(settings.MESSAGING["PROVIDERS"])) or "none"
    click.echo(f"Sending through: {names}.")
    try:
        running.run()
    except HostRefusedError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
