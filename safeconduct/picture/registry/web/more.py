"""What a party may tell under seal: passport numbers and medical notes, person by person."""

from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.consents import SENSITIVE, purposes
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry import actions, queries, rules, terms
from safeconduct.picture.registry.access import party_by_link
from safeconduct.picture.registry.models import Person
from safeconduct.picture.registry.web.forms import Typed


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept already. Never what it says: whoever finds the link must not read it."""

    passport: bool = False
    medical: bool = False


class SealedForm(forms.Form):
    """One person's. An empty field leaves what is kept as it is."""

    passport = forms.CharField(
        label=_("Passport number"),
        required=False,
        max_length=30,
        help_text=_("If you lose your papers we can write new ones faster."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "class": "narrow"}),
    )
    no_passport = forms.BooleanField(label=_("Delete the passport number"), required=False)
    medical = forms.CharField(
        label=_("Medical notes"),
        required=False,
        max_length=1000,
        help_text=_("What a rescuer must know: an illness, a medicine, a wheelchair, a pregnancy."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "autocomplete": "off"}),
    )
    no_medical = forms.BooleanField(label=_("Delete the medical notes"), required=False)

    def __init__(self, data: Typed | None, *, person: Person, number: int, kept: Kept) -> None:
        super().__init__(data, prefix=f"s{number}")
        self.person_id, self.kept = person.pk, kept
        self.name = queries.shown_name(person.given_name, person.family_name)

    def clean_passport(self) -> str:
        text = str(self.cleaned_data["passport"]).strip()
        if text and not rules.is_passport_number(text):
            raise forms.ValidationError(_("A passport number is made of letters and digits."))
        return text

    def told(self) -> dict[str, str | None]:
        """What to keep, by field; None where nothing was said, "" where it is to go."""
        said = self.cleaned_data
        return {
            name: "" if said[f"no_{name}"] else said[name] or None
            for name in ("passport", "medical")
        }


class AgreedForm(forms.Form):
    """Without a Yes nothing of it is kept."""

    sensitive = forms.BooleanField(required=False)

    def __init__(self, data: Typed | None, *, language: str, stands: bool) -> None:
        super().__init__(data, prefix="consent", initial={"sensitive": stands})
        wording = purposes()[SENSITIVE].wording(language)
        self.fields["sensitive"].label = wording.title
        self.fields["sensitive"].help_text = wording.text


def more(request: HttpRequest, token: str) -> HttpResponse:
    """The page of what may be told beside name and place; it never shows what is kept."""
    now = clock.now()
    party = party_by_link(token, now)
    data = request.POST if request.method == "POST" else None
    agreed = AgreedForm(data, language=_reader(), stands=party.level == terms.Level.FULL)
    people = _forms(party.pk, data)
    if data is not None and agreed.is_valid() and all(form.is_valid() for form in people):
        if _keep(party.pk, people, agreed):
            return redirect("registration:record", token)
        agreed.add_error("sensitive", _("Tick this, or leave the fields empty."))
    context = {"forms": people, "agreed": agreed["sensitive"], "token": token}
    context["wrong"] = agreed.errors or any(form.errors for form in people)
    return render(request, "registry/more.html", context | {"saved": "saved" in request.GET})


def _forms(party_id: int, data: Typed | None) -> list[SealedForm]:
    members = queries.party_members(party_id)
    kept = queries.confided(one.pk for one in members)
    return [
        SealedForm(
            data,
            person=one,
            number=number,
            kept=Kept(*((found.passport is not None, found.medical is not None) if found else ())),
        )
        for number, one in enumerate(members)
        for found in (kept.get(one.pk),)
    ]


@transaction.atomic
def _keep(party_id: int, people: list[SealedForm], agreed: AgreedForm) -> bool:
    """Keep what was told; False if something was told without agreement."""
    now, yes = clock.now(), bool(agreed.cleaned_data["sensitive"])
    actor = Actor.citizen(people[0].person_id)
    told = [(form.person_id, form.told()) for form in people]
    if not yes and any(value for _person, said in told for value in said.values()):
        return False
    choose_consents(
        subject=Subject("party", party_id),
        choices={SENSITIVE: yes},
        language=_reader(),
        how="form",
        now=now,
        actor=actor,
    )
    for person_id, said in told:
        if yes and any(value is not None for value in said.values()):
            actions.confide(person_id=person_id, **said, now=now, actor=actor)
    return True


def _reader() -> str:
    return get_language() or "en"
