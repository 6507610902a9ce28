"""`safeconduct intake`: the door for answers, by Granian."""

import os

import click

from safeconduct.cli.surroundings import starts_others


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8010, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes, each with its journal.")
@starts_others
def command(host: str, port: int, workers: int) -> None:
    """Take answers by link and by SMS, and delivery receipts, durably."""
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces, Loops, RuntimeModes
    from granian.log import LogLevels

    from safeconduct.cli.serving import STOP_SECONDS, serve

    # Each of them gives a network its part of what it may send; more machines: the variable.
    os.environ.setdefault("SAFECONDUCT_DOORS", str(workers))
    connections.close_all()
    click.echo(f"Answers on http://{host}:{port}/")
    server = Granian(
        "config.intake:served",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        # One thread beside Python's: several would take the processor from it (see bench.md).
        runtime_mode=RuntimeModes.st,
        workers=workers,
        websockets=False,
        backlog=2048,
        backpressure=2048,
        # Paths hold capabilities: no access log here, and a proxy in front must redact them.
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    serve(server)
