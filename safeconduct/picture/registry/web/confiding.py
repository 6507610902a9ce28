"""What people told us under seal, for officers: behind a click, for a reason, written down."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.actions import note_look
from safeconduct.picture.registry import queries, seen, terms
from safeconduct.picture.registry.access import person_for

_CHOICES: list[tuple[str, str | Promise]] = [("", _("Choose a reason")), *seen.REASONS.items()]


class ReasonForm(forms.Form):
    """What for. The person reads it."""

    reason = forms.ChoiceField(
        label=_("What for?"),
        choices=_CHOICES,
        help_text=_("The person reads it, with your role and the hour."),
    )


@require_POST
@never_cache
@officer_may(terms.UNSEAL)
def unseal(request: HttpRequest, person_id: int) -> HttpResponse:
    """Opens what a person sealed, once a reason is given; the look is kept before it is shown."""
    person = person_for(person_id, officer=officer_of(request), permission=terms.UNSEAL)
    form = ReasonForm(request.POST)
    opened: queries.Opened | None = None
    if form.is_valid():
        officer = officer_of(request)
        note_look(
            officer=officer,
            permission=terms.UNSEAL,
            people=[person.pk],
            countries=queries.last_countries([person.pk], countries_of(officer, terms.UNSEAL)),
            what=seen.SEALED,
            why=seen.why(form.cleaned_data["reason"]),
            now=clock.now(),
        )
        opened = queries.opened(person.pk)
    name = queries.shown_name(person.given_name, person.family_name)
    context = {"person": person, "name": name, "form": form, "opened": opened}
    return render(request, "registry/unsealed.html", context, status=200 if opened else 422)
