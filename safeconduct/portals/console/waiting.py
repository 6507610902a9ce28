"""What waits for an officer, gathered from whoever keeps it: the first thing they read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import get_language, ngettext

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of, permissions_of, posts_of
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.health import health
from safeconduct.readiness.advice import queries as advice
from safeconduct.readiness.advice.engine.conflicts import all_contradictions
from safeconduct.readiness.advice.terms import APPROVE, EditionState
from safeconduct.readiness.advice.terms import VIEW as ADVICE
from safeconduct.readiness.advice.terms import WRITE as WRITE_ADVICE
from safeconduct.response.alerts import queries as alerts
from safeconduct.response.alerts.terms import RELEASE, AlertState
from safeconduct.response.calls.engine import listing
from safeconduct.response.calls.terms import CALL
from safeconduct.response.cases import queries as cases
from safeconduct.response.cases.terms import VIEW as CASES
from safeconduct.response.checkins.queries import unread
from safeconduct.response.checkins.terms import SETTLE
from safeconduct.wires.hazards.queries import open_problems
from safeconduct.wires.hazards.terms import VIEW as SIGNALS


@dataclass(frozen=True, slots=True)
class Task:
    """A sentence with a number in it, and where to go; the worst are ``urgent``."""

    said: str
    url: str
    urgent: bool = False


def waiting_for(officer: Officer, *, now: datetime) -> list[Task]:
    """What the officer can do something about, in the order in which it cannot wait."""
    held = permissions_of(officer)
    return [
        task
        for permission, tasks_of in _KEPT
        if permission in held
        for task in tasks_of(officer, now)
    ]


def _lags(_officer: Officer, now: datetime) -> Iterator[Task]:
    for complaint in health(now).complaints:
        yield Task(complaint, reverse("board:incidents"), urgent=True)


def _releases(officer: Officer, _now: datetime) -> Iterator[Task]:
    theirs = alerts.alerts_in(countries_of(officer, RELEASE))
    found = list(theirs.filter(state=AlertState.SUBMITTED).values_list("pk", flat=True)[:100])
    if found:
        yield Task(
            ngettext(
                "{number} alert waits to be released",
                "{number} alerts wait to be released",
                len(found),
            ).format(number=len(found)),
            reverse("alerts:page", args=found) if len(found) == 1 else reverse("alerts:list"),
            urgent=True,
        )


def _requests(officer: Officer, _now: datetime) -> Iterator[Task]:
    number, unowned = cases.waiting(posts_of(officer, CASES))
    if number:
        yield Task(
            ngettext(
                "{number} open request for help; answered for by nobody yet: {unowned}",
                "{number} open requests for help; answered for by nobody yet: {unowned}",
                number,
            ).format(number=number, unowned=unowned),
            reverse("cases:list"),
            urgent=unowned > 0,
        )


def _unclear(officer: Officer, _now: datetime) -> Iterator[Task]:
    found = unread(countries_of(officer, SETTLE))
    if found.waiting:
        yield Task(
            ngettext(
                "{number} unclear answer waits to be read; reads like a call for help: {calls}",
                "{number} unclear answers wait to be read; read like a call for help: {calls}",
                found.waiting,
            ).format(number=found.waiting, calls=found.calls),
            reverse("checkins:unclear"),
            urgent=found.calls > 0,
        )


def _calls(officer: Officer, now: datetime) -> Iterator[Task]:
    number = listing.counts(listing.Narrowing(countries_of(officer, CALL)), now=now).now
    if number:
        yield Task(
            ngettext("{number} call to be made", "{number} calls to be made", number).format(
                number=number
            ),
            reverse("calls:list"),
        )


def _problems(_officer: Officer, _now: datetime) -> Iterator[Task]:
    number = open_problems().count()
    if number:
        yield Task(
            ngettext(
                "{number} signal that could not be read or placed",
                "{number} signals that could not be read or placed",
                number,
            ).format(number=number),
            reverse("hazards:problems"),
        )


def _contradictions(officer: Officer, now: datetime) -> Iterator[Task]:
    theirs, reader = countries_of(officer, ADVICE), get_language() or "en"
    found = all_contradictions(theirs, reader, now=now)
    if found:
        yield Task(
            ngettext(
                "{number} contradiction between live texts",
                "{number} contradictions between live texts",
                len(found),
            ).format(number=len(found)),
            reverse("advice:contradictions"),
            urgent=any(one.is_dangerous for one in found),
        )


def _approvals(officer: Officer, _now: datetime) -> Iterator[Task]:
    theirs = countries_of(officer, APPROVE)
    number = advice.editions_in(theirs, EditionState.SUBMITTED).count()
    if number:
        yield Task(
            ngettext(
                "{number} edition of advice waits to be approved",
                "{number} editions of advice wait to be approved",
                number,
            ).format(number=number),
            reverse("advice:list"),
        )


def _reviews(officer: Officer, now: datetime) -> Iterator[Task]:
    theirs = countries_of(officer, WRITE_ADVICE)
    overdue, soon = advice.reviews_due(theirs, today=now.date())
    if overdue + soon:
        yield Task(
            ngettext(
                "{number} country whose advice must be read again; overdue: {overdue}",
                "{number} countries whose advice must be read again; overdue: {overdue}",
                overdue + soon,
            ).format(number=overdue + soon, overdue=overdue),
            reverse("advice:list"),
            urgent=overdue > 0,
        )


_KEPT: Final[list[tuple[str, Callable[[Officer, datetime], Iterator[Task]]]]] = [
    (VIEW, _lags),
    (RELEASE, _releases),
    (CASES, _requests),
    (ADVICE, _contradictions),
    (SETTLE, _unclear),
    (CALL, _calls),
    (SIGNALS, _problems),
    (APPROVE, _approvals),
    (WRITE_ADVICE, _reviews),
]
