"""Whose an unknown number is: the officer searches, chooses, and says what the text means."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.actions import record
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.incidents.templatetags.incidents import called
from safeconduct.picture.registry import seen
from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.queries import last_countries, people_named
from safeconduct.picture.registry.terms import MOST_SHOWN, SEARCHED, VIEWED
from safeconduct.response.checkins import actions, queries
from safeconduct.response.checkins.access import person_to_match, unclear_for
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.terms import SETTLE
from safeconduct.response.checkins.web.forms import MatchForm, WhoForm


@never_cache
@require_POST
@officer_may(SETTLE)
def who(request: HttpRequest, unclear_id: int) -> HttpResponse:
    """People of that name in the officer's countries. Names never stand in an address bar."""
    officer = officer_of(request)
    unclear = unclear_for(unclear_id, officer=officer)
    form, found = WhoForm(request.POST), None
    if form.is_valid():
        countries = countries_of(officer, SETTLE)
        found = people_named(form.cleaned_data["text"], countries=countries, limit=MOST_SHOWN)
        _write_down(request, SEARCHED, None, count=len(found))
        _note_look(request, seen.FOUND, [one.pk for one in found])
    context = {"unclear": unclear, "who_form": form, "form": form, "found": found}
    return render(request, "checkins/who.html", context)


@never_cache
@officer_may(SETTLE)
def match_page(request: HttpRequest, unclear_id: int, person_id: int) -> HttpResponse:
    """The text beside the person it may be about; the look is written down."""
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    person = person_to_match(person_id, officer=officer_of(request))
    _write_down(request, VIEWED, person_id)
    _note_look(request, seen.RECORD, [person_id])
    return _page(request, unclear, person, _form(request, unclear, person_id))


@require_POST
@officer_may(SETTLE)
def match(request: HttpRequest, unclear_id: int, person_id: int) -> HttpResponse:
    """Take the text as told of this person, by its sender."""
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    person = person_to_match(person_id, officer=officer_of(request))
    form = _form(request, unclear, person_id)
    if not form.is_valid():
        return _page(request, unclear, person, form)
    try:
        _match(request, unclear.pk, person_id, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, unclear, person, form)
    messages.success(request, _("Written down."))
    return redirect("checkins:unclear")


def _match(request: HttpRequest, unclear_id: int, person_id: int, form: MatchForm) -> None:
    said = form.cleaned_data
    actions.match_unclear(
        unclear_id=unclear_id,
        match=actions.Match(person_id, said.get("incident", 0), said.get("answer")),
        add_contact=said["add_contact"],
        now=clock.now(),
        actor=actor_of(request),
    )


def _note_look(request: HttpRequest, what: str, people: list[int]) -> None:
    officer = officer_of(request)
    note_look(
        officer=officer,
        permission=SETTLE,
        people=people,
        countries=last_countries(people, countries_of(officer, SETTLE)),
        what=what,
        why=Why(seen.SEARCH),
        now=clock.now(),
    )


def _form(request: HttpRequest, unclear: Unclear, person_id: int) -> MatchForm:
    countries = countries_of(officer_of(request), SETTLE)
    incidents = queries.open_incidents_with(person_id, countries)
    return MatchForm(
        request.POST if request.method == "POST" else None,
        incidents=[(incident.pk, called(incident)) for incident in incidents],
        text=unclear.text,
    )


def _page(request: HttpRequest, unclear: Unclear, person: Person, form: MatchForm) -> HttpResponse:
    context = {"unclear": unclear, "person": person, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "checkins/match.html", context, status=status)


def _write_down(request: HttpRequest, kind: str, person_id: int | None, **detail: object) -> None:
    with transaction.atomic():
        record(
            kind,
            actor=actor_of(request),
            subject_kind="person" if person_id else "search",
            subject_id=person_id,
            detail=detail,
            now=clock.now(),
        )
