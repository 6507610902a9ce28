"""What people fill in: a family about itself, an officer about a list."""

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.places.queries import PlaceHit, find_places, meant, place
from safeconduct.picture.registry import rules, terms
from safeconduct.picture.registry.actions import Member, PartyDraft
from safeconduct.picture.registry.models import Party, Stay

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
type Upload = UploadedFile[bytes]
type Typed = QueryDict  # a form as it came, right or wrong


class DayField(forms.CharField):
    """A day, from the browser's calendar or typed as people write it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: str | None) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return rules.read_date(text)
        except Refusal as refusal:
            raise ValidationError(str(refusal.message)) from refusal


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


class WhereForm(forms.Form):
    """How and where to reach the party, and until when it stays."""

    place = forms.CharField(
        label=_("Where are you, or where will you be?"),
        help_text=_("City and country, in any language. The country alone will do."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto", "data-places": ""}),
    )
    chosen_place = forms.ChoiceField(
        label=_("Which of these do you mean?"), required=False, widget=forms.RadioSelect
    )
    until = DayField(
        label=_("Last day there"),
        required=False,
        help_text=_("Leave empty if you live there."),
    )
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

    def __init__(
        self, data: Typed | None, *, reader: str, today: date, initial: dict[str, object]
    ) -> None:
        super().__init__(data, initial=initial)
        self.today = today
        self.hits: list[PlaceHit] = []
        if data is not None:
            self.hits = find_places(str(data.get("place", "")), reader)
            self.fields["chosen_place"].choices = [(hit.value, hit.label) for hit in self.hits]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        told["hit"] = hit = self._place(told)
        self._reach(told, hit)
        last_day = told.get("until")
        if last_day and last_day < self.today:
            self.add_error("until", _("This day is over."))
        return told

    def _place(self, told: dict[str, Any]) -> PlaceHit | None:
        chosen = [hit for hit in self.hits if hit.value == told.get("chosen_place")]
        hit = chosen[0] if chosen else meant(told.get("place", ""), self.hits)
        if hit is None and "place" not in self.errors:
            if self.hits:
                self.add_error("chosen_place", _("Choose the place you mean."))
            else:
                self.add_error(
                    "place", _("We know no such place. Try the nearest town, or the country.")
                )
        return hit

    def _reach(self, told: dict[str, Any], hit: PlaceHit | None) -> None:
        if told.get("phone"):
            try:
                told["phone"] = rules.normalised_phone(told["phone"], hit and hit.country)
            except Refusal as refusal:
                self.add_error("phone", str(refusal.message))
        if told.get("mail"):
            try:
                told["mail"] = rules.normalised_mail(told["mail"])
            except Refusal as refusal:
                self.add_error("mail", str(refusal.message))
        if not told.get("phone") and not told.get("mail") and not self.errors:
            self.add_error("phone", _("Give a phone number or an e-mail address."))


class PartyEntry:
    """The whole page: who, where, until when. Keeps what was typed whatever is wrong with it."""

    def __init__(
        self, data: Typed | None, *, reader: str, now: datetime, party: Party | None = None
    ) -> None:
        self.today = now.date()
        data = _visible(data) if data is not None else None
        self.added = data is not None and "add" in data
        people, initial = _said_by(party, reader) if party else ([{}], {"language": reader})
        self.count = _member_count(data, len(people)) + self.added
        bound = None if data is None or self.added else data
        shown = None if bound is not None else data
        self.where = WhereForm(bound, reader=reader, today=self.today, initial=initial)
        self.members = [
            self._member(bound, place, people[place] if place < len(people) else {})
            for place in range(self.count)
        ]
        # Whoever registers has a name; on the record page an emptied one means "remove".
        self.members[0].fields["given_name"].required = party is None
        if shown is not None:
            self._keep(shown)

    @property
    def forms(self) -> list[forms.Form]:
        return [*self.members, self.where]

    @property
    def wrong(self) -> bool:
        return any(form.errors for form in self.forms)

    @property
    def may_grow(self) -> bool:
        return self.count < terms.MOST_IN_PARTY

    def is_valid(self) -> bool:
        if self.added:
            return False
        judged = [form.is_valid() for form in self.forms]
        valid = all(judged)
        if valid and not any(member.member() for member in self.members):
            self.members[0].add_error("given_name", _("Enter a name."))
            return False
        return valid

    def draft(self) -> PartyDraft:
        """What the family says; only after ``is_valid``."""
        told = self.where.cleaned_data
        hit = told["hit"]
        return PartyDraft(
            members=[one for member in self.members if (one := member.member())],
            phone=told["phone"],
            mail=told["mail"],
            language=told["language"],
            country=hit.country,
            city_id=hit.city_id,
            cell=hit.cell,
            stay_from=self.today,
            stay_until=rules.day_after(told["until"], self.today),
        )

    def _member(self, data: Typed | None, place: int, initial: dict[str, object]) -> MemberForm:
        member = MemberForm(data, prefix=f"m{place}", initial=initial)
        member.today = self.today
        return member

    def _keep(self, data: Typed) -> None:
        """Another person is asked for: show everything as typed, judge nothing yet."""
        for form in self.forms:
            for name in form.fields:
                if (typed := data.get(form.add_prefix(name))) is not None:
                    form.initial[name] = typed


class FindLinkForm(forms.Form):
    address = forms.CharField(
        label=_("Your mobile phone with country code, or your e-mail"), max_length=254
    )

    def clean_address(self) -> str:
        text = self.cleaned_data["address"]
        try:
            return (
                rules.normalised_mail(text) if "@" in text else rules.normalised_phone(text, None)
            )
        except Refusal as refusal:
            raise ValidationError(str(refusal.message)) from refusal


def _visible(data: Typed) -> Typed:
    """What was typed without control characters, which no page can show again."""
    seen = data.copy()
    for name, values in seen.lists():
        seen.setlist(name, [_CONTROLS.sub("", str(value)) for value in values])
    return seen


def _member_count(data: Typed | None, known: int) -> int:
    if data is None:
        return max(known, 1)
    named = [key for key in data if key.startswith("m") and key.endswith("-given_name")]
    return min(max(len(named), 1), terms.MOST_IN_PARTY)


def _name(raw: str) -> str:
    if not raw.strip():
        return ""
    try:
        return rules.clean_name(raw)
    except Refusal as refusal:
        raise ValidationError(str(refusal.message)) from refusal


def _said_by(party: Party, reader: str) -> tuple[list[dict[str, object]], dict[str, object]]:
    people = list(party.people.order_by("pk"))
    first = people[0]
    stay = Stay.objects.filter(person=first).order_by("-stay_from", "-pk").first()
    addresses = {point.channel: point.address for point in first.contact_points.all()}
    hit = place(_value(stay), reader) if stay else None
    members: list[dict[str, object]] = [
        {
            "id": one.pk,
            "given_name": one.given_name,
            "family_name": one.family_name,
            "birth_on": one.birth_on,
        }
        for one in people
    ]
    return members, {
        "place": hit.label if hit else "",
        "until": stay.stay_until - timedelta(days=1) if stay and stay.stay_until else None,
        "phone": addresses.get(1, ""),
        "mail": addresses.get(2, ""),
        "language": first.language,
    }


def _value(stay: Stay) -> str:
    return f"{stay.country_id}:{stay.city_id}" if stay.city_id else stay.country_id


class PeopleForm(forms.Form):
    text = forms.CharField(
        label=_("Name, phone number or e-mail"),
        max_length=254,
        help_text=_("Names in any script; numbers and addresses as a whole."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "dir": "auto"}),
    )


class ListForm(forms.Form):
    """A list and where it comes from. ``countries`` are those of the officer's posts."""

    file = forms.FileField(
        label=_("List as CSV"),
        help_text=_("Headings in Azerbaijani, English or Russian. 100 MB at most."),
    )
    label = forms.CharField(label=_("Who collected it"), max_length=120)
    legal_basis = forms.ChoiceField(label=_("By what right we keep it"), choices=terms.LEGAL_BASES)
    collected_on = DayField(label=_("When it was collected"))
    country = forms.ChoiceField(
        label=_("Where people of rows without a country stay"), required=False
    )
    dry_run = forms.BooleanField(label=_("Only judge the rows, store nothing"), required=False)

    def __init__(
        self,
        data: Typed | None,
        files: "MultiValueDict[str, Upload] | None",
        *,
        countries: list[tuple[str, str]],
        today: date,
    ) -> None:
        super().__init__(data, files, initial={"collected_on": today})
        self.today = today
        self.fields["country"].choices = [("", _("None given")), *countries]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_file(self) -> "Upload":
        file: Upload = self.cleaned_data["file"]
        if (file.size or 0) > terms.LARGEST_LIST:
            raise ValidationError(_("The list is too large. 100 MB are the most."))
        return file

    def clean_collected_on(self) -> date:
        collected: date = self.cleaned_data["collected_on"]
        if collected > self.today:
            raise ValidationError(_("A list is not collected in the future."))
        return collected
