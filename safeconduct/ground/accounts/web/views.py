"""The one page of allauth's that says more here than there, and the one it does not have."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import invited_by
from safeconduct.ground.accounts.actions import InvitationOverError, accept_invitation
from safeconduct.ground.accounts.queries import demo_code
from safeconduct.ground.kernel import clock


class SecondFactorView(AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Asks for the code; in demo mode it tells a demo officer's, who has no telephone."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"demo_code": demo_code(self.stage.login.user)}


def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Where an administrator's link leads: set a password once, then sign in with it."""
    try:
        officer, number = invited_by(token)
    except Http404:
        return _private(render(request, "account/invitation_over.html", status=404))
    form = SetPasswordForm(officer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["new_password1"]
        try:
            accept_invitation(
                officer_id=officer.pk, number=number, password=password, now=clock.now()
            )
        except InvitationOverError:
            return _private(render(request, "account/invitation_over.html", status=404))
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    page = {"form": form, "officer": officer}
    return _private(
        render(request, "account/invited.html", page, status=422 if form.errors else 200)
    )


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
