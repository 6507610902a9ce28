"""What a post's officers fill in for the directory."""

from typing import Any

from babel.dates import get_day_names
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.missions import rules
from safeconduct.ground.missions.actions import Description
from safeconduct.ground.missions.models import Post
from safeconduct.ground.missions.terms import Service

_TEXTS = {"address": "addresses", "directions": "directions", "notice": "notices"}


def _named(label: Any, code: str) -> str:  # noqa: ANN401 -- text, perhaps translated later
    return f"{label} ({dict(settings.LANGUAGES)[code]})"


class DescriptionForm(forms.Form):
    """A post's entry; texts and hours have a field for each language and weekday."""

    emergency_number = forms.RegexField(
        r"^\+[0-9 ]{5,18}$", label=_("Duty number, day and night"), max_length=20
    )
    telephone = forms.RegexField(
        r"^\+[0-9 ]{5,18}$", label=_("Telephone"), max_length=20, required=False
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    latitude = forms.FloatField(min_value=-90, max_value=90, required=False, label=_("Latitude"))
    longitude = forms.FloatField(
        min_value=-180, max_value=180, required=False, label=_("Longitude")
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=40,
        help_text=_("Such as Europe/Istanbul; empty means that of its city."),
    )
    services = forms.MultipleChoiceField(
        label=_("What it does"),
        choices=Service.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, *, post: Post) -> None:  # noqa: ANN401 -- Django's QueryDict or None
        plain = ("emergency_number", "telephone", "email", "latitude", "longitude", "time_zone")
        start = {name: getattr(post, name) for name in (*plain, "services")}
        super().__init__(data, initial=start)
        names = get_day_names("wide", "stand-alone", locale=get_language() or "en")
        for day in rules.DAYS:
            self.fields[f"hours_{day}"] = forms.CharField(
                label=names[int(day)],
                required=False,
                max_length=80,
                initial=rules.hours_in_words(post.hours.get(day, [])),
                help_text=_("Such as 9:00-13:00, 14:00-17:00; empty means closed.")
                if day == "0"
                else "",
            )
        for name, field in _TEXTS.items():
            for code in COMPLETE:
                self.fields[f"{name}_{code}"] = self._text(name, code, getattr(post, field))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        for day in rules.DAYS:
            try:
                told[f"hours_{day}"] = rules.hours_from(told.get(f"hours_{day}", ""))
            except ValueError:
                self.add_error(f"hours_{day}", _("Write hours as 9:00-13:00, 14:00-17:00."))
        if (told.get("latitude") is None) != (told.get("longitude") is None):
            self.add_error("longitude", _("Latitude and longitude belong together."))
        return told

    def description(self) -> Description:
        """What was told; only after ``is_valid``."""
        told = self.cleaned_data
        texts = {
            field: {code: told[f"{name}_{code}"] for code in COMPLETE if told[f"{name}_{code}"]}
            for name, field in _TEXTS.items()
        }
        return Description(
            telephone=told["telephone"],
            emergency_number=told["emergency_number"],
            email=told["email"],
            latitude=told["latitude"],
            longitude=told["longitude"],
            time_zone=told["time_zone"],
            services=told["services"],
            hours={day: told[f"hours_{day}"] for day in rules.DAYS if told[f"hours_{day}"]},
            **texts,
        )

    @staticmethod
    def _text(name: str, code: str, texts: dict[str, str]) -> forms.CharField:
        labels = {
            "address": _("Address"),
            "directions": _("How to get there"),
            "notice": _("Notice at the top of the page"),
        }
        return forms.CharField(
            label=_named(labels[name], code),
            required=False,
            max_length=500,
            initial=texts.get(code, ""),
            widget=forms.Textarea(attrs={"rows": 2, "lang": code}),
        )


class ClosureForm(forms.Form):
    """Days on which a post is closed, and why, by language."""

    first_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any = None) -> None:  # noqa: ANN401 -- Django's QueryDict or None
        super().__init__(data, use_required_attribute=False)
        for code in COMPLETE:
            self.fields[f"name_{code}"] = forms.CharField(
                label=_named(_("Holiday"), code), required=False, max_length=80
            )

    def names(self) -> dict[str, str]:
        told = self.cleaned_data
        return {code: told[f"name_{code}"] for code in COMPLETE if told[f"name_{code}"]}
