"""`safeconduct registry`: lists of nationals in, and made-up nationals."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from safeconduct.cli.surroundings import json_option, needs_database, write_json

if TYPE_CHECKING:
    from safeconduct.picture.registry.engine.lists.running import Tally

# Of the reasons: those the interface is complete in.
_LANGUAGES = ("az", "en", "ru")


@click.group()
def command() -> None:
    """Nationals abroad: bring lists in, or make people up."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "chosen", multiple=True, metavar="COLUMN=FIELD", help="May be repeated.")
@click.option("--country", default="", metavar="CC", help="Where rows without a country stay.")
@click.option("--source", "label", default="", help="Who collected it. Default: the file's name.")
@click.option("--legal-basis", default="public task", show_default=True, help="By what right.")
@click.option(
    "--collected-on", type=click.DateTime(["%Y-%m-%d"]), help="When it was collected [today]."
)
@click.option("--refused", "refused_file", type=click.Path(dir_okay=False, path_type=Path),
              help="Where refused rows go. Default: FILE.refused.csv")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Judge every row, store nothing.")
@click.option("--language", type=click.Choice(_LANGUAGES),
              help="Of the reasons. Default: the environment's (LANG), or English.")  # fmt: skip
@json_option
@needs_database
def import_file(  # noqa: PLR0917 -- click hands over one argument an option
    file: Path,
    chosen: tuple[str, ...],
    country: str,
    label: str,
    legal_basis: str,
    collected_on: datetime | None,
    refused_file: Path | None,
    dry_run: bool,
    language: str | None,
    json_file: Path | None,
) -> None:
    """Bring in a CSV list of nationals; refused rows come back in a file with their reasons.

    Columns are recognised by their headings in Azerbaijani, English, Russian, Turkish, Arabic
    and Persian.
    The same list twice changes nothing. Exit code 1 if the file cannot be read.
    """
    from django.utils import translation

    from safeconduct.ground.kernel import clock
    from safeconduct.picture.registry.actions import Plan

    now = clock.now()
    collected = collected_on.date() if collected_on else now.date()
    plan = Plan(
        label=(label or _collector(file))[:120],
        legal_basis=legal_basis[:60],
        collected_on=_not_later(collected, now.date()),
        country=_known_country(country),
        columns=dict(_pair(text) for text in chosen),
        dry_run=dry_run,
    )
    refused = refused_file or file.with_name(f"{file.stem}.refused.csv")
    with translation.override(language or _spoken(os.environ)):
        tally = _run(file, refused, plan, now)
    _report(tally, refused, dry_run)
    result = vars(tally) | {"dry_run": dry_run, "refused_file": str(refused)}
    write_json(json_file, result if tally.refused else result | {"refused_file": None})


@command.command("synthesise")
@click.option("--people", type=click.IntRange(1, 10_000_000), default=200_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@json_option
@needs_database
def synthesise_people(people: int, seed: int, json_file: Path | None) -> None:
    """Make up nationals whom no message can reach. One seed always gives the same ones."""
    from safeconduct.ground.kernel import clock
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.ground.places.actions import load_places
    from safeconduct.picture.registry.engine.synthesis import synthesise

    load_places()
    started = perf_counter()
    with click.progressbar(length=people, label="Making up", hidden=not sys.stderr.isatty(),
                           file=sys.stderr) as bar:  # fmt: skip
        made = synthesise(
            count=people,
            seed=seed,
            now=clock.now(),
            actor=Actor.system("registry synthesise"),
            progress=bar.update,
        )
    seconds = perf_counter() - started
    click.echo(f"{made.people} people who do not exist, in {seconds:.1f} s.")
    write_json(
        json_file,
        {"people": made.people, "seed": seed, "seconds": seconds, "source": made.source_id},
    )


def _run(file: Path, refused: Path, plan: object, now: datetime) -> "Tally":
    from safeconduct.ground.kernel.actor import Actor
    from safeconduct.picture.registry.actions import Plan, import_list
    from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError

    assert isinstance(plan, Plan)  # noqa: S101 -- named here, since models load late
    draft = refused.with_name(f"{refused.name}.part")
    total = file.stat().st_size
    bar = click.progressbar(length=total, label="Reading", hidden=not sys.stderr.isatty(),
                            file=sys.stderr)  # fmt: skip
    try:
        with (
            file.open("rb") as source,
            _alone(draft),
            draft.open("w", encoding="utf-8-sig", newline="") as back,
            bar,
        ):
            tally = import_list(
                file=source,
                refused=back,
                plan=plan,
                progress=lambda _: bar.update(source.tell() - bar.pos),
                now=now,
                actor=Actor.system("registry import"),
            )
    except ListRefusedError as refusal:
        draft.unlink(missing_ok=True)
        raise click.ClickException(str(refusal)) from refusal
    except (PermissionError, FileNotFoundError) as error:
        raise click.ClickException(f"{refused} cannot be written: say --refused FILE.") from error
    if tally.refused:
        draft.replace(refused)
    else:
        draft.unlink()
    return tally


@contextmanager
def _alone(draft: Path) -> Iterator[None]:
    """Two runs of one list at once would write their refused rows into one file."""
    with draft.open("ab") as held:
        try:
            flock(held, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException("This list is being brought in already.") from error
        yield


def _report(tally: "Tally", refused: Path, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    click.echo(f"{tally.read} rows: {tally.new} new people {would}registered,")
    click.echo(f"{tally.changed} {would}bettered by this newer list,")
    click.echo(f"{tally.known} known already, {tally.refused} refused.")
    if tally.kept:
        click.echo(f"{tally.kept} of the known differ and were left as they are.")
    if tally.places_unknown:
        click.echo(f"{tally.places_unknown} name a place we do not know: country only.")
    if tally.languages_unknown:
        click.echo(f"{tally.languages_unknown} name a language we do not write in: Azerbaijani.")
    if tally.columns_unread:
        click.echo(f"Columns nothing was taken from: {', '.join(tally.columns_unread)}")
    if tally.refused:
        click.echo(f"Refused rows with their reasons: {refused}")


def _collector(file: Path) -> str:
    """Refused rows that come again, and again, are of the same list: families and marks are its."""
    name = file.stem
    while name.endswith(".refused"):
        name = name.removesuffix(".refused")
    return name


def _spoken(environment: Mapping[str, str]) -> str:
    """The language of whoever types, as POSIX has it: the first of these that is set decides."""
    told = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    language = next(filter(None, told), "").partition("_")[0].partition(".")[0].lower()
    return language if language in _LANGUAGES else "en"


def _pair(text: str) -> tuple[str, str]:
    column, sign, field = text.rpartition("=")
    if not sign or not column or not field:
        raise click.BadParameter(f"{text!r} is not COLUMN=FIELD.", param_hint="--map")
    return column.strip(), field.strip()


def _known_country(code: str) -> str:
    from safeconduct.ground.places.models import Country

    if code and not Country.objects.filter(pk=code.upper()).exists():
        raise click.BadParameter(
            f"No country has the code {code!r}. Run `safeconduct places load` if it should.",
            param_hint="--country",
        )
    return code.upper()


def _not_later(collected: date, today: date) -> date:
    if collected > today:
        raise click.BadParameter(
            "A list is not collected in the future.", param_hint="--collected-on"
        )
    return collected
