"""One page for one person and one alert: every step, what became of it, and what comes next."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.queries import officer_names
from safeconduct.ground.audit.actions import record
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.queries import last_countries, person_in
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.panel import Said, said_of
from safeconduct.portals.console.board.rows import names_of
from safeconduct.portals.console.board.words import CHANNELS, state_word
from safeconduct.portals.console.why.words import (
    STORY,
    STORY_SEEN,
    UNPROVABLE,
    UNUSED,
    WARNING,
)
from safeconduct.response.alerts.access import alert_for
from safeconduct.response.alerts.models import Alert
from safeconduct.response.calls.models import Call
from safeconduct.response.calls.terms import Outcome
from safeconduct.response.ladder.engine.story import Met, Point, Story, story_of
from safeconduct.response.ladder.queries import climb_of
from safeconduct.wires.messaging.queries import proves_nothing, untrue_receipts
from safeconduct.wires.messaging.terms import Channel, State


@dataclass(frozen=True, slots=True)
class StepShown:
    met: Met
    state: str | Promise
    through: str


@dataclass(frozen=True, slots=True)
class PointShown:
    point: Point
    channel: str | Promise
    unused: str | Promise


@dataclass(frozen=True, slots=True)
class CallShown:
    call: Call
    outcome: str | Promise
    officer: str


@officer_may(VIEW)
def why(request: HttpRequest, alert_id: int, person_id: int) -> HttpResponse:
    """Why she got this and not that; the person may ask who opened it."""
    officer = officer_of(request)
    alert, person = _both(alert_id, person_id, officer)
    climb = climb_of(alert.release.batch_id)
    if climb is None:
        raise Http404
    with transaction.atomic():
        record(
            STORY_SEEN,
            actor=actor_of(request),
            subject_kind="person",
            subject_id=person.pk,
            detail={"alert": alert.pk},
            now=clock.now(),
        )
        note_look(
            officer=officer,
            permission=VIEW,
            people=[person.pk],
            countries=last_countries([person.pk], countries_of(officer, VIEW)),
            what=STORY,
            why=Why(WARNING, alert.pk),
            now=clock.now(),
        )
    shown = {"alert": alert, "climb": climb, **_shown(alert, story_of(climb, person), officer)}
    response = render(request, "why/page.html", shown)
    response["Cache-Control"] = "private, no-store"
    return response


def _both(alert_id: int, person_id: int, officer: Officer) -> tuple[Alert, Person]:
    """The released alert and the person, if both are the officer's to see; else 404."""
    alert = alert_for(alert_id, officer=officer, permission=VIEW)
    person = person_in(person_id, countries_of(officer, VIEW))
    if person is None or not hasattr(alert, "release"):
        raise Http404
    return alert, person


def _shown(alert: Alert, story: Story, officer: Officer) -> dict[str, Any]:
    through = _through(story, officer)
    said: list[Said] = []
    if alert.incident_id is not None:
        said = said_of(alert.incident_id, story.person.pk)
    untrue = untrue_receipts()
    return {
        "story": story,
        "steps": [
            StepShown(met, _state(met, untrue), through.get(met.through_id or 0, ""))
            for met in story.steps
        ],
        "points": [
            PointShown(
                one,
                CHANNELS[Channel(one.point.channel)],
                UNUSED[one.unused] if one.unused else "",
            )
            for one in story.points
        ],
        "calls": _calls(story),
        "said": said,
    }


def _through(story: Story, officer: Officer) -> dict[int, str]:
    """Names of whom messages went to instead; a dash for whom the officer does not answer for."""
    countries = countries_of(officer, VIEW)
    ids = {met.through_id for met in story.steps if met.through_id}
    names = names_of(one for one in ids if person_in(one, countries) is not None)
    return {one: names.get(one, "–") for one in ids}


def _state(met: Met, untrue: frozenset[str]) -> str | Promise:
    row = met.delivery
    if row is None:
        return ""
    arrived = row.state in {State.HANDED, State.DELIVERED}
    is_text = row.channel == Channel.SMS
    if arrived and is_text and proves_nothing(row.address, row.country, untrue):
        return UNPROVABLE
    return state_word(Channel(row.channel), State(row.state))


def _calls(story: Story) -> list[CallShown]:
    rows = [met.delivery for met in story.steps if met.delivery]
    made = list(
        Call.objects.filter(
            delivery_id__in=[row.id for row in rows if row.channel == Channel.CALL]
        ).order_by("taken_at", "pk")
    )
    names = officer_names(call.officer_id for call in made)
    return [
        CallShown(
            call,
            Outcome(call.outcome).label if call.outcome else "",
            names.get(call.officer_id, ""),
        )
        for call in made
    ]
