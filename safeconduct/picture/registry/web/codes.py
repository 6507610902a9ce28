"""Six digits: to confirm an address on one's own page, or to open that page with."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import actions, queries, rules, terms
from safeconduct.picture.registry.access import party_by_link
from safeconduct.picture.registry.web.crowding import crowded
from safeconduct.wires.messaging.terms import Channel

_DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}


class AddressForm(forms.Form):
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


class DigitsForm(forms.Form):
    """The digits, and which code they are tried on: no address goes to and fro."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    digits = forms.CharField(
        label=_("The six digits we sent"),
        max_length=20,
        widget=forms.TextInput(attrs=_DIGITS),
    )


def code(request: HttpRequest) -> HttpResponse:
    """Opens a lost record by a code; the answer never tells whether anybody is registered."""
    if request.method == "POST" and "digits" in request.POST:
        return _tried(request)
    form = AddressForm(request.POST if request.method == "POST" else None)
    too_many = request.method == "POST" and _crowded(request)
    if too_many or not form.is_valid():
        context = {"form": form, "crowded": too_many}
        return render(request, "registry/code.html", context, status=429 if too_many else 200)
    address = form.cleaned_data["address"]
    key = actions.ask_to_open(address=address, now=clock.now(), actor=Actor.citizen(None))
    if key is None:
        form.add_error("address", _often())
        return render(request, "registry/code.html", {"form": form}, status=429)
    return _ask_for_digits(request, DigitsForm(initial={"key": key}))


@require_POST
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirms an address of the record by the digits sent to it."""
    now = clock.now()
    party = party_by_link(token, now)
    if _crowded(request):
        return _back(token, "code", status="often")
    actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
    digits = request.POST.get("digits", "")[:20]
    done = actions.confirm_contact(party_id=party.pk, digits=digits, now=now, actor=actor)
    return _back(token, "code", status="right" if done else "wrong")


@require_POST
def resend(request: HttpRequest, token: str) -> HttpResponse:
    """Sends the codes of a record anew."""
    now = clock.now()
    party = party_by_link(token, now)
    actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
    sent = not _crowded(request) and actions.ask_to_confirm(
        party_id=party.pk, again=True, now=now, actor=actor
    )
    return _back(token, "code", status="sent" if sent else "often")


@require_POST
def send_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sends the link of a record to its confirmed telephone, once a day."""
    now = clock.now()
    party = party_by_link(token, now)
    actor = Actor.citizen(queries.party_members(party.pk)[0].pk)
    sent = not _crowded(request) and actions.send_link(
        party_id=party.pk, by=[Channel.SMS], now=now, actor=actor
    )
    return _back(token, "sms", status="sent" if sent else "often")


def _tried(request: HttpRequest) -> HttpResponse:
    form = DigitsForm(request.POST)
    if _crowded(request):
        return render(request, "registry/digits.html", {"form": form, "crowded": True}, status=429)
    if not form.is_valid():
        return _ask_for_digits(request, form)
    key: UUID = form.cleaned_data["key"]
    opened = actions.try_to_open(
        key=key, digits=form.cleaned_data["digits"], now=clock.now(), actor=Actor.citizen(None)
    )
    if not opened.party_ids:
        form.add_error("digits", _over() if opened.is_over else _wrong())
        return _ask_for_digits(request, form)
    return _opened(request, opened.party_ids)


def _opened(request: HttpRequest, party_ids: Sequence[int]) -> HttpResponse:
    """The record, or which of several."""
    links = [(actions.link_of(pk, _reader(), clock.now()), pk) for pk in party_ids]
    if len(links) == 1:
        return redirect("registration:record", links[0][0])
    records = [
        {"link": link, "stay": queries.stay_of_party(pk), "people": queries.party_members(pk)}
        for link, pk in links
    ]
    return render(request, "registry/records.html", {"records": records, "language": _reader()})


def _ask_for_digits(request: HttpRequest, form: DigitsForm) -> HttpResponse:
    return render(request, "registry/digits.html", {"form": form})


def _back(token: str, name: str, *, status: str) -> HttpResponse:
    # What is right stands at the top of the page; the form for the digits further down.
    place = "" if name == "sms" or status == "right" else "#confirm"
    return redirect(f"{reverse('registration:record', args=[token])}?{name}={status}{place}")


def _crowded(request: HttpRequest) -> bool:
    return crowded(request, most=terms.MOST_FORMS_AN_HOUR, form="code ")


def _reader() -> str:
    return get_language() or "en"


def _often() -> str:
    return str(
        _("A code has just been sent there, or five today. Wait a minute, or until tomorrow.")
    )


def _wrong() -> str:
    return str(_("These are not the digits. Look again at the newest message."))


def _over() -> str:
    return str(_("This code works no more. Ask for a new one."))
