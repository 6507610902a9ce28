"""The page behind a warden's link: no account, their own people, nothing that a cache may keep."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry.access import LinkNotOpenError
from safeconduct.response.calls import actions
from safeconduct.response.calls.access import list_by_link, warden_call_for
from safeconduct.response.calls.engine.warden_page import page_of
from safeconduct.response.calls.models import WardenList
from safeconduct.response.calls.web.forms import WardenOutcomeForm

type View = Callable[..., HttpResponse]


def behind_link(view: View) -> View:
    """Give a view the list its link opens, in the warden's language, or say that it opens none."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **parts: int) -> HttpResponse:
        try:
            made = list_by_link(token, clock.now())
        except LinkNotOpenError:
            response = render(request, "calls/warden_refused.html", status=404)
        else:
            # Unless they chose another one themselves.
            chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
            with nullcontext() if chosen else translation.override(made.language):
                response = view(request, made, token, **parts)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


@behind_link
def people(request: HttpRequest, made: WardenList, token: str) -> HttpResponse:
    """Whom to call, what to say, and a button for what came of it."""
    now = clock.now()
    actions.open_list(made=made, now=now)
    shown = {"page": page_of(made, now=now), "token": token}
    return render(request, "calls/warden.html", shown)


@require_POST
@behind_link
def outcome(request: HttpRequest, made: WardenList, token: str, number: int) -> HttpResponse:
    """Write down what came of a call."""
    call = warden_call_for(number, made=made)
    form = WardenOutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Press one of the buttons to say what came of the call."))
        return redirect("wardens:people", token)
    try:
        actions.note_outcome(
            warden_call_id=call.pk,
            outcome=form.pressed,
            of_people=form.of_people,
            told_by=_("the warden %s, on the telephone") % made.warden,
            now=clock.now(),
        )
        messages.success(request, _("Written down: %s.") % form.pressed.label)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("wardens:people", token)


@require_POST
@behind_link
def undo(request: HttpRequest, made: WardenList, token: str, number: int) -> HttpResponse:
    """Take the last outcome back, within a minute."""
    call = warden_call_for(number, made=made)
    if not actions.undo_outcome(warden_call_id=call.pk, now=clock.now()):
        messages.error(request, _("This holds already. Tell the post what is right."))
    return redirect("wardens:people", token)
