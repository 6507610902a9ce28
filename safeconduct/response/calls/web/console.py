"""The list of calls, and the sheet of the one an officer is on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.languages import CODES
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.incidents.terms import INCIDENT
from safeconduct.picture.registry.queries import last_countries
from safeconduct.response.calls import actions, queries, terms
from safeconduct.response.calls.access import call_for
from safeconduct.response.calls.engine.listing import Narrowing
from safeconduct.response.calls.holdings import SHEET, TO_CALL
from safeconduct.response.calls.models import Call
from safeconduct.response.calls.terms import Outcome
from safeconduct.response.calls.web.forms import OutcomeForm


@officer_may(terms.CALL)
def call_list(request: HttpRequest) -> HttpResponse:
    """What is to be called, most urgent first; names and numbers come with a call."""
    now, officer = clock.now(), officer_of(request)
    narrowing = _narrowing(request, request.GET.get("language", ""))
    last = queries.last_ended(officer.pk)
    shown = {
        "listed": queries.listed(narrowing, officer_id=officer.pk, now=now),
        "language_chosen": narrowing.language,
        "spoken": CODES,
        "last": last if last and queries.can_undo(last, now=now) else None,
    }
    return _kept_private(render(request, "calls/list.html", shown))


@require_POST
@officer_may(terms.CALL)
def take_next(request: HttpRequest) -> HttpResponse:
    """The next call, for ten minutes this officer's."""
    narrowing = _narrowing(request, request.POST.get("language", ""))
    call = actions.take_next(narrowing=narrowing, now=clock.now(), actor=actor_of(request))
    if call is None:
        messages.info(request, _("Nobody is left to call now."))
        return redirect("calls:list")
    return redirect("calls:call", call.pk)


@officer_may(terms.CALL)
def call_page(request: HttpRequest, call_id: int) -> HttpResponse:
    """Name, number, script and buttons; over, it leads back to the list."""
    call = call_for(call_id, officer=officer_of(request))
    if call.ended_at is not None:
        return redirect("calls:list")
    officer = officer_of(request)
    note_look(
        officer=officer,
        permission=terms.CALL,
        people=[call.person_id],
        countries=last_countries([call.person_id], countries_of(officer, terms.CALL)),
        what=SHEET,
        why=Why(INCIDENT, call.incident_id) if call.incident_id else Why(TO_CALL),
        now=clock.now(),
    )
    return _sheet(request, call)


@require_POST
@officer_may(terms.CALL)
def end_call(request: HttpRequest, call_id: int) -> HttpResponse:
    """Write down what came of it."""
    call = call_for(call_id, officer=officer_of(request))
    form = _form(request, call)
    if not form.is_valid():
        return _sheet(request, call, form)
    said, actor = form.content(), actor_of(request)
    said["told_by"] = said["told_by"] or _("the person, on the telephone")
    try:
        actions.end_call(call_id=call.pk, now=clock.now(), actor=actor, **said)
        messages.success(request, _("Written down: %s.") % said["outcome"].label)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("calls:list")


@require_POST
@officer_may(terms.CALL)
def give_back(request: HttpRequest, call_id: int) -> HttpResponse:
    """Put the call back on the list, untried."""
    call = call_for(call_id, officer=officer_of(request))
    return _end(request, call, Outcome.GIVEN_BACK)


@require_POST
@officer_may(terms.CALL)
def undo(request: HttpRequest, call_id: int) -> HttpResponse:
    """Back to the sheet, as if nothing had been written down."""
    call = call_for(call_id, officer=officer_of(request))
    try:
        actions.undo_call(call_id=call.pk, now=clock.now(), actor=actor_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("calls:list")
    return redirect("calls:call", call.pk)


def _end(request: HttpRequest, call: Call, outcome: Outcome) -> HttpResponse:
    try:
        actions.end_call(call_id=call.pk, outcome=outcome, now=clock.now(), actor=actor_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("calls:list")


def _narrowing(request: HttpRequest, language: str) -> Narrowing:
    countries = countries_of(officer_of(request), terms.CALL)
    return Narrowing(countries, language if language in CODES else "")


def _form(request: HttpRequest, call: Call) -> OutcomeForm:
    sheet = _sheet_of(request, call)
    data = request.POST if request.method == "POST" else None
    return OutcomeForm(data, members=sheet.members, now=clock.now(), choices=sheet.choices)


def _sheet_of(request: HttpRequest, call: Call) -> queries.Sheet:
    countries = countries_of(officer_of(request), terms.CALL)
    reader = get_language() or "en"
    return queries.sheet_of(call, countries=countries, language=reader, now=clock.now())


def _sheet(request: HttpRequest, call: Call, form: OutcomeForm | None = None) -> HttpResponse:
    sheet = _sheet_of(request, call)
    shown = {
        "sheet": sheet,
        "form": form or OutcomeForm(members=sheet.members, now=clock.now(), choices=sheet.choices),
    }
    return _kept_private(render(request, "calls/call.html", shown, status=422 if form else 200))


def _kept_private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
