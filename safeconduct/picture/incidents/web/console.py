"""Incidents and their logs, for officers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.picture.incidents import actions, queries, terms
from safeconduct.picture.incidents.access import incident_for, incident_to_close, may_close
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.web.forms import LevelForm, NoteForm

_SHOWN = 100
_LINES = 50


@officer_may(terms.VIEW)
def incident_list(request: HttpRequest) -> HttpResponse:
    countries = countries_of(officer_of(request), terms.VIEW)
    incidents = queries.incidents_in(countries)[:_SHOWN]
    return render(request, "incidents/list.html", {"rows": incidents})


@officer_may(terms.VIEW)
def incident_page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """An incident with the newest lines of its log, or those before one (``?before=``)."""
    incident = incident_for(incident_id, officer=officer_of(request), permission=terms.VIEW)
    return _page(request, incident, NoteForm())


@require_POST
@officer_may(terms.LOG)
def add_note(request: HttpRequest, incident_id: int) -> HttpResponse:
    incident = incident_for(incident_id, officer=officer_of(request), permission=terms.LOG)
    form = NoteForm(request.POST)
    if not form.is_valid():
        # A note too long is shortened by its writer; it must not be gone.
        return _page(request, incident, form)
    actions.add_note(
        incident_id=incident.pk,
        text=form.cleaned_data["text"],
        now=clock.now(),
        actor=actor_of(request),
    )
    messages.success(request, _("Written down."))
    return redirect("incidents:page", incident.pk)


@require_POST
@officer_may(terms.LOG)
def set_level(request: HttpRequest, incident_id: int) -> HttpResponse:
    incident = incident_for(incident_id, officer=officer_of(request), permission=terms.LOG)
    form = LevelForm(request.POST)
    if not form.is_valid():
        return redirect("incidents:page", incident.pk)
    try:
        actions.set_level(
            incident_id=incident.pk,
            level=form.cleaned_data["level"],
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("incidents:page", incident.pk)


@require_POST
@officer_may(terms.LOG)
def close(request: HttpRequest, incident_id: int) -> HttpResponse:
    incident = incident_to_close(incident_id, officer=officer_of(request))
    if request.POST.get("sure") == "yes":
        actions.close_incident(incident_id=incident.pk, now=clock.now(), actor=actor_of(request))
    else:
        messages.error(request, _("Tick the box to close the incident."))
    return redirect("incidents:page", incident.pk)


def _page(request: HttpRequest, incident: Incident, note_form: NoteForm) -> HttpResponse:
    before = request.GET.get("before", "")
    log = queries.log_of(
        incident.pk,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
        limit=_LINES + 1,
    )
    context = {
        "incident": incident,
        "log": log[:_LINES],
        "older": log[_LINES - 1].pk if len(log) > _LINES else None,
        "note_form": note_form,
        "form": note_form if note_form.errors else None,
        "level_form": LevelForm(initial={"level": incident.level}),
        "may_close": may_close(incident, officer=officer_of(request)),
    }
    status = 422 if note_form.errors else 200
    return render(request, "incidents/page.html", context, status=status)
