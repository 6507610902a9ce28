"""`safeconduct audit`: whether what was done still stands as it was written down."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from safeconduct.cli.surroundings import json_option, needs_database, write_json


@click.group()
def command() -> None:
    """The trail of who did what."""


@command.command()
@click.option(
    "--noted", metavar="DIGEST", help="Also: this digest of an earlier check is still there."
)
@json_option
@needs_database
def check(noted: str | None, json_file: Path | None) -> None:
    """Compare every sealed entry with its seal; exit code 1 if one was changed or is gone.

    Seals are chained, so the last digest stands for all of them. Note it where nobody who can
    write to the database can: whoever cuts off the end of the trail cuts off that digest too.
    """
    from safeconduct.ground.audit import queries

    seals = queries.seal_ids()
    with click.progressbar(
        seals, label="Seals", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as all_:
        broken = _broken(all_)
    last = queries.last_digest()
    missing = bool(noted) and not queries.has_digest(noted or "")
    write_json(
        json_file, {"seals": len(seals), "broken": broken, "last": last, "noted_is_gone": missing}
    )
    if missing:
        raise click.ClickException(
            "The digest you noted is in no seal: the end was cut off, or it is mistyped."
        )
    if broken:
        numbers = ", ".join(map(str, broken[:20]))
        raise click.ClickException(f"{len(broken)} of {len(seals)} seals are broken: {numbers}.")
    click.echo(f"{len(seals):,} seals hold. The last: {last or 'none yet'}.")


def _broken(seal_ids: Iterable[int]) -> list[int]:
    from safeconduct.ground.audit.queries import seal_holds

    return [seal_id for seal_id in seal_ids if not seal_holds(seal_id)]
