"""A page of a list as a file: as much of it as the officer's hour allows, and written down."""

import csv
from collections.abc import Iterable, Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.actions import note_look
from safeconduct.ground.privacy.consents import PARTNERS
from safeconduct.ground.privacy.queries import who_agrees
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.exports import take_rows
from safeconduct.portals.console.board.rows import Row
from safeconduct.portals.console.board.words import SAVED, TOO_MANY_EXPORTED
from safeconduct.wires.messaging.terms import Channel

_HEADING = ("number", "name", "telephone", "country", "may be passed on")


def file_of(
    request: HttpRequest,
    incident: Incident,
    which: str,
    rows: list[Row],
    more: Mapping[str, Mapping[int, str]] | None = None,
) -> HttpResponse:
    """The rows as CSV, as far as the officer's hour allows; trail and looks say so.

    ``more`` are further columns: by their heading what stands there of each person.
    """
    now = clock.now()
    taken = take_rows(rows, incident.pk, which, now=now, actor=actor_of(request))
    if not taken:
        messages.error(request, TOO_MANY_EXPORTED)
        return redirect(f"board:{which}", incident.pk)
    note_look(
        officer=officer_of(request),
        permission=VIEW,
        people=countries_in(taken),
        countries=countries_in(taken),
        what=SAVED,
        why=Why(INCIDENT, incident.pk),
        now=now,
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    kind = "exercise-" if incident.exercise else ""
    response["Content-Disposition"] = f'attachment; filename="{kind}{which}-{incident.pk}.csv"'
    response["Cache-Control"] = "no-store"
    _write(response, taken, more or {}, exercise=incident.exercise)
    return response


def countries_in(rows: Iterable[Row]) -> dict[int, str]:
    """By person the country that a list has them in."""
    return {row.standing.person_id: row.standing.country for row in rows}


def _write(
    response: HttpResponse,
    rows: Sequence[Row],
    more: Mapping[str, Mapping[int, str]],
    *,
    exercise: bool,
) -> None:
    # In every row, since rows are copied out of files.
    heading, mark = (["exercise"], ["EXERCISE"]) if exercise else ([], [])
    # Nobody is called in an exercise.
    numbers = {} if exercise else _numbers(row.standing.person_id for row in rows)
    sharing = who_agrees("party", [row.standing.party_id for row in rows], PARTNERS)
    writer = csv.writer(response)
    writer.writerow([*heading, *_HEADING, *more])
    for row in rows:
        standing = row.standing
        telephone = numbers.get(standing.person_id, "")
        shared = "yes" if standing.party_id in sharing else "ask first"
        known = [standing.person_id, _inert(str(row.name)), telephone, standing.country, shared]
        writer.writerow([*mark, *known, *(_inert(of[standing.person_id]) for of in more.values())])


def _numbers(people: Iterable[int]) -> dict[int, str]:
    found = ContactPoint.objects.filter(person_id__in=list(people), channel=Channel.SMS)
    return dict(found.order_by("-pk").values_list("person_id", "address"))


def _inert(text: str) -> str:
    """Text no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
