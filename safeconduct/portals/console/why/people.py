"""The people of one alert: page by page, or by name; each leads to their own story."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.picture.registry.queries import people_named
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.listed import note_listed
from safeconduct.portals.console.board.rows import names_of
from safeconduct.portals.console.board.words import RECORD_DELETED
from safeconduct.portals.console.why.words import WARNING
from safeconduct.response.alerts.access import alert_for
from safeconduct.response.alerts.models import Alert
from safeconduct.response.ladder.engine.people import PAGE, Addressed, people_of, those_of
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.queries import climb_of

# Of one name: more than anybody reads, fewer than there are Əliyevs.
_NAMED = 500


@dataclass(frozen=True, slots=True)
class Row:
    one: Addressed
    name: object


class NameForm(forms.Form):
    """A name goes by POST: an address is kept by browsers and logs."""

    name = forms.CharField(label=_("Name, number or e-mail"), max_length=100)


@officer_may(VIEW)
def people(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Who the alert is for, as far as the officer's posts answer for them."""
    officer = officer_of(request)
    alert = alert_for(alert_id, officer=officer, permission=VIEW)
    climb = climb_of(alert.release.batch_id) if hasattr(alert, "release") else None
    if climb is None:
        raise Http404
    countries = countries_of(officer, VIEW)
    form = NameForm(request.POST or None)
    if request.method == "POST":
        shown = _named(climb, countries, form)
    else:
        shown = _paged(climb, countries, request.GET.get("after", ""))
    listed = {row.one.person_id: row.one.country for row in shown["rows"]}
    note_listed(request, listed, Why(WARNING, alert.pk))
    return _kept_private(request, alert, climb, form, shown)


def _named(climb: Climb, countries: frozenset[str] | None, form: NameForm) -> dict[str, Any]:
    if not form.is_valid():
        return {"rows": [], "after": "", "searched": False}
    meant = people_named(form.cleaned_data["name"], countries=countries, limit=_NAMED)
    of_alert = {one.person_id: one for one in those_of(climb, countries, ids=[p.pk for p in meant])}
    found = [of_alert[person.pk] for person in meant if person.pk in of_alert]
    return {"rows": _rows(found[:PAGE]), "after": "", "searched": True}


def _paged(climb: Climb, countries: frozenset[str] | None, after: str) -> dict[str, Any]:
    try:
        found = people_of(climb, countries, after=after, limit=PAGE + 1)
    except ValueError as lost:
        raise Http404 from lost
    rows = found[:PAGE]
    mark = rows[-1].mark if len(found) > PAGE else ""
    return {"rows": _rows(rows), "after": mark, "searched": False}


def _rows(found: list[Addressed]) -> list[Row]:
    names = names_of(one.person_id for one in found)
    return [Row(one, names.get(one.person_id, RECORD_DELETED)) for one in found]


def _kept_private(
    request: HttpRequest, alert: Alert, climb: Climb, form: NameForm, shown: dict[str, Any]
) -> HttpResponse:
    page = {"alert": alert, "climb": climb, "form": form, **shown}
    response = render(request, "why/people.html", page, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response
