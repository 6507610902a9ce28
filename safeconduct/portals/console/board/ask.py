"""Asking again: the next round of the question."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.picture.incidents.access import incident_for
from safeconduct.response.alerts.actions.again import draft_again
from safeconduct.response.checkins.terms import OPEN_ROUND


@officer_may(OPEN_ROUND)
def ask_again(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Draft the last question anew; released, it opens the next round."""
    officer = officer_of(request)
    incident = incident_for(incident_id, officer=officer, permission=OPEN_ROUND)
    if incident.closed_at is not None:
        raise Http404
    if request.method == "POST":
        try:
            draft = draft_again(incident_id=incident.pk, now=clock.now(), actor=actor_of(request))
            return redirect("alerts:edit", draft.pk)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return redirect("board:page", incident.pk)
    return render(request, "ui/confirm.html", _page(incident.pk))


def _page(incident_id: int) -> dict[str, object]:
    return {
        "title": _("Ask everybody again?"),
        "text": _(
            "The last question is drafted anew for the same area. You can change its words; "
            "once released it opens the next round, and “not heard from” counts from then."
        ),
        "button": _("Draft the question"),
        "cancel_url": reverse("board:page", args=[incident_id]),
    }
