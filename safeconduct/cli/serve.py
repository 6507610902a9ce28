"""`safeconduct serve`: the pages, by Granian."""

import click

from safeconduct.cli.surroundings import needs_database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes.")
@click.option("--threads", default=4, show_default=True, help="Requests at once in each.")
@needs_database
def command(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages of citizens, the public and the console."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from safeconduct.cli.serving import STOP_SECONDS, serve

    if settings.MODE == "demo":
        call_command("collectstatic", verbosity=0, interactive=False)
    # Workers open their own; a connection must not be shared by a fork.
    connections.close_all()
    click.echo(f"Pages on http://{host}:{port}/")
    server = Granian(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    serve(server)
