"""Providers and sender names, for duty officers and administrators."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import officer_may
from safeconduct.wires.messaging import actions, queries, terms
from safeconduct.wires.messaging.access import identity_for, may_switch, named_countries
from safeconduct.wires.messaging.web.forms import IdentityForm


@officer_may(terms.VIEW)
def provider_list(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    context = {
        "rows": queries.provider_health(now),
        "now": now,
        "may_manage": may_switch(officer_of(request)),
    }
    return render(request, "messaging/providers.html", context)


@require_POST
@officer_may(terms.MANAGE)
def switch(request: HttpRequest) -> HttpResponse:
    """Take a provider out of service, or put it back; only for administrators of all posts."""
    if not may_switch(officer_of(request)):
        raise Http404
    name, out = request.POST.get("provider", ""), request.POST.get("out") == "1"
    try:
        actions.switch_provider(name=name, out=out, now=clock.now(), actor=actor_of(request))
    except actions.ProviderRefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect("messaging:providers")


@officer_may(terms.VIEW)
def identity_list(request: HttpRequest) -> HttpResponse:
    rows, theirs = queries.sender_identities(), named_countries(officer_of(request))
    context = {
        "rows": rows,
        "may_manage": theirs is None or bool(theirs),
        "theirs": {row.country for row in rows} if theirs is None else theirs,
    }
    return render(request, "messaging/identities.html", context)


@officer_may(terms.MANAGE)
def add_identity(request: HttpRequest) -> HttpResponse:
    form = IdentityForm(request.POST or None, countries=named_countries(officer_of(request)))
    return _identity_page(request, form, _("Add a sender name"))


@officer_may(terms.MANAGE)
def edit_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    officer = officer_of(request)
    form = IdentityForm(
        request.POST or None,
        instance=identity_for(identity_id, officer=officer),
        countries=named_countries(officer),
    )
    return _identity_page(request, form, _("Change a sender name"))


@require_POST
@officer_may(terms.MANAGE)
def remove_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    identity = identity_for(identity_id, officer=officer_of(request))
    actions.remove_identity(identity=identity, now=clock.now(), actor=actor_of(request))
    return redirect("messaging:identities")


def _identity_page(request: HttpRequest, form: IdentityForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        actions.keep_identity(
            identity=form.save(commit=False), now=clock.now(), actor=actor_of(request)
        )
        return redirect("messaging:identities")
    return render(request, "messaging/identity.html", {"form": form, "title": title})
