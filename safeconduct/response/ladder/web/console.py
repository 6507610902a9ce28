"""The ministry's steps, as an administrator sets them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.accounts.queries import officer_names
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import officer_may
from safeconduct.response.ladder import actions, queries, terms
from safeconduct.response.ladder.access import plan_for
from safeconduct.response.ladder.web.forms import PlanForm
from safeconduct.wires.hazards.terms import Severity


@officer_may(terms.PLAN)
def plans(request: HttpRequest) -> HttpResponse:
    """Which steps hold for which severity, and who set them."""
    rows = queries.plan_rows()
    names = officer_names(row.plan.changed_by_id for row in rows if row.plan)
    order = list(Severity.values)
    rows.sort(key=lambda row: (order.index(row.severity), row.countries))
    shown = [(row, names.get((row.plan and row.plan.changed_by_id) or 0, "")) for row in rows]
    return render(request, "ladder/plans.html", {"rows": shown})


@officer_may(terms.PLAN)
def set_plan(request: HttpRequest) -> HttpResponse:
    """Steps for a severity; the address may name what the form starts from."""
    severity = request.GET.get("severity", Severity.EXTREME.value)
    countries = request.GET.get("countries", "").upper()
    form = PlanForm(
        request.POST or None,
        officer=officer_of(request),
        steps=queries.steps_for(severity, countries.split()),
        initial={"severity": severity, "countries": countries},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_plan(
            severity=form.cleaned_data["severity"],
            countries=form.cleaned_data["countries"],
            steps=form.steps(),
            now=clock.now(),
            actor=actor_of(request),
        )
        messages.success(request, _("Saved. New alerts start with these steps."))
        return redirect("ladder:plans")
    return render(request, "ladder/plan.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@officer_may(terms.PLAN)
def reset_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Back to what holds without this plan."""
    plan = plan_for(plan_id, officer=officer_of(request))
    actions.reset_plan(plan_id=plan.pk, now=clock.now(), actor=actor_of(request))
    messages.success(request, _("Taken back. What held before holds again."))
    return redirect("ladder:plans")
