"""Writing, reading, releasing and following alerts."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.accounts.queries import officer_names
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.picture.audiences.terms import Preview
from safeconduct.picture.incidents.access import incident_for
from safeconduct.response.alerts import actions, queries, rules, terms
from safeconduct.response.alerts.access import alert_for, any_signal
from safeconduct.response.alerts.actions.releases import SAID, obstacle_of
from safeconduct.response.alerts.engine.wording import scope_rules
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.web.forms import ReleaseForm, StopForm
from safeconduct.response.alerts.web.levels import clashes_of, source_of
from safeconduct.response.alerts.web.previewing import preview_context
from safeconduct.response.alerts.web.signals import origin_of
from safeconduct.response.alerts.web.steps import planned_steps
from safeconduct.response.ladder.queries import climb_of, lines_of

_SHOWN = 100


@officer_may(terms.VIEW)
def alert_list(request: HttpRequest) -> HttpResponse:
    countries = countries_of(officer_of(request), terms.VIEW)
    return render(request, "alerts/list.html", {"rows": queries.alerts_in(countries)[:_SHOWN]})


@officer_may(terms.VIEW)
def of_signal(request: HttpRequest, signal_id: int) -> HttpResponse:
    """The alerts that were drafted from one signal."""
    return _alerts_of(request, signal=any_signal(signal_id))


@officer_may(terms.VIEW)
def of_incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The alerts of one incident."""
    officer = officer_of(request)
    incident = incident_for(incident_id, officer=officer, permission=terms.VIEW)
    return _alerts_of(request, incident=incident)


def _alerts_of(request: HttpRequest, **of: Model) -> HttpResponse:
    found = queries.alerts_in(countries_of(officer_of(request), terms.VIEW)).filter(**of)
    return render(request, "alerts/list.html", {"rows": found[:_SHOWN], "narrowed": True})


@officer_may(terms.VIEW)
def alert_page(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The preview before release, what became of it afterwards."""
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.VIEW)
    return _page(request, alert)


@officer_may(terms.VIEW)
def alert_progress(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The part of the page that is fetched again while messages leave."""
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.VIEW)
    return render(request, "alerts/progress.html", _progress(alert))


@require_POST
@officer_may(terms.VIEW)
def recount(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.VIEW)
    actions.recount_audience(alert_id=alert.pk, now=clock.now(), actor=actor_of(request))
    return redirect("alerts:page", alert.pk)


@require_POST
@officer_may(terms.DRAFT)
def submit(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.DRAFT)
    try:
        actions.submit_alert(
            alert_id=alert.pk,
            version=_version(request),
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("alerts:page", alert.pk)


@require_POST
@officer_may(terms.DRAFT)
def take_back(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.DRAFT)
    try:
        actions.take_back(alert_id=alert.pk, now=clock.now(), actor=actor_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("alerts:page", alert.pk)


@require_POST
@officer_may(terms.RELEASE)
def release(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.RELEASE)
    form = ReleaseForm(request.POST, people=_people(alert))
    if not form.is_valid():
        return _page(request, alert, release_form=form)
    version = form.cleaned_data["version"]
    try:
        actions.release_alert(
            alert_id=alert.pk, version=version, now=clock.now(), actor=actor_of(request)
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        form.shows(alert.version)
        return _page(request, alert, release_form=form)
    return redirect("alerts:page", alert.pk)


@require_POST
@officer_may(terms.STOP)
def stop(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.STOP)
    form = StopForm(request.POST)
    if not form.is_valid():
        return _page(request, alert, stop_form=form)
    try:
        stopped = actions.stop_alert(alert_id=alert.pk, now=clock.now(), actor=actor_of(request))
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, alert, stop_form=form)
    if stopped.correction is None:
        return redirect("alerts:page", alert.pk)
    messages.success(request, _("Stopped. Check this correction and release it."))
    return redirect("alerts:page", stopped.correction.pk)


def _page(request: HttpRequest, alert: Alert, **forms: Any) -> HttpResponse:  # noqa: ANN401 -- forms by name
    before = alert.state in {terms.AlertState.DRAFT, terms.AlertState.SUBMITTED}
    context = _preview(request, alert) if before else _progress(alert)
    context |= {
        "alert": alert,
        "before": before,
        "texts": alert.texts.order_by("language"),
        "writers": sorted(officer_names(alert.writers).values()),
        "source": source_of(alert),
        "origin": origin_of(alert),
        "clashes": clashes_of(alert),
        "release_form": ReleaseForm(people=_people(alert), initial={"version": alert.version}),
        "stop_form": StopForm(),
    }
    context |= forms
    context["form"] = next(iter(forms.values()), None)
    status = 422 if forms else 200
    return render(request, "alerts/page.html", context, status=status)


def _preview(request: HttpRequest, alert: Alert) -> dict[str, Any]:
    shown = preview_context(alert)
    preview = shown["preview"]
    officer = officer_of(request)
    obstacle = obstacle_of(alert, officer_id=officer.pk, now=clock.now())
    return shown | {
        "language_lines": queries.language_lines(alert, preview) if preview else [],
        "sms": queries.sms_lines(alert),
        "obstacle": SAID[obstacle] if obstacle else None,
        "second_person": rules.needs_second_person(alert.severity),
        "may_take_back": officer.pk in alert.writers,
        "scope_reasons": _scope_reasons(alert),
        "plan": planned_steps(alert, preview),
        "alike": queries.alike_incidents(alert)[:5],
        "joins": queries.joined_by_itself(alert),
    }


def _scope_reasons(alert: Alert) -> list[tuple[str, str]]:
    known = scope_rules()
    return [(code, known[code].reason) for code in alert.countries if code in known]


def _progress(alert: Alert) -> dict[str, Any]:
    release = alert.release
    names = officer_names([release.released_by_id, release.stopped_by_id])
    return {
        "alert": alert,
        "released_by": names.get(release.released_by_id, ""),
        "stopped_by": names.get(release.stopped_by_id or 0, ""),
        "progress": queries.progress_of(alert.release),
        "climb": climb_of(alert.release.batch_id),
        "step_lines": lines_of(alert.release.batch_id, now=clock.now()),
        "taken_at": clock.now(),
        "cap_messages": alert.cap_messages.order_by("sent", "id"),
        "corrections": Alert.objects.filter(corrects=alert).order_by("id"),
        "public_url": settings.PUBLIC_URL,
    }


def _people(alert: Alert) -> int:
    preview = Preview.from_dict(alert.audience.preview) if alert.audience else None
    return preview.people if preview else 0


def _version(request: HttpRequest) -> int:
    raw = request.POST.get("version", "")
    return int(raw) if raw.isdecimal() else 0
