"""What an officer fills in to warn people."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.places.models import City, Country
from safeconduct.ground.places.queries import country_choices
from safeconduct.picture.incidents.access import incident_for
from safeconduct.picture.incidents.terms import VIEW as VIEW_INCIDENTS
from safeconduct.response.alerts.actions import DraftContent
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import (
    LARGEST_RADIUS_KM,
    STOP_WORD,
    USUAL_VALIDITY,
    AreaKind,
    CapScope,
    Category,
    ResponseType,
    Words,
)
from safeconduct.wires.hazards.terms import Certainty, Hazard, Severity, Urgency

_LONGEST_VALIDITY_HOURS = 24 * 14
# A default that asks for the ministry's own table.
_BY_TABLE = ("", _("As usual for the countries concerned"))


def _countries() -> list[tuple[str, str]]:
    return [("", "–"), *country_choices(get_language() or "en")]


class AlertForm(forms.Form):
    """An alert's levels and area. Its words are a ``WordsForm`` for each language."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    hazard = forms.ChoiceField(label=_("What happens"), choices=Hazard.choices)
    event = forms.CharField(
        label=_("Name of the event"), max_length=100, help_text=_("In a few words.")
    )
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=Severity.choices,
        help_text=_("Extreme, Severe and Unknown need a second person to release."),
    )
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)
    certainty = forms.ChoiceField(label=_("Certainty"), choices=Certainty.choices)
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", _("By hazard")), *Category.choices], required=False
    )
    response_type = forms.ChoiceField(
        label=_("What people should do"),
        choices=[("", _("Not stated")), *ResponseType.choices],
        required=False,
    )
    expires_in = forms.IntegerField(
        label=_("Holds for, in hours"),
        min_value=1,
        max_value=_LONGEST_VALIDITY_HOURS,
        initial=int(USUAL_VALIDITY.total_seconds() // 3600),
        help_text=_("Counted from now. Nothing is sent after it."),
    )
    scope = forms.ChoiceField(
        label=_("Who may read it"), choices=[_BY_TABLE, *CapScope.choices], required=False
    )
    country = forms.ChoiceField(label=_("A whole country"), choices=_countries, required=False)
    city = forms.IntegerField(
        label=_("Number of a city"), required=False, help_text=_("Its GeoNames number.")
    )
    radius_km = forms.FloatField(
        label=_("Kilometres around the city"),
        min_value=1,
        max_value=LARGEST_RADIUS_KM,
        required=False,
    )
    somewhere_in = forms.CharField(
        label=_("Also those known only to be somewhere in these countries"),
        max_length=60,
        required=False,
        help_text=_("Two-letter codes with spaces between, such as TR SY."),
    )
    incident = forms.IntegerField(widget=forms.HiddenInput, required=False)
    asks = forms.BooleanField(label=_("Ask everybody whether they are safe"), required=False)
    neutral_sms = forms.BooleanField(
        label=_("Neutral SMS: name neither the ministry nor a nationality"), required=False
    )
    exercise = forms.BooleanField(label=_("This is an exercise"), required=False)

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        officer: Officer,
        alert: Alert | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.officer, self.alert = officer, alert

    def clean_incident(self) -> int | None:
        """The incident it belongs to for good, or one that the officer may see."""
        if self.alert is not None:
            return self.alert.incident_id
        number: int | None = self.cleaned_data["incident"]
        if number is None:
            return None
        try:
            return incident_for(number, officer=self.officer, permission=VIEW_INCIDENTS).pk
        except Http404:
            # The same words for one that is missing and one that is none of theirs.
            raise forms.ValidationError(_("There is no such incident.")) from None

    def clean_somewhere_in(self) -> list[str]:
        codes = str(self.cleaned_data["somewhere_in"]).upper().replace(",", " ").split()
        known = set(Country.objects.filter(code__in=codes).values_list("code", flat=True))
        if unknown := sorted(set(codes) - known):
            raise forms.ValidationError(
                _("There is no country %(code)s."), params={"code": unknown[0][:2]}
            )
        return sorted(known)

    def clean_city(self) -> int | None:
        number: int | None = self.cleaned_data["city"]
        if number is not None and not City.objects.filter(pk=number).exists():
            raise forms.ValidationError(_("No city has this number."))
        return number

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        corrects = self.alert is not None and self.alert.corrects_id is not None
        # One of them may be left over from the last save: nobody must guess which one is meant.
        if values.get("city") and values.get("country") and not corrects:
            self.add_error("country", _("Choose a city or a whole country, and empty the other."))
        return values

    def content(
        self, *, texts: dict[str, Words] | None, alert: Alert | None, signal_id: int | None
    ) -> DraftContent:
        """What the officer filled in; an area of its own replaces the signal's."""
        values = self.cleaned_data
        kind, place = self._area(alert, signal_id)
        return DraftContent(
            hazard=values["hazard"],
            event=values["event"],
            severity=values["severity"],
            urgency=values["urgency"],
            certainty=values["certainty"],
            expires_at=clock.now() + timedelta(hours=values["expires_in"]),
            area_kind=kind,
            category=values["category"],
            response_type=values["response_type"],
            scope=CapScope(values["scope"]) if values["scope"] else None,
            exercise=values["exercise"],
            neutral_sms=values["neutral_sms"],
            asks=values["asks"],
            signal_id=signal_id,
            somewhere_in=values["somewhere_in"],
            incident_id=values["incident"],
            corrects_id=alert.corrects_id if alert else None,
            texts=texts,
            **place,
        )

    def _area(self, alert: Alert | None, signal_id: int | None) -> tuple[AreaKind, dict[str, Any]]:
        values = self.cleaned_data
        if alert is not None and alert.corrects_id is not None:
            return AreaKind.HANDED, {}
        if values["city"]:
            return AreaKind.CITY, {"city_id": values["city"], "radius_km": values["radius_km"]}
        if values["country"]:
            return AreaKind.COUNTRY, {"country_id": values["country"]}
        return (AreaKind.SIGNAL if signal_id else AreaKind.CITY), {}

    @staticmethod
    def start_from(alert: Alert) -> dict[str, Any]:
        """The initial values that show an alert as it was saved."""
        left = alert.expires_at - clock.now()
        same = {
            name: getattr(alert, name)
            for name in (
                "version",
                "hazard",
                "event",
                "severity",
                "urgency",
                "certainty",
                "category",
                "response_type",
                "scope",
                "radius_km",
                "asks",
                "neutral_sms",
                "exercise",
            )
        }
        return same | {
            "country": alert.country_id,
            "city": alert.city_id,
            "somewhere_in": " ".join(alert.somewhere_in),
            "incident": alert.incident_id,
            "expires_in": max(1, round(left.total_seconds() / 3600)),
        }


class WordsForm(forms.Form):
    """An alert's words in one language."""

    headline = forms.CharField(label=_("Headline"), max_length=160)
    description = forms.CharField(
        label=_("What has happened"), widget=forms.Textarea(attrs={"rows": 4})
    )
    instruction = forms.CharField(
        label=_("What to do"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    sms = forms.CharField(
        label=_("SMS"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("{link} stands where each reader's own link will be."),
    )

    def words(self) -> Words:
        values = self.cleaned_data
        return Words(
            values["headline"], values["description"], values["instruction"], values["sms"]
        )


def words_forms(data: Any, texts: dict[str, Words]) -> dict[str, WordsForm]:  # noqa: ANN401 -- Django's QueryDict or None
    """A form for each language we are complete in, and for any other that is written."""
    languages = [*COMPLETE, *(code for code in texts if code not in COMPLETE)]
    return {
        code: WordsForm(
            data,
            prefix=code,
            initial=_as_initial(texts[code]) if code in texts else None,
            empty_permitted=True,
            use_required_attribute=False,
        )
        for code in languages
    }


def _as_initial(word: Words) -> dict[str, str]:
    return {
        "headline": word.headline,
        "description": word.description,
        "instruction": word.instruction,
        "sms": word.sms,
    }


class ReleaseForm(forms.Form):
    """Typing the number of people makes an officer read it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    people = forms.IntegerField(label=_("Type the number of people to release"), min_value=0)

    def __init__(self, *args: Any, people: int, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's own
        super().__init__(*args, **kwargs)
        self.expected = people

    def clean_people(self) -> int:
        typed = int(self.cleaned_data["people"])
        if typed != self.expected:
            raise forms.ValidationError(
                _("That is not the number of people this alert reaches. Count again and read it.")
            )
        return typed


class StopForm(forms.Form):
    word = forms.CharField(label=_("Type STOP to stop this alert"), max_length=10)

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"]).strip().upper()
        if word != STOP_WORD:
            raise forms.ValidationError(_("Type the word STOP."))
        return word
