"""Advice in the console: what holds, what waits, what contradicts; letting go and approving."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.accounts.queries import officer_names
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.ground.kernel.names import sort_key
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.missions.queries import nearest_posts
from safeconduct.ground.places.queries import country_choices, country_name
from safeconduct.readiness.advice import actions, queries, rules, terms
from safeconduct.readiness.advice.access import country_for, edition_for
from safeconduct.readiness.advice.actions.approvals import SAID
from safeconduct.readiness.advice.engine import conflicts
from safeconduct.readiness.advice.engine.sketch import sketch_of
from safeconduct.readiness.advice.engine.wording import Rendering
from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import EditionState


@officer_may(terms.VIEW)
def advice_list(request: HttpRequest) -> HttpResponse:
    """What holds for which country: the lapsed first, and what waits for somebody."""
    now, reader = clock.now(), get_language() or "en"
    theirs = countries_of(officer_of(request), terms.VIEW)
    rows = [
        row for row in queries.listed(reader, now=now) if theirs is None or row.country in theirs
    ]
    found = conflicts.all_contradictions(theirs, reader, now=now)
    shown = {
        "rows": sorted(rows, key=lambda row: _by_need(row, reader)),
        "lapsed": sum(row.has_lapsed for row in rows),
        "due": sum(row.is_due_soon for row in rows),
        "waiting": queries.editions_in(theirs, EditionState.DRAFT, EditionState.SUBMITTED),
        "contradictions": found,
        "choices": _writable(request, reader),
    }
    return render(request, "advice/list.html", shown)


@officer_may(terms.VIEW)
def contradictions(request: HttpRequest) -> HttpResponse:
    """Every pair of live texts that do not agree."""
    theirs = countries_of(officer_of(request), terms.VIEW)
    found = conflicts.all_contradictions(theirs, get_language() or "en", now=clock.now())
    return render(request, "advice/contradictions.html", {"rows": found})


@officer_may(terms.VIEW)
def country(request: HttpRequest, code: str) -> HttpResponse:
    """One country: what is in force, what is being written, and everything that ever held."""
    country_for(code, officer=officer_of(request), permission=terms.VIEW)
    reader, now = get_language() or "en", clock.now()
    edition = queries.live_edition(code)
    shown = {
        "code": code,
        "name": country_name(code, reader),
        "page": queries.page_of(code, reader, now=now),
        "edition": edition,
        "open": queries.open_edition(code),
        "contradictions": conflicts.contradictions_of(edition, reader, now=now) if edition else [],
        "past": Edition.objects.filter(country_id=code, number__isnull=False).order_by("-number"),
    }
    return render(request, "advice/country.html", shown)


@officer_may(terms.WRITE)
def start(request: HttpRequest) -> HttpResponse:
    """To the country chosen in the list, to begin there."""
    code = request.GET.get("country", "")
    country_for(code, officer=officer_of(request), permission=terms.WRITE)
    return redirect("advice:country", code)


@require_POST
@officer_may(terms.WRITE)
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """The next edition, from the one in force or from an old one that is to come back."""
    country_for(code, officer=officer_of(request), permission=terms.WRITE)
    restored = request.POST.get("restore", "")
    if restored:
        edition_for(int(restored), officer=officer_of(request), permission=terms.WRITE)
    try:
        edition = actions.start_edition(
            country=code,
            restore_id=int(restored) if restored else None,
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("advice:country", code)
    return redirect("advice:edition", edition.pk)


@officer_may(terms.VIEW)
def edition_page(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Everything that would be said, as it would be said; and what may be done with it."""
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.VIEW)
    return render(request, "advice/edition.html", _about(request, edition))


@require_POST
@officer_may(terms.WRITE)
def submit(request: HttpRequest, edition_id: int) -> HttpResponse:
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.WRITE)
    return _moved(request, edition, actions.submit_edition, version=_version(request))


@require_POST
@officer_may(terms.WRITE)
def take_back(request: HttpRequest, edition_id: int) -> HttpResponse:
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.WRITE)
    return _moved(request, edition, actions.take_back)


@require_POST
@officer_may(terms.APPROVE)
def approve(request: HttpRequest, edition_id: int) -> HttpResponse:
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.APPROVE)
    return _moved(request, edition, actions.approve_edition, version=_version(request))


@officer_may(terms.WRITE)
def discard(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Asks once, then throws a draft away."""
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.WRITE)
    if request.method == "POST":
        code = edition.country_id
        _moved(request, edition, actions.discard_edition, version=edition.version)
        return redirect("advice:country", code)
    shown = {
        "title": _("Throw this draft away?"),
        "text": _("What is in force stays as it is."),
        "button": _("Throw it away"),
        "danger": True,
        "cancel_url": reverse("advice:edition", args=[edition.pk]),
    }
    return render(request, "ui/confirm.html", shown)


def _moved(request: HttpRequest, edition: Edition, action: Any, **more: int) -> HttpResponse:  # noqa: ANN401 -- one of ours
    try:
        action(edition_id=edition.pk, now=clock.now(), actor=actor_of(request), **more)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("advice:edition", edition.pk)


def _version(request: HttpRequest) -> int:
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() else 0


def _about(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    reader, now = get_language() or "en", clock.now()
    written = {section.name for section in edition.sections.all()}
    shown = {
        "edition": edition,
        "name": country_name(edition.country_id, reader),
        "texts": _texts(edition, reader),
        "page": queries.shown(edition, reader, now=now),
        "sketch": sketch_of(edition),
        "sections": [(one, one in written) for one in terms.SectionName],
        "obstacle": _obstacle(edition, officer_of(request).pk),
        "contradictions": conflicts.contradictions_of(edition, reader, now=now),
        "writers": officer_names(edition.writers).values(),
        "approver": officer_names([edition.approved_by_id]).get(edition.approved_by_id or 0),
    }
    return shown | {"has_country": "" in queries.levels_by_place(edition)}


def _texts(edition: Edition, reader: str) -> list[tuple[LevelText, str, list[Rendering]]]:
    """Each level text with what its place is called and everything that is made of it."""
    near = nearest_posts(country=edition.country_id, limit=1)
    phone = near[0].post.emergency_number if near else ""
    on = (edition.approved_at or clock.now()).date()
    return [
        (text, queries.place_of(text, reader), queries.renderings_of(text, on=on, phone=phone))
        for text in edition.levels.all()
    ]


def _obstacle(edition: Edition, officer_id: int) -> str | Promise | None:
    """What stands in the way of the next step, in words."""
    candidate, today = queries.candidate_of(edition), clock.now().date()
    if edition.state == EditionState.DRAFT:
        found = rules.obstacle_to_submit(candidate, today=today)
    else:
        found = rules.obstacle_to_approve(candidate, approver_id=officer_id, today=today)
    return SAID[found] if found else None


def _by_need(row: queries.Listed, reader: str) -> tuple[bool, bool, object]:
    """The lapsed first, then what lapses soon."""
    return not row.has_lapsed, not row.is_due_soon, sort_key(row.name, reader)


def _writable(request: HttpRequest, reader: str) -> list[tuple[str, str]]:
    theirs = countries_of(officer_of(request), terms.WRITE)
    return [pair for pair in country_choices(reader) if theirs is None or pair[0] in theirs]
