"""Accounts for administrators: invite, send a new link, bar and let in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of, with_second_factor
from safeconduct.ground.accounts.actions import set_active
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_for, officer_may, officers_of, posts_of
from safeconduct.ground.missions.terms import APPOINT
from safeconduct.portals.console.officers import letters
from safeconduct.portals.console.officers.forms import InviteForm


@officer_may(APPOINT)
def officer_list(request: HttpRequest) -> HttpResponse:
    """Who has an account, and the form to invite somebody."""
    administrator = officer_of(request)
    form = InviteForm(request.POST or None, post_ids=posts_of(administrator, APPOINT))
    if request.method == "POST" and form.is_valid() and _invite(request, form):
        return redirect("officers:list")
    rows = with_second_factor(officers_of(administrator)).prefetch_related("appointments__post")
    page = {"form": form, "rows": rows, "now": clock.now()}
    return render(request, "officers/list.html", page, status=422 if form.errors else 200)


@officer_may(APPOINT)
def send_link(request: HttpRequest, officer_id: int) -> HttpResponse:
    """Asks once: the old password and authenticator end with it."""
    officer = officer_for(officer_id, officer_of(request))
    if request.method == "POST":
        letters.send_new_link(officer_id=officer.pk, now=clock.now(), actor=actor_of(request))
        messages.success(request, _("The link is on its way. The old password opens nothing now."))
        return redirect("officers:list")
    page = {
        "title": _("Send a new link?"),
        "text": _(
            "Password and authenticator of %(name)s stop working at once. The link goes to"
            " %(email)s and works once, for three days."
        )
        % {"name": officer.name, "email": officer.email},
        "button": _("Send the link"),
        "danger": True,
        "cancel_url": reverse("officers:list"),
    }
    return render(request, "ui/confirm.html", page)


@officer_may(APPOINT)
def bar(request: HttpRequest, officer_id: int) -> HttpResponse:
    """Asks once, then bars the account at once."""
    officer = officer_for(officer_id, officer_of(request))
    if request.method == "POST":
        return _set_active(request, officer.pk, active=False)
    page = {
        "title": _("Bar this account?"),
        "text": _(
            "%(name)s is signed out at once and cannot sign in. What they did stays in the trail."
        )
        % {"name": officer.name},
        "button": _("Bar the account"),
        "danger": True,
        "cancel_url": reverse("officers:list"),
    }
    return render(request, "ui/confirm.html", page)


@require_POST
@officer_may(APPOINT)
def let_in(request: HttpRequest, officer_id: int) -> HttpResponse:
    officer = officer_for(officer_id, officer_of(request))
    return _set_active(request, officer.pk, active=True)


def _set_active(request: HttpRequest, officer_id: int, *, active: bool) -> HttpResponse:
    try:
        set_active(officer_id=officer_id, active=active, now=clock.now(), actor=actor_of(request))
        messages.success(
            request, _("The account is open again.") if active else _("The account is barred.")
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("officers:list")


def _invite(request: HttpRequest, form: InviteForm) -> bool:
    said, post = form.cleaned_data, form.cleaned_data["post"]
    try:
        letters.invite(
            email=said["email"],
            name=said["name"],
            language=said["language"],
            role=said["role"],
            post_id=post and post.pk,
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return False
    messages.success(request, _("The invitation is on its way."))
    return True
