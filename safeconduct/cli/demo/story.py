"""From hazard to headcount: what two officers do, through the actions their pages call."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
from django.db import connection
from django.db.models import F

from safeconduct.cli.demo import browsers, nationals, senders
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.missions.actions import (
    create_demo_officers,
    describe_demo_posts,
    load_posts,
)
from safeconduct.ground.missions.terms import DemoLogin
from safeconduct.ground.places.actions import load_places
from safeconduct.picture.incidents.actions import close_incident
from safeconduct.picture.incidents.queries import open_incident_of_signal
from safeconduct.picture.registry.engine.synthesis import synthesise
from safeconduct.picture.registry.models import ContactPoint, Person, Source
from safeconduct.picture.rollcall.queries import Numbers, numbers, waiting
from safeconduct.readiness.advice.actions.demo import seed_demo
from safeconduct.response.alerts.actions import (
    choose_steps,
    draft_from_signal,
    release_alert,
    submit_alert,
)
from safeconduct.response.alerts.models import Release
from safeconduct.response.ladder.engine.reached import people_by_country
from safeconduct.response.ladder.queries import StepLine, lines_of
from safeconduct.response.ladder.terms import Step, StopsOn
from safeconduct.wires.hazards.actions import receive_signals
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.messaging.queries import Tally, batch_tally
from safeconduct.wires.messaging.terms import Channel, State

SEED: Final = 2023
STAGE: Final = Actor.system("demo")
_OPEN: Final = (State.WAITING, State.CLAIMED)
_REACHED: Final = (State.HANDED, State.DELIVERED)
# The ministry's minutes pressed into seconds: push at once where it is switched on, SMS to the
# others and to the silent, then mail, then officers.
STEPS: Final = (
    Step(Channel.PUSH, 0),
    Step(Channel.SMS, 3),
    Step(Channel.EMAIL, 6),
    Step(Channel.CALL, 14),
)
# Messages, receipts and answers that take longer than this show that something is broken.
_PATIENCE_SECONDS: Final = 600.0

_THERE: Final = """
SELECT DISTINCT s.person_id FROM registry_stay s
  JOIN unnest(%s::bigint[], %s::bigint[]) AS area (lowest, above)
    ON s.cell >= area.lowest AND s.cell < area.above
 WHERE s.departed_on IS NULL AND s.person_id %% 5 = 0 ORDER BY s.person_id LIMIT %s
"""

_REGISTERED: Final = """
SELECT count(DISTINCT s.person_id) FROM registry_stay s
  JOIN unnest(%s::bigint[], %s::bigint[]) AS area (lowest, above)
    ON s.cell >= area.lowest AND s.cell < area.above
 WHERE s.departed_on IS NULL
"""


class DemoFailedError(Exception):
    """The story stopped; the message says where."""


@dataclass
class Stopwatch:
    """How long each stage took, in seconds and in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, said: str) -> Iterator[None]:
        click.echo(f"  {said} …")
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)


@dataclass(frozen=True)
class Headcount:
    """What the demo ends with; every field but ``people`` is about the incident's area.

    ``delivered`` counts people whose message was handed over and not reported failed,
    ``proven`` those of them whose phone is known to have it.
    """

    people: int
    audience: int
    delivered: int
    proven: int
    answered: int
    safe: int
    needs_help: int
    not_there: int
    not_heard_from: int
    unreachable: int


def furnish() -> list[DemoLogin]:
    """Places, posts, officers and travel advice; done once, checked afterwards."""
    load_places()
    load_posts(now=clock.now(), actor=STAGE)
    senders.name_senders(STAGE)
    logins = create_demo_officers(now=clock.now(), actor=STAGE)
    describe_demo_posts(now=clock.now(), actor=STAGE)
    author, approver = (_officer(logins, role) for role in ("duty_officer", "releaser"))
    seed_demo(author=author, approver=approver, now=clock.now())
    return logins


def populate(people: int) -> int:
    """Made-up nationals, unless the registry has some; how many people it holds."""
    if not Source.objects.filter(kind="synthetic").exists():
        with click.progressbar(length=people, label="  nationals") as bar:
            synthesise(count=people, seed=SEED, now=clock.now(), actor=STAGE, progress=bar.update)
    return Person.objects.count()


def read_hazard(path: Path) -> Signal:
    """Of a file's signals with an area, the one most people are registered in.

    A feed lists what happened anywhere: its first event may be where nobody is.

    :raises DemoFailedError: if none has an area.
    """
    read = receive_signals(path.read_bytes(), feed=None, now=clock.now(), actor=STAGE)
    placed = [signal for signal in read if signal.cells_from]
    if not placed:
        raise DemoFailedError(f"{path.name} holds no signal with an area that can be found.")
    if len(placed) == 1:
        return placed[0]
    chosen = max(placed, key=_registered_in)
    click.echo(f"  of {len(placed)} signals the one most people are in: {chosen.event}")
    return chosen


def _registered_in(signal: Signal) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_REGISTERED, [signal.cells_from, signal.cells_until])
        (people,) = cursor.fetchone()
    return int(people)


