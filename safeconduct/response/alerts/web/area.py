"""Where an alert holds, as an officer says it: a name in any script, no number and no code."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.places.queries import (
    PlaceHit,
    country_choices,
    find_places,
    meant,
    place,
)
from safeconduct.ground.places.web.forms import PlaceChoice, asks_which
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import LARGEST_RADIUS_KM, AreaKind


class AreaForm(forms.Form):
    """A city and kilometres around it, or a whole country. A correction keeps its people.

    Several places may bear the name: then the form comes back as it was typed and asks which.
    """

    place = forms.CharField(
        label=_("City or country"),
        max_length=100,
        required=False,
        help_text=_("In any script. A country alone means all of it."),
        error_messages={"required": _("Say where the alert holds.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto", "data-places": ""}),
    )
    chosen_place = PlaceChoice()
    radius_km = forms.FloatField(
        label=_("Kilometres around the city"),
        min_value=1,
        max_value=LARGEST_RADIUS_KM,
        required=False,
    )
    somewhere_in = forms.MultipleChoiceField(  # type: ignore[call-arg]  # the stubs lack it
        label=_("Also those known only to be somewhere in these countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        template_name="ui/picks.html",
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        alert: Alert | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.alert = alert
        self.fields["place"].required = not _brings_area(alert)
        reader = get_language() or "en"
        typed = str(data.get("place", "")) if data is not None else ""
        self.hits = [] if _is_unchanged(typed, alert) else find_places(typed, reader)
        which, somewhere = self.fields["chosen_place"], self.fields["somewhere_in"]
        assert isinstance(which, PlaceChoice)  # noqa: S101 -- declared above
        which.offer(self.hits)
        assert isinstance(somewhere, forms.MultipleChoiceField)  # noqa: S101 -- as above
        somewhere.choices = _ticked_first(country_choices(reader), alert)

    @property
    def asks_which(self) -> bool:
        """Whether several places bear the name that was typed."""
        return asks_which(self["chosen_place"])

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if self.alert is None or self.alert.corrects_id is None:
            told["hit"] = hit = self._place(told)
            self._measure(hit, told)
        return told

    def _measure(self, hit: PlaceHit | None, told: dict[str, Any]) -> None:
        is_city, kilometres = hit is not None and bool(hit.city_id), told.get("radius_km")
        if is_city and not kilometres:
            self.add_error("radius_km", _("Say how many kilometres around the city."))
        elif kilometres and not is_city and not {"place", "chosen_place"} & set(self.errors):
            # Left out in silence, they would warn the whole country or the signal's whole area.
            around = _("Kilometres are counted around a city: name one, or leave this empty.")
            self.add_error("radius_km", around)

    def area(self, signal_id: int | None) -> tuple[AreaKind, dict[str, Any]]:
        """The area's kind and what it takes to find it; only after ``is_valid``."""
        if self.alert is not None and self.alert.corrects_id is not None:
            return AreaKind.HANDED, {}
        hit: PlaceHit | None = self.cleaned_data["hit"]
        if hit is None:
            return self._own_area(signal_id), {}
        if hit.city_id:
            radius = self.cleaned_data["radius_km"]
            return AreaKind.CITY, {"city_id": hit.city_id, "radius_km": radius}
        return AreaKind.COUNTRY, {"country_id": hit.country}

    def _own_area(self, signal_id: int | None) -> AreaKind:
        if self.alert is not None and self.alert.level_text_id is not None:
            return AreaKind.LEVEL
        return AreaKind.SIGNAL if signal_id else AreaKind.CITY

    def _place(self, told: dict[str, Any]) -> PlaceHit | None:
        typed = told.get("place", "")
        if _is_unchanged(typed, self.alert):
            return _saved(self.alert)
        if not typed:
            return None
        chosen = [hit for hit in self.hits if hit.value == told.get("chosen_place")]
        hit = chosen[0] if chosen else meant(typed, self.hits)
        if hit is None and self.hits:
            self.add_error("chosen_place", _("Choose the place you mean."))
        elif hit is None:
            unknown = _("We know no such place. Try the nearest town, or the country.")
            self.add_error("place", unknown)
        return hit


def saved_place(alert: Alert) -> str:
    """How a draft's own city or country is written in its form; empty for a signal's area."""
    hit = _saved(alert)
    return hit.label if hit else ""


def _saved(alert: Alert | None) -> PlaceHit | None:
    if alert is None:
        return None
    reader = get_language() or "en"
    if alert.city is not None:
        return place(f"{alert.city.country_id}:{alert.city_id}", reader)
    return place(alert.country_id, reader) if alert.country_id else None


def _brings_area(alert: Alert | None) -> bool:
    """A signal and a level bring an area of their own, a correction its people."""
    return bool(alert and (alert.signal_id or alert.corrects_id or alert.level_text_id))


def _is_unchanged(typed: str, alert: Alert | None) -> bool:
    # Two towns of one country may bear one name: whoever leaves it alone means the same one.
    return bool(typed) and alert is not None and typed == saved_place(alert)


def _ticked_first(choices: list[tuple[str, str]], alert: Alert | None) -> list[tuple[str, str]]:
    """A country that was chosen must not hide at the end of a long list."""
    near = {*alert.somewhere_in, *alert.countries} if alert else set()
    return sorted(choices, key=lambda choice: choice[0] not in near)
