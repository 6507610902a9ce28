"""Warning about a level of our travel advice."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.readiness.advice.engine.clashes import Contradiction
from safeconduct.readiness.advice.engine.conflicts import contradictions_with
from safeconduct.readiness.advice.engine.spoken import Origin
from safeconduct.readiness.advice.queries import place_of
from safeconduct.readiness.advice.rules import Standing
from safeconduct.response.alerts import actions, terms
from safeconduct.response.alerts.access import level_for
from safeconduct.response.alerts.actions.releases import words_of
from safeconduct.response.alerts.engine.level import languages_changed, origin_for
from safeconduct.response.alerts.engine.witness import would_say
from safeconduct.response.alerts.engine.wording import level_event
from safeconduct.response.alerts.models import Alert

_STANDS = {
    Standing.LAPSED: gettext_lazy(
        "The advice these words come from should have been read again by now."
    ),
    Standing.REPLACED: gettext_lazy(
        "The advice these words come from was replaced. Draft the warning anew from what is in"
        " force."
    ),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where an alert's words come from; ``warning`` says why they may no longer be right."""

    origin: Origin
    edition_url: str
    country_url: str
    warning: str | Promise
    # Languages in which the alert says something else than what was approved.
    changed: list[str]


@officer_may(terms.DRAFT)
def draft_from_level(request: HttpRequest, text_id: int) -> HttpResponse:
    """Asks once, then drafts an alert in the approved words and opens its form."""
    text = level_for(text_id, officer=officer_of(request), permission=terms.DRAFT)
    if request.method != "POST":
        reader = get_language() or "en"
        context = {
            "title": _("Warn about this level?"),
            "text": f"{place_of(text, reader)}. {level_event(text.level, reader)}",
            "button": _("Draft it in the approved words"),
            "cancel_url": reverse("advice:edition", args=[text.edition_id]),
        }
        return render(request, "ui/confirm.html", context)
    try:
        alert = actions.draft_from_level(text_id=text.pk, now=clock.now(), actor=actor_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("advice:country", text.edition.country_id)
    return redirect("alerts:edit", alert.pk)


def clashes_of(alert: Alert) -> list[Contradiction]:
    """What an alert, before its release or in force, does not agree with, the dangerous first."""
    now, reader = clock.now(), get_language() or "en"
    return contradictions_with(would_say(alert, now, reader), reader, now=now)


def source_of(alert: Alert) -> Source | None:
    """What an alert's page says of the advice it was made from; None for other alerts."""
    origin = origin_for(alert, today=clock.now().date())
    if origin is None:
        return None
    return Source(
        origin=origin,
        edition_url=reverse("advice:edition", args=[origin.edition_id]),
        country_url=reverse("advice:country", args=[origin.country]),
        warning=_STANDS.get(origin.standing, ""),
        changed=languages_changed(alert, words_of(alert)),
    )