def equip(signal: Signal, port: int) -> int:
    """Give a fifth of those in a signal's area a browser to be warned in; how many have one.

    Anew each time, since the push service may listen at another port than the last one.
    """
    ContactPoint.objects.filter(address__startswith="http://127.0.0.1:").delete()
    with connection.cursor() as cursor:
        cursor.execute(_THERE, [signal.cells_from, signal.cells_until, browsers.HOW_MANY])
        chosen = [person_id for (person_id,) in cursor.fetchall()]
    ContactPoint.objects.bulk_create(
        ContactPoint(
            person_id=person_id,
            channel=Channel.PUSH,
            address=browsers.subscription(number, port).address,
            verified_at=clock.now(),
        )
        for number, person_id in enumerate(chosen)
    )
    Person.objects.filter(pk__in=chosen).update(reach=F("reach").bitor(Channel.PUSH))
    return len(chosen)


def close_last(signal: Signal, logins: list[DemoLogin]) -> None:
    """End what an earlier demo opened for a signal, or two runs are counted in one incident."""
    last = open_incident_of_signal(signal.pk, exercise=False)
    if last is not None:
        close_incident(incident_id=last.pk, now=clock.now(), actor=_officer(logins, "releaser"))


def warn(signal: Signal, logins: list[DemoLogin]) -> Release:
    """One officer drafts and submits, another releases."""
    author, releaser = (_officer(logins, role) for role in ("duty_officer", "releaser"))
    draft = draft_from_signal(signal=signal, now=clock.now(), actor=author)
    draft = choose_steps(
        alert_id=draft.pk,
        version=draft.version,
        steps=STEPS,
        stops_on=StopsOn.ANSWER,
        now=clock.now(),
        actor=author,
    )
    alert = submit_alert(alert_id=draft.pk, version=draft.version, now=clock.now(), actor=author)
    return release_alert(alert_id=alert.pk, version=alert.version, now=clock.now(), actor=releaser)


def hand_over(release: Release, mend: Callable[[], None]) -> None:
    """Wait until every message of the release has left or ended."""
    meant = release.audience.preview.get("people", 0)
    with click.progressbar(length=meant, label="  handed over") as bar:
        for _ in _patiently(mend):
            release.refresh_from_db()
            tally = batch_tally([release.batch_id])
            left = tally.people() - tally.people(*_OPEN)
            bar.update(min(left, meant) - bar.pos)
            if release.expanded_at and not _leaving(tally):
                return
    raise DemoFailedError("Some messages never left; see the sender's log.")


def hear(release: Release, mend: Callable[[], None]) -> None:
    """Wait until every step has begun, the slowest phone has had its time and all is counted."""
    slowest = time.monotonic() + nationals.SLOWEST_SECONDS + 1
    with click.progressbar(length=_answers_expected(release), label="  answers") as bar:
        for _ in _patiently(mend):
            bar.update(_counted(release).answered - bar.pos)
            if _leaving(batch_tally([release.batch_id])):
                slowest = time.monotonic() + nationals.SLOWEST_SECONDS + 1
            if time.monotonic() > slowest and _all_begun(release) and not waiting().count:
                return
    raise DemoFailedError("Some answers were never counted; see the drain's log.")


def headcount(release: Release, people: int) -> Headcount:
    counted, reached = _counted(release), people_by_country(release.batch_id).values()
    return Headcount(
        people=people,
        audience=counted.registered,
        delivered=sum(told for told, _ in reached),
        proven=sum(sure for _, sure in reached),
        answered=counted.answered,
        safe=counted.safe,
        needs_help=counted.needs_help,
        not_there=counted.not_there,
        not_heard_from=counted.not_heard_from,
        unreachable=counted.unreachable,
    )


def steps_taken(release: Release) -> list[StepLine]:
    """The steps with what became of each."""
    return lines_of(release.batch_id, now=clock.now())


def _leaving(tally: Tally) -> int:
    """Messages a machine still has to hand over; calls wait for officers."""
    return tally.messages(*_OPEN) - tally.messages(*_OPEN, channel=Channel.CALL)


def _all_begun(release: Release) -> bool:
    return all(line.begun_at for line in steps_taken(release))


def _counted(release: Release) -> Numbers:
    assert release.round is not None  # noqa: S101 -- the demo's alert asks
    return numbers(release.round.incident_id, None)


def _answers_expected(release: Release) -> int:
    share = nationals.SAFE + nationals.NEEDS_HELP + nationals.NOT_THERE
    return round(batch_tally([release.batch_id]).people(*_REACHED) * share)


def _officer(logins: list[DemoLogin], role: str) -> Actor:
    email = next(login.email for login in logins if login.role == role)
    return Actor.officer(Officer.objects.get(email=email).pk)


def _patiently(mend: Callable[[], None]) -> Iterator[None]:
    """A turn every tenth of a second, until patience ends; whoever died is started again."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        mend()
        yield
        time.sleep(0.1)
