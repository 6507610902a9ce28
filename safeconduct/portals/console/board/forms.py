"""What an officer narrows lists by and writes down of a person."""

from datetime import datetime
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from safeconduct.picture.rollcall.queries import Filters
from safeconduct.picture.rollcall.terms import Closing, How, Outcome, Presence, Safety
from safeconduct.portals.console.board.words import PRESENCES, SAFETIES

ANYBODY, NOBODY, MINE = "", "nobody", "mine"
_CARE: Final = (
    (ANYBODY, pgettext_lazy("looked after", "Anybody or nobody")),
    (NOBODY, _("Nobody yet")),
    (MINE, _("Me")),
)
_INTENSITIES: Final = (
    ("", _("Any")),
    ("50", _("V and more")),
    ("60", _("VI and more")),
    ("70", _("VII and more")),
    ("80", _("VIII and more")),
)
_SAYABLE: Final = (Safety.SAFE, Safety.NEEDS_HELP, Safety.INJURED, Safety.MISSING, Safety.DECEASED)


class FilterForm(forms.Form):
    """``countries`` and ``posts`` are (value, label) pairs of what the incident has."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    post = forms.ChoiceField(label=_("Post"), required=False)
    intensity = forms.ChoiceField(label=_("Shaking felt"), choices=_INTENSITIES, required=False)
    care = forms.ChoiceField(label=_("Looked after by"), choices=_CARE, required=False)

    def __init__(
        self,
        data: dict[str, str] | None,
        *,
        countries: list[tuple[str, str]],
        posts: list[tuple[str, str]],
    ) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._choose("country", countries)
        self._choose("post", posts)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", _("All")), *choices]

    def filters(self, countries: frozenset[str] | None, officer_id: int) -> Filters:
        """What the form narrows to; a value that is no choice narrows nothing."""
        self.is_valid()
        said = self.cleaned_data
        care = said.get("care", ANYBODY)
        return Filters(
            countries=countries,
            country=said.get("country", ""),
            post_id=int(said["post"]) if said.get("post") else None,
            intensity_from=int(said["intensity"]) if said.get("intensity") else None,
            unclaimed=care == NOBODY,
            claimed_by=officer_id if care == MINE else None,
        )


class SightingForm(forms.Form):
    """What an officer was told of a person, by whom and when."""

    safety = forms.TypedChoiceField(
        label=_("How are they?"),
        choices=[("", _("Nothing was said")), *((s.value, SAFETIES[s]) for s in _SAYABLE)],
        coerce=lambda value: Safety(int(value)),
        empty_value=None,
        required=False,
    )
    presence = forms.TypedChoiceField(
        label=_("Where are they?"),
        choices=[
            ("", _("Nothing was said")),
            *((p.value, PRESENCES[p]) for p in Presence if p > Presence.PRESUMED),
        ],
        coerce=lambda value: Presence(int(value)),
        empty_value=None,
        required=False,
    )
    told_by = forms.CharField(
        label=_("Who said so?"),
        max_length=100,
        help_text=_(
            "For example: herself by telephone, the brother, the hotel's desk. "
            "The person can read it."
        ),
    )
    stated_at = forms.DateTimeField(
        label=_("When was it said? (UTC)"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, data: dict[str, str] | None = None, *, now: datetime) -> None:
        super().__init__(data, initial={"stated_at": now}, auto_id="sighting_%s")

    def clean(self) -> dict[str, object]:
        said = super().clean() or {}
        if said.get("safety") is None and said.get("presence") is None and not self.errors:
            raise forms.ValidationError(_("Say how they are or where they are."))
        return said


class AttemptForm(forms.Form):
    """A failed attempt to reach somebody."""

    how = forms.TypedChoiceField(label=_("How did you try?"), choices=How.choices, coerce=How)
    outcome = forms.TypedChoiceField(
        label=_("What came of it?"), choices=Outcome.choices, coerce=Outcome
    )

    def __init__(self, data: dict[str, str] | None = None) -> None:
        super().__init__(data, auto_id="attempt_%s")


class ClosingForm(forms.Form):
    """Why a call for help is closed."""

    reason = forms.TypedChoiceField(
        label=_("Why can it be closed?"),
        choices=Closing.choices,
        coerce=Closing,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: dict[str, str] | None = None) -> None:
        super().__init__(data, auto_id="closing_%s")
