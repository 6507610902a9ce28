"""`safeconduct bench`: the promises, measured on this machine."""

import sys
from pathlib import Path

import click

from safeconduct.cli.surroundings import json_option, ready, write_json


@click.command()
@click.option("--people", default=1_000_000, show_default=True, help="People in the registry.")
@click.option("--only", "only", multiple=True, metavar="ROW", help="This row; may be repeated.")
@click.option("--seconds", type=float, help="How long a rate is measured.")
@json_option
def command(
    people: int, only: tuple[str, ...], seconds: float | None, json_file: Path | None
) -> None:
    """Measure each promise beside its raw limit; exit code 1 if a row is below its gate.

    Works in a database of its own (safeconduct_bench), or in DATABASE_URL as it is.
    """
    import os

    from bench import BenchOptions, harness, promises

    if unknown := [row for row in only if row not in promises.PROMISES]:
        known = ", ".join(promises.PROMISES)
        raise click.BadParameter(f"No row is called {unknown[0]!r}; there are {known}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    with ready(database="safeconduct_bench"):
        options = BenchOptions(people, os.environ["DATABASE_URL"], seconds)
        results = harness.run(only or harness.rows(), options, click.echo)
        write_json(json_file, results)
    if not harness.passed(results):
        sys.exit(1)
