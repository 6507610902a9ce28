"""`safeconduct demo`: a real earthquake, real processes, made-up people."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from safeconduct.cli.demo import stage
from safeconduct.cli.demo.asking import ask_for_help
from safeconduct.cli.demo.nationals import NEEDS_HELP, NOT_THERE, SAFE
from safeconduct.cli.family import ChildFailedError, Family
from safeconduct.cli.surroundings import json_option, ready, write_json

if TYPE_CHECKING:
    from safeconduct.cli.demo.story import Headcount, Stopwatch
    from safeconduct.ground.missions.terms import DemoLogin
    from safeconduct.response.alerts.models import Release

_USUAL_PEOPLE: Final = 200_000
_EARTHQUAKE: Final = (
    Path(__file__).resolve().parents[2] / "wires/hazards/data/2023-02-06-pazarcik.json"
)
_SHARES: Final = (
    f"Of 100 phones {SAFE * 100:.0f} answer safe, {NEEDS_HELP * 100:.0f} need help, "
    f"{NOT_THERE * 100:.0f} not there, each for the whole party."
)


@click.command()
@click.option(
    "--people", type=click.IntRange(1000, 1_000_000), default=_USUAL_PEOPLE, show_default=True
)
@click.option(
    "--hazard",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=_EARTHQUAKE,
    help="A CAP, USGS or GDACS file; else the earthquake of 6 February 2023.",
)
@click.option("--exit", "leave", is_flag=True, help="End after the headcount.")
@json_option
def command(people: int, hazard: Path, leave: bool, json_file: Path | None) -> None:
    """Go from a hazard to a headcount, then open the console.

    Everybody in it is made up and nothing leaves this machine. Each number of
    people has a database of its own, kept for the next time.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"
    ports = stage.choose_ports()
    stage.surround(ports)
    name = "safeconduct" if people == _USUAL_PEOPLE else f"safeconduct_{people}"
    try:
        with ready(database=name):
            _play(people, hazard, ports, leave=leave, json_file=json_file)
    except ChildFailedError as failure:
        click.echo(str(failure), err=True)
        sys.exit(1)


def _play(
    people: int, hazard: Path, ports: stage.Ports, *, leave: bool, json_file: Path | None
) -> None:
    from django.conf import settings

    from safeconduct.cli.demo import story

    watch = story.Stopwatch()
    try:
        with Family(logs=stage.logs_of(settings.HOME)) as family:
            release, counted, logins = _tell(people, hazard, ports, family, watch)
            write_json(json_file, asdict(counted) | {"seconds": watch.seconds})
            _say(counted, watch)
            if not leave:
                _open_console(family, ports, release, logins)
    except story.DemoFailedError as failure:
        click.echo(str(failure), err=True)
        sys.exit(1)


def _tell(
    people: int, hazard: Path, ports: stage.Ports, family: Family, watch: "Stopwatch"
) -> "tuple[Release, Headcount, list[DemoLogin]]":
    from safeconduct.cli.demo import story

    click.echo("From hazard to headcount")
    with watch.stage("house", "places, posts and officers"):
        logins = story.furnish()
    # They come up while the registry fills.
    stage.start_processes(family, ports)
    with watch.stage("people", "made-up nationals abroad"):
        registered = story.populate(people)
    with watch.stage("processes", "gateway, mail and push servers, intake, sender, worker"):
        stage.await_doors(family, ports)
    with watch.stage("hazard", f"reading {hazard.name}"):
        signal = story.read_hazard(hazard)
        story.equip(signal, ports.push)
        story.close_last(signal, logins)
    with watch.stage("release", "one officer drafts, another releases"):
        release = story.warn(signal, logins)
    with watch.stage("hand_over", "messages to everybody in the area"):
        story.hand_over(release, family.mend)
    with watch.stage("answers", "people answer, steps advance (hours pressed into seconds)"):
        story.hear(release, family.mend)
    _say_steps(release)
    return release, story.headcount(release, registered), logins


def _say_steps(release: "Release") -> None:
    from safeconduct.cli.demo import story

    click.echo("\nSteps (people; whoever is written to by two counts in both)")
    heading = ("begun", "handed over", "proven", "failed", "not needed", "waiting")
    click.echo("  " + " " * 10 + "".join(f"{word:>13}" for word in heading))
    for line in story.steps_taken(release):
        name = f"{line.step.channel.name.lower()} +{line.step.after} s"
        numbers = (line.people, line.handed, line.proven, line.failed, line.taken_back)
        cells = "".join(f"{number:>13,}".replace(",", " ") for number in (*numbers, line.waiting))
        click.echo(f"  {name:<10}{cells}")


def _say(counted: "Headcount", watch: "Stopwatch") -> None:
    rows = (
        ("registered worldwide", counted.people),
        ("registered in the area", counted.audience),
        ("message handed over", counted.delivered),
        ("  of them proven on the phone", counted.proven),
        ("unreachable", counted.unreachable),
        ("answered", counted.answered),
        ("  safe", counted.safe),
        ("  need help", counted.needs_help),
        ("  not there", counted.not_there),
        ("not heard from", counted.not_heard_from),
    )
    click.echo(f"\n{_SHARES}")
    click.echo("\nHeadcount (people)")
    for name, number in rows:
        click.echo(f"  {name:<30}{number:>10,}".replace(",", " "))
    click.echo(f"  in {sum(watch.seconds.values()):.0f} seconds\n")


def _open_console(
    family: Family, ports: stage.Ports, release: "Release", logins: "list[DemoLogin]"
) -> None:
    from safeconduct.cli.demo.answering import somebody_silent

    asked, people = ask_for_help(f"http://127.0.0.1:{ports.answers}")
    click.echo(
        f"  {asked} more, who never registered, say for {people} people that they are there "
        "or need help;\n  the board counts them too."
    )
    family.start("serve", "serve", "--port", str(ports.pages), ready=stage.Listening(ports.pages))
    click.echo(f"Console: {ports.console}")
    for login in logins:
        click.echo(f"  {login.role:<16}{login.email:<28}{login.password}")
    click.echo("The second step of signing in shows each one's code, in this demo only.")
    if silent := somebody_silent(release):
        click.echo(f"Answer for {silent.name}, who has not been heard from, as on their phone:")
        click.echo(f"  {silent.link}")
    click.echo("Ctrl-C ends the demo.")
    family.watch()
