"""What officers choose and enter about signals and feeds."""

from django import forms
from django.utils.translation import gettext_lazy as _

from safeconduct.wires.hazards.terms import Hazard, Severity


class FilterForm(forms.Form):
    """Which signals to show; whatever is nonsense filters nothing."""

    severity = forms.ChoiceField(
        label=_("Severity"), choices=[("", _("Any")), *Severity.choices], required=False
    )
    hazard = forms.ChoiceField(
        label=_("Hazard"), choices=[("", _("Any")), *Hazard.choices], required=False
    )
    unresolved = forms.BooleanField(label=_("Only without an area"), required=False)
    all_versions = forms.BooleanField(
        label=_("Also those replaced by a better one"), required=False
    )


class FeedForm(forms.Form):
    name = forms.CharField(label=_("Name of the feed"), max_length=100)
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    every_seconds = forms.IntegerField(
        label=_("Seconds between two readings"), min_value=30, max_value=86_400, initial=60
    )
