"""What a reader may ask the start page."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.places.queries import country_choices


def _countries() -> list[tuple[str, str]]:
    return [("", "–"), *country_choices(get_language() or "en")]


class WhereForm(forms.Form):
    """Which post helps somebody who is in this country."""

    country = forms.ChoiceField(label=_("Where are you?"), choices=_countries)
