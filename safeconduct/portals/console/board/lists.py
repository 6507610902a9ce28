"""Lists of people: who needs help, who has not been heard from, of whom witnesses disagree."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions.access import officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.ground.missions.models import Post
from safeconduct.ground.places.models import Country
from safeconduct.ground.privacy.consents import PARTNERS
from safeconduct.ground.privacy.queries import who_agrees
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall.models import Tally
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.access import board_for
from safeconduct.portals.console.board.exports import MOST_EXPORTED, take_rows
from safeconduct.portals.console.board.forms import FilterForm
from safeconduct.portals.console.board.listed import note_listed
from safeconduct.portals.console.board.picture import Scope, last_round
from safeconduct.portals.console.board.rows import Row, rows_of
from safeconduct.portals.console.board.words import SAVED, TOO_MANY_EXPORTED
from safeconduct.wires.messaging.terms import Channel


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of one of the lists."""

    incident: Incident
    form: FilterForm
    rows: list[Row]
    after: str
    last_round: int


@officer_may(VIEW)
def people(request: HttpRequest, incident_id: int, which: str) -> HttpResponse:
    """A page of one of the lists, narrowed by what the address says."""
    shown = _shown(request, incident_id, which)
    note_listed(request, countries_in(shown.rows), Why(INCIDENT, incident_id))
    page = {"shown": shown, "which": which, "incident": shown.incident}
    response = render(request, f"board/{which}.html", page)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@officer_may(VIEW)
def save(request: HttpRequest, incident_id: int, which: str) -> HttpResponse:
    """The page of the list as a file, as far as the officer's hour allows; the trail says so."""
    shown = _shown(request, incident_id, which)
    rows = take_rows(shown.rows, incident_id, which, now=clock.now(), actor=actor_of(request))
    if not rows:
        messages.error(request, TOO_MANY_EXPORTED)
        return redirect(f"board:{which}", incident_id)
    note_look(
        officer=officer_of(request),
        permission=VIEW,
        people=countries_in(rows),
        countries=countries_in(rows),
        what=SAVED,
        why=Why(INCIDENT, incident_id),
        now=clock.now(),
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    kind = "exercise-" if shown.incident.exercise else ""
    response["Content-Disposition"] = f'attachment; filename="{kind}{which}-{incident_id}.csv"'
    response["Cache-Control"] = "no-store"
    _write(response, rows, exercise=shown.incident.exercise)
    return response


def countries_in(rows: Iterable[Row]) -> dict[int, str]:
    """By person the country that a list has them in."""
    return {row.standing.person_id: row.standing.country for row in rows}


def _shown(request: HttpRequest, incident_id: int, which: str) -> Shown:
    incident, scope = board_for(request, incident_id)
    form = filter_form(request, incident.pk, scope)
    filters = form.filters(scope.countries, officer_of(request).pk)
    last = last_round(incident.pk)
    try:
        page = _LISTS[which](incident.pk, filters, request.GET.get("after", ""))
    except rollcall.PageLostError as refusal:
        raise Http404 from refusal
    return Shown(
        incident, form, rows_of(incident.pk, page.rows), page.after, last.number if last else 0
    )


type _Lister = Callable[[int, rollcall.Filters, str], rollcall.Page]
_LISTS: dict[str, _Lister] = {
    "help": lambda incident, filters, after: rollcall.needs_help(
        incident, filters, after=after, limit=MOST_EXPORTED
    ),
    "silent": lambda incident, filters, after: rollcall.not_heard_from(
        incident, filters, after=after, limit=MOST_EXPORTED
    ),
    "conflict": lambda incident, filters, after: rollcall.in_conflict(
        incident, filters, after=after, limit=MOST_EXPORTED
    ),
}


def filter_form(request: HttpRequest, incident_id: int, scope: Scope) -> FilterForm:
    """What lists of this incident are narrowed by: its countries and posts, as far as seen."""
    language = get_language() or "en"
    tallies = Tally.objects.filter(incident_id=incident_id, people__gt=0).order_by()
    if scope.countries is not None:
        tallies = tallies.filter(country__in=scope.countries)
    countries = Country.objects.filter(pk__in=tallies.values("country").distinct())
    posts = Post.objects.filter(pk__in=tallies.values("post_id").distinct())
    return FilterForm(
        request.GET.dict(),
        countries=[(c.code, in_words(c.names, language) or c.code) for c in countries],
        posts=[(str(p.pk), in_words(p.names, language)) for p in posts],
    )


def _write(response: HttpResponse, rows: list[Row], *, exercise: bool) -> None:
    # In every row, since rows are copied out of files.
    heading, mark = (["exercise"], ["EXERCISE"]) if exercise else ([], [])
    numbers: dict[int, str] = dict(
        ContactPoint.objects.filter(
            person_id__in=[row.standing.person_id for row in rows], channel=Channel.SMS
        )
        .order_by("-pk")
        .values_list("person_id", "address")
    )
    sharing = who_agrees("party", [row.standing.party_id for row in rows], PARTNERS)
    writer = csv.writer(response)
    writer.writerow([*heading, "number", "name", "telephone", "country", "may be passed on"])
    for row in rows:
        standing = row.standing
        telephone = numbers.get(standing.person_id, "")
        shared = "yes" if standing.party_id in sharing else "ask first"
        known = [standing.person_id, _inert(str(row.name)), telephone, standing.country, shared]
        writer.writerow([*mark, *known])


def _inert(text: str) -> str:
    """Text no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
