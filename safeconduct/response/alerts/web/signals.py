"""From a signal to a draft, and what became of the signal since."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.response.alerts import actions, terms
from safeconduct.response.alerts.access import alert_for, any_signal, signal_for
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.web.area import AreaForm
from safeconduct.wires.hazards import rules
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.hazards.queries import places_named, standing

_BEFORE = (terms.AlertState.DRAFT, terms.AlertState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Origin:
    """The signal an alert was made of, and the better one that replaced it, if one did."""

    signal: Signal
    better: Signal | None
    is_withdrawn: bool
    may_take: bool


def origin_of(alert: Alert) -> Origin | None:
    """What the officers of an alert must know of its signal; None for one without."""
    if alert.signal_id is None:
        return None
    signal = any_signal(alert.signal_id)
    now = standing(signal)
    is_news = alert.state in _BEFORE or rules.rank(now) > rules.rank(signal)
    is_withdrawn = not rules.warns(now)
    better = now if now.pk != signal.pk and (is_news or is_withdrawn) else None
    is_free = alert.state == terms.AlertState.DRAFT and alert.area_kind == terms.AreaKind.SIGNAL
    may_take = is_free and better is not None and bool(better.cells_from) and not is_withdrawn
    return Origin(signal, better, is_withdrawn=is_withdrawn, may_take=may_take)


@officer_may(terms.DRAFT)
def draft_from_signal(request: HttpRequest, signal_id: int) -> HttpResponse:
    """A draft at one click, with our own texts: a warning should not wait for a form.

    Only where the signal is on no map must the officer say where. Of a signal that was
    replaced, what replaced it is drafted.
    """
    signal = standing(signal_for(signal_id))
    replaced = signal.pk != signal_id
    if not rules.warns(signal):
        messages.error(request, _("This message warns of nothing, so no alert is made of it."))
        return redirect("hazards:signal", signal.pk)
    form = None if signal.cells_from else AreaForm(request.POST or None)
    if request.method != "POST" or (form and not form.is_valid()):
        return _asked(request, signal, form, replaced=replaced)
    return _drafted(request, signal, form, replaced=replaced)


def _asked(
    request: HttpRequest, signal: Signal, form: AreaForm | None, *, replaced: bool
) -> HttpResponse:
    context = {
        "signal": signal,
        "form": form,
        "places": places_named(signal),
        "replaced": replaced,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "alerts/from_signal.html", context, status=status)


def _drafted(
    request: HttpRequest, signal: Signal, form: AreaForm | None, *, replaced: bool
) -> HttpResponse:
    kind, place = form.area(None) if form else (terms.AreaKind.SIGNAL, {})
    alert = actions.draft_from_signal(
        signal=signal, area_kind=kind, **place, now=clock.now(), actor=actor_of(request)
    )
    if replaced:
        messages.info(request, _("A better signal had replaced that one: the draft is of this."))
    return redirect("alerts:edit", alert.pk)


@require_POST
@officer_may(terms.DRAFT)
def take_area(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Give a draft the area of the signal that replaced its own."""
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.DRAFT)
    sent = request.POST.get("version", "")
    version = int(sent) if sent.isdecimal() and sent.isascii() else 0
    try:
        actions.take_better_area(
            alert_id=alert.pk, version=version, now=clock.now(), actor=actor_of(request)
        )
        messages.success(request, _("The draft has the area of the better signal now."))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("alerts:page", alert.pk)
