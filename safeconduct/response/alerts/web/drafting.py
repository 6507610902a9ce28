"""The form an alert is written in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.response.alerts import actions, terms
from safeconduct.response.alerts.access import alert_for
from safeconduct.response.alerts.actions.releases import words_of
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.web.forms import AlertForm, WordsForm, texts_of, words_forms
from safeconduct.response.alerts.web.signals import origin_of


@officer_may(terms.DRAFT)
def new(request: HttpRequest) -> HttpResponse:
    """From nothing: first levels and area, then our texts to edit."""
    form = AlertForm(request.POST or None, officer=officer_of(request), initial={"asks": True})
    if request.method == "POST" and form.is_valid():
        alert = _save(request, form, None, None)
        if alert is not None:
            return redirect("alerts:edit", alert.pk)
    return _render(request, form, {}, None)


@officer_may(terms.DRAFT)
def edit(request: HttpRequest, alert_id: int) -> HttpResponse:
    officer = officer_of(request)
    alert = alert_for(alert_id, officer=officer, permission=terms.DRAFT)
    if alert.state != terms.AlertState.DRAFT:
        if request.method == "POST":
            messages.error(request, _("This alert is no draft any more."))
        return redirect("alerts:page", alert.pk)
    data = request.POST or None
    form = AlertForm(data, officer=officer, alert=alert, initial=AlertForm.start_from(alert))
    saved = words_of(alert)
    languages = words_forms(data, saved)
    if data and form.is_valid() and all(words.is_valid() for words in languages.values()):
        texts = texts_of(languages, saved)
        if not texts:
            form.add_error(None, _("Write it in one language at least."))
        elif _save(request, form, alert, texts) is not None:
            return redirect("alerts:page", alert.pk)
    return _render(request, form, languages, alert)


def _save(
    request: HttpRequest, form: AlertForm, alert: Alert | None, texts: dict[str, Any] | None
) -> Alert | None:
    """The saved draft; None where it was refused and the form says why."""
    signal_id = alert.signal_id if alert else None
    try:
        return actions.save_draft(
            alert_id=alert.pk if alert else None,
            version=form.cleaned_data["version"] or 0,
            content=form.content(texts=texts, alert=alert, signal_id=signal_id),
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return None


def _render(
    request: HttpRequest, form: AlertForm, languages: dict[str, WordsForm], alert: Alert | None
) -> HttpResponse:
    forms = [form, *languages.values()]
    wrong = form.is_bound and any(one.errors for one in forms)
    context = {"form": form, "words_forms": languages, "alert": alert}
    context |= {"forms": forms, "wrong": wrong, "origin": origin_of(alert) if alert else None}
    return render(request, "alerts/draft.html", context, status=422 if wrong else 200)
