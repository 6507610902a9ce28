"""Reports no machine could file, for somebody who may see all requests."""

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may, posts_of
from safeconduct.ground.privacy.sealing import SealBrokenError, open_outside
from safeconduct.response.cases import actions, queries
from safeconduct.response.cases.access import unread_for
from safeconduct.response.cases.models import Unread
from safeconduct.response.cases.terms import LONGEST_WORDS, WORK
from safeconduct.wires.intake.engine.reported import FIELDS, reference_of

_SHOWN = 100


@require_safe
@officer_may(WORK)
def unread_list(request: HttpRequest) -> HttpResponse:
    """The oldest first; they name no country, so only who sees all requests sees them."""
    waiting = queries.unread_reports()[:_SHOWN]
    everywhere = posts_of(officer_of(request), WORK) is None
    rows = [(one, reference_of(one.key)) for one in waiting] if everywhere else []
    response = render(request, "cases/unread_list.html", {"rows": rows})
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@officer_may(WORK)
def unread_page(request: HttpRequest, unread_id: int) -> HttpResponse:
    """What can be read of it."""
    unread = unread_for(unread_id, officer=officer_of(request))
    context = {"unread": unread, "reference": reference_of(unread.key), "told": readable(unread)}
    response = render(request, "cases/unread_page.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@officer_may(WORK)
def unread_open(request: HttpRequest, unread_id: int) -> HttpResponse:
    """Make a request of it."""
    unread = unread_for(unread_id, officer=officer_of(request))
    words = "\n".join(f"{name}: {said}" for name, said in readable(unread))[:LONGEST_WORDS]
    try:
        case = actions.open_unread(
            unread_id=unread.pk, words=words, now=clock.now(), actor=actor_of(request)
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("cases:unread")
    return redirect("cases:case", case.pk)


@require_POST
@officer_may(WORK)
def unread_dismiss(request: HttpRequest, unread_id: int) -> HttpResponse:
    """Put it away."""
    unread = unread_for(unread_id, officer=officer_of(request))
    try:
        actions.dismiss_unread(unread_id=unread.pk, now=clock.now(), actor=actor_of(request))
        messages.success(request, _("Put away."))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("cases:unread")


def readable(unread: Unread) -> list[tuple[str, str]]:
    """The fields of a report as they came; none where no key of ours opens it."""
    try:
        fields = orjson.loads(open_outside(unread.sealed or b"", purpose=FIELDS))
    except (SealBrokenError, orjson.JSONDecodeError):
        return []
    found = fields if isinstance(fields, dict) else {}
    return [(str(name), str(value)) for name, value in found.items() if value]
