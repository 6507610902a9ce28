"""`safeconduct bounces`: takes the reports that come back by mail."""

import asyncio
import signal

import click

from safeconduct.cli.surroundings import needs_database


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8025, show_default=True, help="The port for SMTP.")
@needs_database
def command(host: str, port: int) -> None:
    """Take reports about mail that could not be delivered, by SMTP, until told to stop.

    Let the mail server that receives for the address named as "bounces" of an SMTP
    provider hand its mail on to this port; see docs/operators/providers.md.
    """
    click.echo(f"Taking reports at {host}:{port}.")
    asyncio.run(_serve(host, port))


async def _serve(host: str, port: int) -> None:
    from safeconduct.wires.messaging.engine.bounces import BounceDoor

    door, leaving = BounceDoor(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leaving.set)
    server = await door.listen(host, port)
    await leaving.wait()
    server.close()
    await door.close()
