"""The steps of one alert: shown before release, changed by whoever drafts."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.picture.audiences.terms import Preview
from safeconduct.response.alerts import actions, terms
from safeconduct.response.alerts.access import alert_for
from safeconduct.response.alerts.models import Alert
from safeconduct.response.ladder.terms import POINT_OF, Step, StopsOn, steps_from
from safeconduct.response.ladder.web.forms import StepsForm


class AlertStepsForm(StepsForm):
    """The alert's own steps, and what ends them for a person."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    stops_on = forms.ChoiceField(
        label=_("They end for a person once"), choices=StopsOn.choices, widget=forms.RadioSelect
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        alert: Alert,
    ) -> None:
        initial = {"version": alert.version, "stops_on": alert.stops_on}
        super().__init__(data, steps=steps_from(alert.steps), initial=initial)
        if not alert.asks:
            del self.fields["stops_on"]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step, and how many people have a working contact point for it; None if not counted."""

    step: Step
    people: int | None


def planned_steps(alert: Alert, preview: Preview | None) -> dict[str, Any]:
    """The steps of a draft as its preview shows them."""
    reach = preview.reach if preview else {}
    return {
        "steps": [
            PlannedStep(step, reach.get(POINT_OF[step.channel].name.lower()))
            for step in steps_from(alert.steps)
        ],
        "stops_on": StopsOn(alert.stops_on).label,
        "chosen": alert.steps_chosen,
    }


@officer_may(terms.DRAFT)
def steps(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Other steps than the ministry's, for this alert alone."""
    alert = alert_for(alert_id, officer=officer_of(request), permission=terms.DRAFT)
    form = AlertStepsForm(request.POST or None, alert=alert)
    if request.method == "POST" and form.is_valid() and _choose(request, alert, form):
        return redirect("alerts:page", alert.pk)
    shown = {"form": form, "alert": alert}
    return render(request, "alerts/steps.html", shown, status=422 if form.errors else 200)


def _choose(request: HttpRequest, alert: Alert, form: AlertStepsForm) -> bool:
    try:
        actions.choose_steps(
            alert_id=alert.pk,
            version=form.cleaned_data["version"],
            steps=form.steps(),
            stops_on=StopsOn(form.cleaned_data.get("stops_on", StopsOn.DELIVERY)),
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True
