"""What an officer fills in to write advice."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.places.models import City
from safeconduct.ground.places.queries import find_places, meant
from safeconduct.readiness.advice.engine.area import corners_from
from safeconduct.readiness.advice.models import LevelText
from safeconduct.readiness.advice.queries import words_of
from safeconduct.readiness.advice.terms import (
    LARGEST_RADIUS_KM,
    LONGEST_BODY,
    LONGEST_WHY,
    MOST_CITIES,
    USUAL_RADIUS_KM,
    Area,
    AreaKind,
    Level,
    Words,
)

_AREAS = [(kind.value, kind.label) for kind in AreaKind if kind is not AreaKind.COUNTRY]


def _lines(rows: int, **attrs: Any) -> forms.Textarea:  # noqa: ANN401 -- HTML attributes
    return forms.Textarea(attrs={"rows": rows, "dir": "auto", **attrs})


class VersionForm(forms.Form):
    """Which state of the edition the officer has read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class LevelForm(VersionForm):
    """A level; its place is the country's own, or an area beside it (``is_area``)."""

    level = forms.TypedChoiceField(
        label=_("Level"), choices=Level.choices, coerce=int, widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label=_("What the area is"), choices=_AREAS, widget=forms.RadioSelect)
    cities = forms.CharField(
        label=_("Cities"),
        required=False,
        help_text=_("One a line, in any script."),
        widget=_lines(4),
    )
    radius_km = forms.FloatField(
        label=_("Kilometres around each"),
        required=False,
        min_value=1,
        max_value=LARGEST_RADIUS_KM,
        initial=USUAL_RADIUS_KM,
    )
    corners = forms.CharField(
        label=_("Corners of the line"),
        required=False,
        help_text=_("One corner a line: latitude, longitude. Or a GeoJSON polygon."),
        widget=_lines(5, dir="ltr"),
    )

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401 -- Django's QueryDict or None
        *,
        country: str,
        is_area: bool,
        text: LevelText | None,
        version: int,
    ) -> None:
        start = {"version": version} | (_place_of(text) if text else {})
        super().__init__(data, initial=start)
        self.country, self.is_area = country, is_area
        if not is_area:
            for name in ("kind", "cities", "radius_km", "corners"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        told["city_ids"], told["ring"] = [], []
        if told.get("kind") == AreaKind.CITIES:
            told["city_ids"] = self._city_ids(told.get("cities", ""))
        elif told.get("kind") == AreaKind.OUTLINE:
            try:
                told["ring"] = corners_from(told.get("corners", ""))
            except Refusal as refusal:
                self.add_error("corners", str(refusal.message))
        return told

    def area(self, names: Mapping[str, str]) -> Area:
        """The area with its names; only after ``is_valid``."""
        told = self.cleaned_data
        if not self.is_area:
            return Area()
        return Area(
            AreaKind(told["kind"]),
            {code: name for code, name in names.items() if name},
            told["city_ids"],
            told["radius_km"] if told["city_ids"] else None,
            told["ring"],
        )

    def _city_ids(self, text: str) -> list[int]:
        found = []
        for name in filter(None, map(str.strip, text.splitlines())):
            hits = find_places(name, get_language() or "en", country=self.country)
            hit = meant(name, [hit for hit in hits if hit.city_id]) or next(
                (hit for hit in hits if hit.city_id), None
            )
            if hit is None or hit.city_id is None:
                unknown = _("We know no such city in this country: %(name)s") % {"name": name}
                self.add_error("cities", unknown)
            else:
                found.append(hit.city_id)
        if not found and not self.errors.get("cities"):
            self.add_error("cities", _("Name at least one city."))
        if len(found) > MOST_CITIES:
            self.add_error("cities", _("That is more cities than anybody reads. Draw a line."))
        return list(dict.fromkeys(found))


class LevelWordsForm(forms.Form):
    """A level text in one language; ``name`` only where it speaks of an area."""

    name = forms.CharField(label=_("Name of the area"), max_length=80, required=False)
    headline = forms.CharField(
        label=_("Headline"), max_length=120, help_text=_("The one thing to know.")
    )
    why = forms.CharField(label=_("Why"), max_length=LONGEST_WHY, widget=_lines(4))
    do = forms.CharField(
        label=_("What to do"),
        max_length=LONGEST_WHY,
        help_text=_("One step a line."),
        widget=_lines(4),
    )
    short = forms.CharField(
        label=_("In one short sentence"),
        max_length=100,
        help_text=_("For SMS and press: what to do, without the place and the level."),
    )

    def __init__(self, *args: Any, is_area: bool, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's own
        super().__init__(*args, **kwargs)
        if not is_area:
            del self.fields["name"]

    def words(self) -> Words:
        told = self.cleaned_data
        parts = (told.get(name, "") for name in ("headline", "why", "do", "short"))
        return Words(*parts)


def words_forms(
    data: Any,  # noqa: ANN401 -- Django's QueryDict or None
    text: LevelText | None,
    *,
    is_area: bool,
) -> dict[str, LevelWordsForm]:
    """A form for each language; those we are complete in come first and are required."""
    written = words_of(text) if text else {}
    return {
        code: LevelWordsForm(
            data,
            prefix=code,
            is_area=is_area,
            initial=_initial(text, written.get(code), code),
            empty_permitted=code not in COMPLETE,
            use_required_attribute=False,
        )
        for code in languages()
    }


def languages() -> list[str]:
    return [*COMPLETE, *(code for code, _name in settings.LANGUAGES if code not in COMPLETE)]


class BodyForm(VersionForm):
    """A section in every language."""

    def __init__(self, data: Any, *, bodies: Mapping[str, str], version: int) -> None:  # noqa: ANN401 -- Django's QueryDict or None
        super().__init__(data, initial={"version": version})
        for code in languages():
            self.fields[code] = forms.CharField(
                label=dict(settings.LANGUAGES)[code],
                required=False,
                max_length=LONGEST_BODY,
                initial=bodies.get(code, ""),
                widget=_lines(10 if code in COMPLETE else 4, lang=code),
            )

    def bodies(self) -> dict[str, str]:
        return {code: self.cleaned_data[code] for code in languages()}


class ReviewForm(VersionForm):
    """By when it must be read again, and what is new."""

    review_on = forms.DateField(
        label=_("To be reviewed by"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, start: Mapping[str, Any], news: Mapping[str, str]) -> None:  # noqa: ANN401 -- Django's QueryDict or None
        super().__init__(data, initial=dict(start))
        for code in COMPLETE:
            self.fields[f"news_{code}"] = forms.CharField(
                label=_("What is new (%(language)s)")
                % {"language": dict(settings.LANGUAGES)[code]},
                required=False,
                max_length=300,
                initial=news.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code}),
            )

    def news(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"news_{code}"] for code in COMPLETE}


def _place_of(text: LevelText) -> dict[str, Any]:
    cities = City.objects.in_bulk(text.city_ids)
    reader = get_language() or "en"
    named = [cities[number] for number in text.city_ids if number in cities]
    return {
        "level": text.level,
        "kind": text.kind,
        "cities": "\n".join(city.names.get(reader) or city.name for city in named),
        "radius_km": text.radius_km,
        "corners": "\n".join(f"{lat}, {lon}" for lat, lon in text.corners),
    }


def _initial(text: LevelText | None, words: Words | None, code: str) -> dict[str, str]:
    named = {"name": text.names.get(code, "")} if text else {}
    if words is None:
        return named
    return named | {
        "headline": words.headline,
        "why": words.why,
        "do": words.do,
        "short": words.short,
    }
