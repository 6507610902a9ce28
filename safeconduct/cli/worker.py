"""`safeconduct worker`: jobs, answers and reports, each in a process of its own."""

from pathlib import Path

import click

from safeconduct.cli.family import Family
from safeconduct.cli.surroundings import needs_database


@click.command()
@click.option(
    "--only",
    type=click.Choice(["jobs", "drain", "reports"]),
    help="One of them, in this very process.",
)
@click.option("--concurrency", default=4, show_default=True, help="Jobs at once, beside releases.")
@needs_database
def command(only: str | None, concurrency: int) -> None:
    """Run background jobs, rescue stalled ones, fold answers, take back what they spare people."""
    if only == "jobs":
        from safeconduct.cli import jobs

        jobs.run(concurrency=concurrency)
    elif only == "drain":
        from safeconduct.response.checkins.engine import drain
        from safeconduct.response.ladder.engine import heeding

        drain.run(beside=[heeding.run])
    elif only == "reports":
        from safeconduct.response.cases.engine.drain import run

        run()
    else:
        _both(concurrency)


def _both(concurrency: int) -> None:
    from django.conf import settings

    with Family(logs=Path(settings.HOME) / "log") as family:
        family.start("jobs", "worker", "--only", "jobs", "--concurrency", str(concurrency))
        family.start("drain", "worker", "--only", "drain")
        family.start("reports", "worker", "--only", "reports")
        family.watch()
