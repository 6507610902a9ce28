"""One person in an incident: what is known, what was tried, and what an officer does about it."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.actions import record
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.incidents.access import incident_for
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.registry.seen import KIN
from safeconduct.picture.rollcall import actions, terms
from safeconduct.picture.rollcall.access import standing_for
from safeconduct.picture.rollcall.models import Standing
from safeconduct.portals.console.board.forms import AttemptForm, ClosingForm, SightingForm
from safeconduct.portals.console.board.panel import panel
from safeconduct.portals.console.board.words import PANEL, PERSON_SEEN


@officer_may(terms.VIEW)
def person(request: HttpRequest, incident_id: int, person_id: int) -> HttpResponse:
    """Everything about a person in this incident; the person may ask who opened it."""
    standing = _standing(request, terms.VIEW, incident_id, person_id)
    with transaction.atomic():
        record(
            PERSON_SEEN,
            actor=actor_of(request),
            subject_kind="person",
            subject_id=person_id,
            detail={"incident": incident_id},
            now=clock.now(),
        )
        _note_look(request, standing, PANEL)
    return _page(request, standing)


@require_POST
@officer_may(terms.CLAIM)
def claim(request: HttpRequest, incident_id: int, person_id: int) -> HttpResponse:
    """Look after the person, also instead of a colleague where the officer says so."""
    standing = _standing(request, terms.CLAIM, incident_id, person_id)
    take_over = request.POST.get("take_over") == "yes"
    return _do(request, standing, actions.claim_person, take_over=take_over)


@require_POST
@officer_may(terms.CLAIM)
def release(request: HttpRequest, incident_id: int, person_id: int) -> HttpResponse:
    """Give the person back."""
    standing = _standing(request, terms.CLAIM, incident_id, person_id)
    return _do(request, standing, actions.release_claim)


@require_POST
@officer_may(terms.RECORD)
def sighting(request: HttpRequest, incident_id: int, person_id: int) -> HttpResponse:
    """Write down what somebody said of the person."""
    standing = _standing(request, terms.RECORD, incident_id, person_id)
    form = SightingForm(request.POST, now=clock.now())
    if not form.is_valid():
        return _page(request, standing, wrong=form)
    return _do(request, standing, actions.record_sighting, form=form)


@require_POST
@officer_may(terms.CLAIM)
def attempt(request: HttpRequest, incident_id: int, person_id: int) -> HttpResponse:
    """Write down that the person was not reached."""
    standing = _standing(request, terms.CLAIM, incident_id, person_id)
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return _page(request, standing, wrong=form)
    return _do(request, standing, actions.log_attempt, form=form)


@require_POST
@officer_may(terms.RECORD)
def close(request: HttpRequest, incident_id: int, person_id: int) -> HttpResponse:
    """Close the person's calls for help."""
    standing = _standing(request, terms.RECORD, incident_id, person_id)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _page(request, standing, wrong=form)
    return _do(request, standing, actions.close_help, form=form)


def _standing(request: HttpRequest, permission: str, incident_id: int, person_id: int) -> Standing:
    return standing_for(
        officer_of(request), permission, incident_id=incident_id, person_id=person_id
    )


def _do(
    request: HttpRequest,
    standing: Standing,
    action: Callable[..., object],
    *,
    form: Form | None = None,
    **said: object,
) -> HttpResponse:
    """One action on a person; a form that is refused stays on the page as it was filled in."""
    at = {"incident_id": standing.incident_id, "person_id": standing.person_id}
    said |= form.cleaned_data if form else {}
    try:
        action(**at, now=clock.now(), actor=actor_of(request), **said)
    except Refusal as refusal:
        if form is not None:
            form.add_error(None, str(refusal.message))
            return _page(request, standing, wrong=form)
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Written down."))
    return redirect("board:person", *at.values())


def _note_look(request: HttpRequest, standing: Standing, what: str) -> None:
    note_look(
        officer=officer_of(request),
        permission=terms.VIEW,
        people=[standing.person_id],
        countries={standing.person_id: standing.country},
        what=what,
        why=Why(INCIDENT, standing.incident_id),
        now=clock.now(),
    )


def _page(request: HttpRequest, standing: Standing, *, wrong: Form | None = None) -> HttpResponse:
    now, officer = clock.now(), officer_of(request)
    incident = incident_for(standing.incident_id, officer=officer, permission=terms.VIEW)
    forms = {
        "sighting_form": SightingForm(now=now),
        "attempt_form": AttemptForm(),
        "closing_form": ClosingForm(),
    }
    for name, form in forms.items():
        forms[name] = wrong if wrong is not None and type(wrong) is type(form) else form
    theirs = panel(standing, countries_of(officer, terms.VIEW))
    if theirs.kin:
        _note_look(request, standing, KIN)
    shown = {"incident": incident, "panel": theirs, "form": wrong, **forms}
    response = render(request, "board/person.html", shown, status=422 if wrong else 200)
    response["Cache-Control"] = "private, no-store"
    return response
