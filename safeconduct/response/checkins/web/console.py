"""Answers that a machine must not guess at, for officers to read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.registry.queries import last_countries
from safeconduct.response.checkins import actions, queries
from safeconduct.response.checkins.access import unclear_for
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.terms import SETTLE, SHOWN, TO_READ, Reason
from safeconduct.response.checkins.web.forms import DismissForm, SettleForm, WhoForm

_SHOWN = 50


@officer_may(SETTLE)
def unclear_list(request: HttpRequest) -> HttpResponse:
    waiting = queries.unclear_answers(countries_of(officer_of(request), SETTLE))
    page = Paginator(waiting, _SHOWN).get_page(request.GET.get("page"))
    rows = [(unclear, Reason(unclear.reason).label) for unclear in page]
    context = {
        "rows": rows,
        "page": page,
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "checkins/unclear_list.html", context)


@officer_may(SETTLE)
def unclear_page(request: HttpRequest, unclear_id: int) -> HttpResponse:
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    return _page(request, unclear, _choices(request, unclear))


@require_POST
@officer_may(SETTLE)
def settle(request: HttpRequest, unclear_id: int) -> HttpResponse:
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    choices = _choices(request, unclear)
    form = SettleForm(request.POST, candidates=choices)
    if not form.is_valid():
        return _page(request, unclear, choices, form)
    try:
        actions.settle_unclear(
            unclear_id=unclear.pk,
            asked_ids=form.cleaned_data["people"],
            answer=form.cleaned_data["answer"],
            now=clock.now(),
            actor=actor_of(request),
        )
        messages.success(request, _("Written down."))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("checkins:unclear")


@require_POST
@officer_may(SETTLE)
def dismiss(request: HttpRequest, unclear_id: int) -> HttpResponse:
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    form = DismissForm(request.POST)
    if not form.is_valid():
        return redirect("checkins:unclear_page", unclear.pk)
    try:
        actions.dismiss_unclear(
            unclear_id=unclear.pk,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
            actor=actor_of(request),
        )
        messages.success(request, _("Put away."))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("checkins:unclear")


def _choices(request: HttpRequest, unclear: Unclear) -> list[queries.Candidate]:
    return queries.choices_of(unclear, countries_of(officer_of(request), SETTLE))


def _page(
    request: HttpRequest,
    unclear: Unclear,
    choices: list[queries.Candidate],
    form: SettleForm | None = None,
) -> HttpResponse:
    """The text beside whom it may speak for; they may read that they stood there."""
    people = {one.asking.person_id for one in choices}
    _note_look(request, people)
    named = {person_id for _incident, _asked, person_id in unclear.candidates}
    context = {
        "unclear": unclear,
        "reason": Reason(unclear.reason).label,
        "form": form or SettleForm(candidates=choices, text=unclear.text),
        "elsewhere": bool(named - people),
        "dismiss_form": DismissForm(),
        "who_form": WhoForm(),
        "has_candidates": bool(choices),
    }
    return render(request, "checkins/unclear_page.html", context)


def _note_look(request: HttpRequest, people: set[int]) -> None:
    if not people:
        return
    officer = officer_of(request)
    note_look(
        officer=officer,
        permission=SETTLE,
        people=people,
        countries=last_countries(people, countries_of(officer, SETTLE)),
        what=SHOWN,
        why=Why(TO_READ),
        now=clock.now(),
    )
