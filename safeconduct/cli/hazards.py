"""`safeconduct hazards read`: what do these files or addresses say?"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from safeconduct.cli.surroundings import json_option, write_json

if TYPE_CHECKING:
    from safeconduct.wires.hazards.engine.reading import Reading


@click.group()
def command() -> None:
    """Hazard messages: CAP 1.2, USGS and GDACS."""


@command.command()
@click.argument("places", metavar="PATH_OR_URL...", nargs=-1, required=True)
@json_option
def read(places: tuple[str, ...], json_file: Path | None) -> None:
    """Read messages and say what became of each: accepted, tolerated or refused.

    Of an index at a URL the messages it links to are read as well, forty of them at most.
    The exit code is 0 as long as every PATH could be opened.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    django.setup()
    found: list[tuple[str, Reading]] = []
    missing = False
    hidden = not sys.stderr.isatty()
    with click.progressbar(places, label="Reading", file=sys.stderr, hidden=hidden) as bar:
        for place in bar:
            readings = _read(place)
            missing = missing or readings is None
            found += readings or []
    for _path, reading in found:
        click.echo(_line(reading))
    write_json(json_file, [reading.as_json() | {"path": path} for path, reading in found])
    sys.exit(1 if missing else 0)


def _read(place: str) -> "list[tuple[str, Reading]] | None":
    """Readings of one place, each with its file or address; None where it cannot be opened."""
    from safeconduct.wires.hazards.engine.fetch import complete, fetch
    from safeconduct.wires.hazards.engine.geocodes import place_of_code
    from safeconduct.wires.hazards.engine.reading import UnreadableError, refused
    from safeconduct.wires.hazards.engine.sniff import TOO_LARGE, read_bytes
    from safeconduct.wires.hazards.terms import LARGEST_PAYLOAD

    path = Path(place)
    try:
        if place.startswith(("http://", "https://")):
            listed = read_bytes(fetch(place).payload or b"", place_of_code)
            readings = complete(listed, address=place, resolver=place_of_code)
        elif path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.is_file())
            return [one for file in files for one in _read(str(file)) or []]
        elif path.stat().st_size > LARGEST_PAYLOAD:
            readings = [refused(TOO_LARGE)]
        else:
            readings = read_bytes(path.read_bytes(), place_of_code)
    except UnreadableError as error:
        click.echo(f"{place}: {error}", err=True)
        readings = [refused(error.note)]
    except OSError as error:
        click.echo(f"{place}: {error.strerror}", err=True)
        return None
    return [(place, reading) for reading in readings]


def _line(reading: "Reading") -> str:
    told = " · ".join(filter(None, (reading.severity, reading.event, reading.identifier)))
    area = f"{reading.area.km2:,.0f} km²" if reading.area.km2 else "no area"
    lines = [f"{reading.outcome:<9} {reading.source}: {told} ({area})"]
    lines += [f"          reason: {reading.reason}"] if reading.reason else []
    return "\n".join([*lines, *(f"          repair: {repair}" for repair in reading.repairs)])
