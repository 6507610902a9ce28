"""The rows of a family's form: a place, a person, how to reach them all."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.queries import PlaceHit, find_places, meant
from safeconduct.ground.places.web.forms import PlaceChoice, asks_which
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions import Member
from safeconduct.picture.registry.terms import Level
from safeconduct.picture.registry.web.forms import DayField, Typed

# What people choose between; what a level asks stands beside it.
_CHOICES: Final[list[tuple[str, str | Promise]]] = [
    (
        Level.REACHABLE,
        _("Names too: then we can look for you, and tell whose answer is whose (usual)"),
    ),
    (
        Level.INFORMATION,
        _("Information only: no names, just the place and where warnings are to go"),
    ),
    (
        Level.FULL,
        _(
            "Names, and on the next page, if you like, passport numbers, medical notes and"
            " somebody to call"
        ),
    ),
]


class MemberForm(forms.Form):
    """One person of the party. Without any name the row is left out."""

    today: date = date.max

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    given_name = forms.CharField(
        label=_("Given name"),
        required=False,
        error_messages={"required": _("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    family_name = forms.CharField(
        label=_("Family name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    birth_on = DayField(label=_("Date of birth"), required=False)

    def clean_given_name(self) -> str:
        return _name(self.cleaned_data["given_name"])

    def clean_family_name(self) -> str:
        return _name(self.cleaned_data["family_name"])

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        nameless = not told.get("given_name") and "given_name" not in self.errors
        if nameless and (told.get("family_name") or told.get("birth_on")):
            self.add_error("given_name", _("Enter a name."))
        return told

    def clean_birth_on(self) -> date | None:
        born: date | None = self.cleaned_data["birth_on"]
        try:
            return rules.accepted_birth(born, self.today) if born else None
        except Refusal as refusal:
            raise ValidationError(str(refusal.message)) from refusal

    def member(self) -> Member | None:
        told = self.cleaned_data
        if not told.get("given_name"):
            return None
        return Member(told["given_name"], told["family_name"], told["birth_on"], told["id"])


class LegForm(forms.Form):
    """One place, from when and until when. Without a place the row is left out."""

    place = forms.CharField(
        label=_("Where are you, or where will you be?"),
        help_text=_("City and country, in any language. The country alone will do."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto", "data-places": ""}),
    )
    chosen_place = PlaceChoice()
    begins = DayField(
        label=_("First day there"), required=False, help_text=_("Leave empty if it is today.")
    )
    until = DayField(
        label=_("Last day there"), required=False, help_text=_("Leave empty if you live there.")
    )

    def __init__(
        self,
        data: Typed | None,
        *,
        prefix: str | None,
        reader: str,
        today: date,
        initial: dict[str, object],
    ) -> None:
        super().__init__(data, prefix=prefix, initial=initial)
        self.today, self.reader = today, reader
        self.hits: list[PlaceHit] = []
        if prefix is not None:
            self.fields["place"].required = False
            self.fields["place"].label = _("Where then?")
            self.fields["begins"].help_text = _("Leave empty if it follows on the place before.")
        if data is not None:
            self.offer(str(data.get(self.add_prefix("place"), "")))

    def offer(self, typed: str) -> None:
        """Find what was typed, to choose among."""
        self.hits = find_places(typed, self.reader)
        self.fields["chosen_place"].offer(self.hits)  # type: ignore[attr-defined]  # a PlaceChoice

    @property
    def asks_which(self) -> bool:
        return asks_which(self["chosen_place"])

    @property
    def is_empty(self) -> bool:
        return not self.cleaned_data.get("place")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        told["hit"] = self._meant(told)
        last_day = told.get("until")
        if last_day and last_day < self.today:
            self.add_error("until", _("This day is over."))
        return told

    def leg(self, before: date | None) -> rules.Leg:
        """The leg; ``before`` is the day on which the one before it ends.

        :raises DateRefusedError: if it ends before it begins.
        """
        told = self.cleaned_data
        hit: PlaceHit = told["hit"]
        begins = rules.leg_begins(told.get("begins"), before, self.today)
        until = rules.day_after(told.get("until"), begins)
        return rules.Leg(hit.country, hit.city_id, hit.cell, begins, until)

    def _meant(self, told: dict[str, Any]) -> PlaceHit | None:
        if not told.get("place"):
            return None
        chosen = [hit for hit in self.hits if hit.value == told.get("chosen_place")]
        hit = chosen[0] if chosen else meant(told["place"], self.hits)
        if hit is None and self.hits:
            self.add_error("chosen_place", _("Choose the place you mean."))
        elif hit is None:
            self.add_error(
                "place", _("We know no such place. Try the nearest town, or the country.")
            )
        return hit


class ReachForm(forms.Form):
    """How to reach the party, in which language, and how much it wants to tell."""

    phone = forms.CharField(
        label=_("Mobile phone"),
        required=False,
        max_length=40,
        help_text=_("With country code, like +994 50 123 45 67."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    mail = forms.CharField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("Write to me in"), choices=settings.LANGUAGES)
    level = forms.ChoiceField(
        label=_("How much do you want to tell us?"),
        choices=_CHOICES,
        required=False,
        widget=forms.RadioSelect,
    )
    people = forms.IntegerField(
        label=_("How many are you?"),
        required=False,
        min_value=1,
        max_value=terms.MOST_IN_PARTY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    # Where national forms of a number are from: the first place that was named.
    country: str | None = None

    def clean_level(self) -> Level:
        return Level(self.cleaned_data["level"] or Level.REACHABLE)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        self._normalise(told, "phone", lambda text: rules.normalised_phone(text, self.country))
        self._normalise(told, "mail", rules.normalised_mail)
        if not told.get("phone") and not told.get("mail") and not self.errors:
            self.add_error("phone", _("Give a phone number or an e-mail address."))
        return told

    def _normalise(self, told: dict[str, Any], name: str, rule: Callable[[str], str]) -> None:
        if not told.get(name):
            return
        try:
            told[name] = rule(told[name])
        except Refusal as refusal:
            self.add_error(name, str(refusal.message))


def _name(raw: str) -> str:
    if not raw.strip():
        return ""
    try:
        return rules.clean_name(raw)
    except Refusal as refusal:
        raise ValidationError(str(refusal.message)) from refusal
