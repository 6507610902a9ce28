"""Whether a message is genuine: anybody types its code or pastes all of it."""

import re

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.queries import post_to_call
from safeconduct.picture.registry.web.crowding import crowded
from safeconduct.response.alerts.engine.authenticity import Checked, check
from safeconduct.response.alerts.terms import LONGEST_PASTED, MOST_CHECKS_AN_HOUR


def _example() -> str:
    told = str(_("The code is six letters, mostly at the end, like #BCDFGH."))
    # Isolated (UAX 9, 2.4.2): from right to left its mark would stand at the wrong end.
    return re.sub(r"#[A-Z]{6}", "\u2066\\g<0>\u2069", told)


class AskForm(forms.Form):
    """A code, or a message as it came."""

    text = forms.CharField(
        label=_("The code, or the whole message"),
        help_text=lazy(_example, str)(),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "autocomplete": "off"}),
        max_length=LONGEST_PASTED,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form and, by POST since a pasted text may hold somebody's own link, the answer."""
    form = AskForm(request.POST if request.method == "POST" else None)
    return _answer(request, form, form.cleaned_data["text"] if form.is_valid() else "")


@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """The answer for a code alone: the address that our mails print."""
    return _answer(request, AskForm(initial={"text": code}), code)


def _answer(request: HttpRequest, form: AskForm, asked: str) -> HttpResponse:
    # Only trying codes one after another is slowed down; the form itself always opens.
    too_often = bool(asked) and crowded(request, most=MOST_CHECKS_AN_HOUR, form="verify ")
    language = get_language() or settings.LANGUAGE_CODE
    checked = check(asked, language=language, now=clock.now()) if asked and not too_often else None
    context = {
        "form": form,
        "checked": checked,
        "crowded": too_often,
        "post": post_to_call(_country(checked)),
        "public_url": settings.PUBLIC_URL,
        "answer_url": settings.ANSWER_URL,
    }
    status = 429 if too_often else 422 if form.errors else 200
    response = render(request, "alerts/verify.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if checked:
        response["X-Robots-Tag"] = "noindex"
    return response


def _country(checked: Checked | None) -> str | None:
    return checked.countries[0] if checked and len(checked.countries) == 1 else None
