"""Letting a draft join an incident that is open: one event, one question to each person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.response.alerts import actions, terms
from safeconduct.response.alerts.access import alert_for


@require_POST
@officer_may(terms.DRAFT)
def join(request: HttpRequest, alert_id: int, incident_id: int) -> HttpResponse:
    """Make the alert one of an incident's; only of one that its page offers."""
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.DRAFT)
    try:
        actions.join_alike(
            alert_id=alert.pk, incident_id=incident_id, now=clock.now(), actor=actor_of(request)
        )
        messages.success(request, _("The alert belongs to this incident now."))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("alerts:page", alert.pk)
