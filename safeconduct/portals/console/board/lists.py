"""Lists of people: who needs help, who has not been heard from, of whom witnesses disagree."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions.access import officer_may
from safeconduct.ground.missions.models import Post
from safeconduct.ground.places.models import Country
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall.models import Tally
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.access import board_for
from safeconduct.portals.console.board.exports import MOST_EXPORTED
from safeconduct.portals.console.board.files import countries_in, file_of
from safeconduct.portals.console.board.forms import FilterForm
from safeconduct.portals.console.board.listed import note_listed
from safeconduct.portals.console.board.picture import Scope, last_round
from safeconduct.portals.console.board.rows import Row, rows_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of one of the lists."""

    incident: Incident
    form: FilterForm
    rows: list[Row]
    after: str
    last_round: int
    # Whether anybody was: a list may be empty because nobody has.
    asked: bool


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
    return file_of(request, shown.incident, which, shown.rows)


def _shown(request: HttpRequest, incident_id: int, which: str) -> Shown:
    incident, scope = board_for(request, incident_id)
    form = filter_form(request, incident.pk, scope)
    filters = form.filters(scope.countries, officer_of(request).pk)
    last = last_round(incident.pk)
    try:
        page = _LISTS[which](incident.pk, filters, request.GET.get("after", ""))
    except rollcall.PageLostError as refusal:
        raise Http404 from refusal
    rows = rows_of(incident.pk, page.rows)
    asked = bool(rows) or anybody_asked(incident.pk, scope)
    return Shown(incident, form, rows, page.after, last.number if last else 0, asked)


def anybody_asked(incident_id: int, scope: Scope) -> bool:
    return rollcall.numbers(incident_id, scope.countries).asked > 0


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
