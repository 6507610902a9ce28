"""Steps as an officer fills them in: a minute for each way, or none where it is not used."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.places.models import Country
from safeconduct.response.ladder.access import may_set_for
from safeconduct.response.ladder.actions import PlanRefusedError, refuse_flawed
from safeconduct.response.ladder.terms import LONGEST, Step, Steps
from safeconduct.wires.hazards.terms import Severity
from safeconduct.wires.messaging.terms import Channel

_LONGEST_MINUTES = int(LONGEST.total_seconds() // 60)
_NAMES = {
    "push": _("App: begins at minute"),
    "sms": _("SMS: begins at minute"),
    "email": _("E-mail: begins at minute"),
    "call": _("Telephone calls by officers: begin at minute"),
}


class StepsForm(forms.Form):
    """Minutes after the release, one field a channel; their order is the order of the steps."""

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        steps: Steps = (),
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=_as_initial(steps) | (initial or {}))
        for name, label in _NAMES.items():
            self.fields[name] = forms.FloatField(
                label=label, min_value=0, max_value=_LONGEST_MINUTES, required=False
            )

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not self.errors:
            try:
                refuse_flawed(self.steps())
            except PlanRefusedError as refusal:
                raise forms.ValidationError(str(refusal.message)) from refusal
        return values

    def steps(self) -> Steps:
        """The steps in the order of their times."""
        chosen = [
            Step(Channel[name.upper()], round(self.cleaned_data[name] * 60))
            for name in _NAMES
            if self.cleaned_data.get(name) is not None
        ]
        return tuple(sorted(chosen, key=lambda step: step.after))


class PlanForm(StepsForm):
    """The ministry's steps for a severity, everywhere or in some countries."""

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    countries = forms.CharField(
        label=_("Only in these countries"),
        max_length=200,
        required=False,
        help_text=_("Two-letter codes with spaces between, such as TR SY. Empty: everywhere."),
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:  # noqa: ANN401 -- StepsForm's own
        super().__init__(*args, **kwargs)
        self.officer = officer

    def clean_countries(self) -> list[str]:
        codes = sorted(set(str(self.cleaned_data["countries"]).upper().replace(",", " ").split()))
        known = set(Country.objects.filter(code__in=codes).values_list("code", flat=True))
        if unknown := sorted(set(codes) - known):
            raise forms.ValidationError(
                _("There is no country %(code)s."), params={"code": unknown[0][:2]}
            )
        if not may_set_for(self.officer, codes):
            raise forms.ValidationError(_("Name countries that your posts answer for."))
        return codes


def _as_initial(steps: Steps) -> dict[str, Any]:
    return {step.channel.name.lower(): _minutes(step.after) for step in steps}


def _minutes(seconds: int) -> float | int:
    return seconds / 60 if seconds % 60 else seconds // 60
