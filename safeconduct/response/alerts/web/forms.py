"""What an officer fills in to warn people."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.picture.incidents.access import incident_for
from safeconduct.picture.incidents.terms import VIEW as VIEW_INCIDENTS
from safeconduct.response.alerts.actions import DraftContent
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import (
    STOP_WORD,
    USUAL_VALIDITY,
    CapScope,
    Category,
    ResponseType,
    Words,
)
from safeconduct.response.alerts.web.area import AreaForm, saved_place
from safeconduct.wires.hazards.terms import Certainty, Hazard, Severity, Urgency

_LONGEST_VALIDITY_HOURS = 24 * 14
# A default that asks for the ministry's own table.
_BY_TABLE = ("", _("As usual for the countries concerned"))
_SECTIONS = (
    (
        _("The event and how grave it is"),
        ("hazard", "event", "severity", "urgency", "certainty", "category", "response_type"),
    ),
    (_("Where, and whom it is for"), ("place", "radius_km", "somewhere_in")),
    (
        _("How it is told"),
        ("expires_in", "scope", "asks", "neutral_sms", "exercise"),
    ),
)


class AlertForm(AreaForm):
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
    # The hours the page showed, some time ago: by now they may round to others.
    shown_hours = forms.IntegerField(widget=forms.HiddenInput, required=False)
    scope = forms.ChoiceField(
        label=_("Who may read it"), choices=[_BY_TABLE, *CapScope.choices], required=False
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
        super().__init__(data, alert=alert, initial=initial)
        self.officer = officer

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The form as it is read: what happens, where, and how it is told."""
        corrects = self.alert is not None and self.alert.corrects_id is not None
        return [
            (title, [self[name] for name in names])
            for title, names in _SECTIONS
            if not (corrects and "place" in names)
        ]

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

    def content(
        self, *, texts: dict[str, Words] | None, alert: Alert | None, signal_id: int | None
    ) -> DraftContent:
        """What the officer filled in; an area of its own replaces the signal's."""
        values = self.cleaned_data
        kind, place = self.area(signal_id)
        return DraftContent(
            hazard=values["hazard"],
            event=values["event"],
            severity=values["severity"],
            urgency=values["urgency"],
            certainty=values["certainty"],
            expires_at=self._expires_at(),
            area_kind=kind,
            category=values["category"],
            response_type=values["response_type"],
            scope=CapScope(values["scope"]) if values["scope"] else None,
            exercise=values["exercise"],
            neutral_sms=values["neutral_sms"],
            asks=values["asks"],
            signal_id=signal_id,
            level_text_id=alert.level_text_id if alert else None,
            somewhere_in=values["somewhere_in"],
            incident_id=values["incident"],
            corrects_id=alert.corrects_id if alert else None,
            texts=texts,
            **place,
        )

    def _expires_at(self) -> datetime:
        """As many hours from now as were typed; what was left alone stays to the minute.

        Hours are rounded: saving a draft anew must not move what its signal says.
        """
        now, hours, alert = clock.now(), self.cleaned_data["expires_in"], self.alert
        if alert and hours == self.cleaned_data["shown_hours"] and alert.expires_at > now:
            return alert.expires_at
        return now + timedelta(hours=hours)

    @staticmethod
    def start_from(alert: Alert) -> dict[str, Any]:
        """The initial values that show an alert as it was saved."""
        left = alert.expires_at - clock.now()
        hours = max(1, round(left.total_seconds() / 3600))
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
            "place": saved_place(alert),
            "somewhere_in": alert.somewhere_in,
            "incident": alert.incident_id,
            "expires_in": hours,
            "shown_hours": hours,
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

    written_in = ""
    # Everything in it was emptied: nobody is to get this language.
    is_left_out = False

    def words(self) -> Words:
        values = self.cleaned_data
        return Words(
            values["headline"], values["description"], values["instruction"], values["sms"]
        )


def words_forms(data: Any, texts: dict[str, Words]) -> dict[str, WordsForm]:  # noqa: ANN401 -- Django's QueryDict or None
    """A form for each language we are complete in, and for any other that is written."""
    languages = [*COMPLETE, *(code for code in texts if code not in COMPLETE)]
    return {code: _words_form(data, code, texts.get(code)) for code in languages}


def _words_form(data: Any, code: str, word: Words | None) -> WordsForm:  # noqa: ANN401 -- as above
    emptied = all(
        not (data or {}).get(f"{code}-{name}", "?").strip() for name in WordsForm.base_fields
    )
    form = WordsForm(
        data,
        prefix=code,
        # Beside nothing to begin with, nothing typed is no mistake.
        initial=_as_initial(word) if word and not emptied else None,
        empty_permitted=True,
        use_required_attribute=False,
    )
    form.written_in, form.is_left_out = code, emptied
    return form


def texts_of(languages: dict[str, WordsForm], saved: dict[str, Words]) -> dict[str, Words]:
    """The words of valid forms over those saved before, without the languages left out."""
    written = {code: form.words() for code, form in languages.items() if form.cleaned_data}
    gone = {code for code, form in languages.items() if form.is_left_out}
    return {code: word for code, word in (saved | written).items() if code not in gone}


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

    def shows(self, version: int) -> None:
        """Stand beside this version: whoever reads the page anew types the number anew."""
        self.data = {"version": version, "people": ""}

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
