"""The page where a party names somebody to call if it cannot be reached."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import actions, queries, rules
from safeconduct.picture.registry.access import party_by_link


class KinForm(forms.Form):
    """Somebody who is not there with the party; that they agree is the party's to ask."""

    name = forms.CharField(label=_("Name"), max_length=100)
    relation = forms.CharField(
        label=_("Who are they to you?"),
        max_length=60,
        required=False,
        help_text=_("For example: mother, brother, friend, employer"),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        help_text=_("With country code, like +994 50 123 45 67."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        return _accepted(rules.clean_name, self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return _accepted(
            lambda text: rules.normalised_phone(text, None), self.cleaned_data["phone"]
        )


def _accepted(rule: Callable[[str], str], text: str) -> str:
    try:
        return rule(text)
    except Refusal as refusal:
        raise forms.ValidationError(str(refusal.message)) from refusal


def kin(request: HttpRequest, token: str) -> HttpResponse:
    """Name somebody, or take back whom the party had named."""
    now = clock.now()
    party = party_by_link(token, now)
    known = queries.kin_of(party.pk)
    actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
    if request.method == "POST" and "remove" in request.POST:
        actions.remove_emergency_contact(party_id=party.pk, now=now, actor=actor)
        return redirect("registration:record", token)
    form = KinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        actions.name_emergency_contact(party_id=party.pk, **said, now=now, actor=actor)
        return redirect("registration:record", token)
    return render(request, "registry/kin.html", {"form": form, "token": token, "known": known})
