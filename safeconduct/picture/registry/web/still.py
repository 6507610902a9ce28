"""Still there? One tap on a page whose link can do nothing else."""

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry import actions, queries, terms
from safeconduct.picture.registry.access import party_by_link
from safeconduct.picture.registry.models import Party, Stay
from safeconduct.picture.registry.web.forms import DayField


class StillForm(forms.Form):
    """The button pressed; after a trip the new last day, if they know it."""

    said = forms.ChoiceField(choices=[("still", ""), ("left", "")])
    last_day = DayField(
        label=_("Until when?"),
        required=False,
        help_text=_("Your new last day there. Leave empty for two weeks more."),
    )


def still(request: HttpRequest, token: str) -> HttpResponse:
    """Asks; only a button answers, since previews of messages open every link by themselves."""
    now = clock.now()
    party = party_by_link(token, now, purpose=terms.STILL_PURPOSE)
    form = StillForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _is_to_come(form, now):
        said = form.cleaned_data["said"]
        actions.answer_still_there(
            party_id=party.pk,
            said=said,
            last_day=form.cleaned_data["last_day"],
            now=now,
            actor=Actor.citizen(queries.party_members(party.pk)[0].pk),
        )
        return redirect(f"{reverse('registration:still', args=[token])}?said={said}")
    return render(request, "registry/still.html", _shown(request, party, form, token, now))


def _is_to_come(form: StillForm, now: datetime) -> bool:
    last_day = form.cleaned_data["last_day"]
    if last_day and last_day < now.date() and form.cleaned_data["said"] == "still":
        form.add_error("last_day", _("This day is over."))
        return False
    return True


def _shown(
    request: HttpRequest, party: Party, form: StillForm, token: str, now: datetime
) -> dict[str, object]:
    stay = queries.stay_now(party.pk, now.date())
    return {
        "form": form,
        "token": token,
        "stay": stay,
        "ends": _ends(stay, now) and not queries.goes_on(party.pk, now.date()),
        "said": request.GET.get("said", ""),
        "sources": queries.lists_naming(party.pk),
        "language": get_language() or "en",
    }


def _ends(stay: Stay | None, now: datetime) -> bool:
    """Whether a trip is about to end, or has: then it matters until when."""
    return bool(stay and stay.stay_until and (stay.stay_until - now.date()).days <= 1)
