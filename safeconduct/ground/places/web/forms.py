"""Asking which of several places is meant."""

from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.places.queries import PlaceHit


class PlaceChoice(forms.ChoiceField):
    """One of the places found for what was typed beside it; once chosen it stays on the page.

    What was chosen for another text is no choice and no mistake: the text was corrected since.
    """

    def __init__(self) -> None:
        super().__init__(
            label=_("Which of these do you mean?"), required=False, widget=forms.RadioSelect
        )

    def offer(self, hits: list[PlaceHit]) -> None:
        """Those of one name and country with latitude and longitude beside it."""
        labels = Counter(hit.label for hit in hits)
        self.choices = [
            (hit.value, f"{hit.label} ({hit.latitude:.1f}, {hit.longitude:.1f})")
            if labels[hit.label] > 1 and hit.latitude is not None and hit.longitude is not None
            else (hit.value, hit.label)
            for hit in hits
        ]

    def clean(self, value: Any) -> str:  # noqa: ANN401 -- as Django has it
        return value if self.valid_value(value) else ""


def asks_which(field: forms.BoundField) -> bool:
    """Whether the choice is to be shown: it is asked for, or made."""
    choice = field.field
    assert isinstance(choice, PlaceChoice)  # noqa: S101 -- whoever calls has one
    return bool(field.errors) or choice.valid_value(field.value())
