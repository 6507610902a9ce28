"""Answers that a machine must not guess at, for officers to read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.response.checkins import actions, queries
from safeconduct.response.checkins.access import unclear_for
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.terms import SETTLE, Reason
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
    form = SettleForm(candidates=queries.candidates_of(unclear), text=unclear.text)
    return _page(request, unclear, form)


@require_POST
@officer_may(SETTLE)
def settle(request: HttpRequest, unclear_id: int) -> HttpResponse:
    unclear = unclear_for(unclear_id, officer=officer_of(request))
    form = SettleForm(request.POST, candidates=queries.candidates_of(unclear))
    if not form.is_valid():
        return _page(request, unclear, form)
    try:
        actions.settle_unclear(
            unclear_id=unclear.pk,
            asked_ids=form.cleaned_data["people"],
            answer=form.cleaned_data["answer"],
            now=clock.now(),
            actor=actor_of(request),
        )
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
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("checkins:unclear")


def _page(request: HttpRequest, unclear: Unclear, form: SettleForm) -> HttpResponse:
    context = {
        "unclear": unclear,
        "reason": Reason(unclear.reason).label,
        "form": form,
        "dismiss_form": DismissForm(),
        "who_form": WhoForm(),
        "has_candidates": bool(unclear.candidates),
    }
    return render(request, "checkins/unclear_page.html", context)
