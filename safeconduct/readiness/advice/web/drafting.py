"""Writing an edition: a place and its level, a section, the day of the next review."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.missions.access import officer_may
from safeconduct.readiness.advice import actions, rules, terms
from safeconduct.readiness.advice.access import edition_for, text_for
from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import AreaKind, EditionState, SectionName
from safeconduct.readiness.advice.web.forms import BodyForm, LevelForm, ReviewForm, words_forms


@officer_may(terms.WRITE)
def country_level(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The level of the whole country, and its words."""
    edition = _draft(request, edition_id)
    text = edition.levels.filter(kind=AreaKind.COUNTRY).first()
    return _level(request, edition, text, is_area=False)


@officer_may(terms.WRITE)
def new_area(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Another level in a part of the country."""
    return _level(request, _draft(request, edition_id), None, is_area=True)


@officer_may(terms.WRITE)
def area(request: HttpRequest, text_id: int) -> HttpResponse:
    text = text_for(text_id, officer=officer_of(request), permission=terms.WRITE)
    edition = _draft(request, text.edition_id)
    return _level(request, edition, text, is_area=text.kind != AreaKind.COUNTRY)


@officer_may(terms.WRITE)
def remove_area(request: HttpRequest, text_id: int) -> HttpResponse:
    """Asks once, then takes an area out of the draft."""
    text = text_for(text_id, officer=officer_of(request), permission=terms.WRITE)
    edition = _draft(request, text.edition_id)
    if request.method == "POST":
        actions.remove_level(
            edition_id=edition.pk,
            version=edition.version,
            text_id=text.pk,
            now=clock.now(),
            actor=actor_of(request),
        )
        return redirect("advice:edition", edition.pk)
    shown = {
        "title": _("Take this area out?"),
        "button": _("Take it out"),
        "danger": True,
        "cancel_url": reverse("advice:edition", args=[edition.pk]),
    }
    return render(request, "ui/confirm.html", shown)


@officer_may(terms.WRITE)
def section(request: HttpRequest, edition_id: int, name: str) -> HttpResponse:
    """One section in every language."""
    edition = _draft(request, edition_id)
    if name not in SectionName.values:
        raise Http404
    bodies = dict(edition.sections.filter(name=name).values_list("language", "body"))
    form = BodyForm(request.POST or None, bodies=bodies, version=edition.version)
    if request.method == "POST" and form.is_valid():
        write = _saving(actions.write_section, request, edition, form)
        if write(name=SectionName(name), bodies=form.bodies()):
            return redirect("advice:edition", edition.pk)
    return _form(request, edition, form, SectionName(name).label)


@officer_may(terms.WRITE)
def review(request: HttpRequest, edition_id: int) -> HttpResponse:
    """By when this must be read again, and what is new in it."""
    edition = _draft(request, edition_id)
    levels = edition.levels.values_list("level", flat=True)
    usual = rules.usual_review(levels, today=clock.now().date())
    start = {"version": edition.version, "review_on": edition.review_on or usual}
    form = ReviewForm(request.POST or None, start=start, news=edition.news)
    if request.method == "POST" and form.is_valid():
        write = _saving(actions.set_review, request, edition, form)
        if write(review_on=form.cleaned_data["review_on"], news=form.news()):
            return redirect("advice:edition", edition.pk)
    return _form(request, edition, form, _("Next review and what is new"))


def _level(
    request: HttpRequest, edition: Edition, text: LevelText | None, *, is_area: bool
) -> HttpResponse:
    told, version = request.POST or None, edition.version
    form = LevelForm(told, country=edition.country_id, is_area=is_area, text=text, version=version)
    words = words_forms(told, text, is_area=is_area)
    # Every form is asked, so that every error is shown at once.
    are_whole = [one.is_valid() for one in (form, *words.values())]
    if request.method == "POST" and all(are_whole):
        names = {code: one.cleaned_data.get("name", "") for code, one in words.items()}
        write = _saving(actions.write_level, request, edition, form)
        said = {code: one.words() for code, one in words.items()}
        place = {"text_id": text.pk if text else None, "area": form.area(names)}
        if write(level=form.cleaned_data["level"], words=said, **place):
            return redirect("advice:edition", edition.pk)
    shown = {"edition": edition, "form": form, "words": words, "is_area": is_area}
    wrong = request.method == "POST"
    shown |= {"forms": [form, *words.values()], "wrong": wrong}
    return render(request, "advice/level_form.html", shown, status=422 if wrong else 200)


def _saving(
    action: Callable[..., object],
    request: HttpRequest,
    edition: Edition,
    form: Any,  # noqa: ANN401 -- any of our forms
) -> Callable[..., bool]:
    always = {"edition_id": edition.pk, "version": form.cleaned_data["version"]}

    def save(**content: object) -> bool:
        try:
            action(now=clock.now(), actor=actor_of(request), **always, **content)
        except Refusal as refusal:
            form.add_error(None, str(refusal.message))
            return False
        return True

    return save


def _form(request: HttpRequest, edition: Edition, form: Any, title: object) -> HttpResponse:  # noqa: ANN401 -- any of our forms
    shown = {"edition": edition, "form": form, "title": title}
    return render(request, "advice/form.html", shown, status=422 if form.errors else 200)


def _draft(request: HttpRequest, edition_id: int) -> Edition:
    """A draft of theirs; what was let go is written in no more."""
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.WRITE)
    if edition.state != EditionState.DRAFT:
        raise Http404
    return edition
