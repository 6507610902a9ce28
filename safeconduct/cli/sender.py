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

    from safeconduct.picture.rollcall.queries import waiting
    from safeconduct.wires.messaging.engine import running
    from safeconduct.wires.messaging.engine.pressure import gauge
    from safeconduct.wires.messaging.engine.providers.guard import HostRefusedError

    def age_of_oldest_answer() -> float:
        age = waiting().oldest_age
        return age.total_seconds() if age else 0.0

    # Answers come first: bulk slows down while they pile up.
    gauge.register(age_of_oldest_answer)
    names = ", ".join(sorted(settings.MESSAGING["PROVIDERS"])) or "none"
    click.echo(f"Sending through: {names}.")
    try:
        running.run()
    except HostRefusedError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
