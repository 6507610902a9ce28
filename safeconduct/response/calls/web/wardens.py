"""Handing calls over to wardens, and taking them back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.response.calls import actions, queries, terms
from safeconduct.response.calls.access import link_of, list_for
from safeconduct.response.calls.engine import listing
from safeconduct.response.calls.engine.listing import Narrowing
from safeconduct.response.calls.web.forms import HandOverForm


@officer_may(terms.HAND_OVER)
def wardens(request: HttpRequest) -> HttpResponse:
    """The lists there are, and a form for another one."""
    now, countries = clock.now(), countries_of(officer_of(request), terms.HAND_OVER)
    due = listing.by_country(Narrowing(countries), now=now)
    form = HandOverForm(request.POST or None, due=due)
    if request.method == "POST" and form.is_valid() and _handed_over(request, form):
        return redirect("calls:wardens")
    lists = [
        (row, _address(link_of(row.made)) if row.made.is_open(now) else "")
        for row in queries.warden_lists(countries, now=now)
    ]
    shown = {"form": form, "due": due, "lists": lists}
    response = render(request, "calls/wardens.html", shown, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@officer_may(terms.HAND_OVER)
def end_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Take a list back from its warden."""
    made = list_for(list_id, officer=officer_of(request))
    actions.end_list(list_id=made.pk, now=clock.now(), actor=actor_of(request))
    messages.success(request, _("Taken back. What was not called is on the list again."))
    return redirect("calls:wardens")


def _handed_over(request: HttpRequest, form: HandOverForm) -> bool:
    try:
        actions.hand_over(now=clock.now(), actor=actor_of(request), **form.content())
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("Handed over. Give the warden the link below, and nobody else."))
    return True


def _address(token: str) -> str:
    return settings.PUBLIC_URL + reverse("wardens:people", args=[token])
