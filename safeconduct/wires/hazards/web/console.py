"""Signals, feeds and problems, for officers."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from safeconduct.ground.accounts.access import actor_of, officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import officer_may, permissions_of
from safeconduct.ground.places.terms import DISCLAIMER
from safeconduct.wires.hazards import actions, queries, rules, terms
from safeconduct.wires.hazards.access import problem_for, signal_for
from safeconduct.wires.hazards.models import Problem, Signal
from safeconduct.wires.hazards.web.drawing import drawing
from safeconduct.wires.hazards.web.forms import FeedForm, FilterForm

_A_PAGE = 50


@officer_may(terms.VIEW)
def signal_list(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = Paginator(queries.signals(**chosen), _A_PAGE).get_page(request.GET.get("page"))
    parts = request.GET.copy()
    links = {}
    for name, there in (("previous_url", page.has_previous()), ("next_url", page.has_next())):
        parts["page"] = str(page.number + (1 if name == "next_url" else -1))
        links[name] = f"?{parts.urlencode()}" if there else ""
    return render(request, "hazards/list.html", {"form": form, "rows": page, **links})


@officer_may(terms.VIEW)
def signal_page(request: HttpRequest, signal_id: int) -> HttpResponse:
    signal = signal_for(signal_id)
    context = {
        "signal": signal,
        "reason": queries.sentence(signal.reason) if signal.reason else "",
        "placed_by": queries.placed_by(signal),
        "repairs": [queries.sentence(repair) for repair in signal.repairs],
        "drawing": drawing(signal),
        "disclaimer": DISCLAIMER,
        "texts": signal.texts,
        "facts": [(name, value) for name, value in signal.facts.items() if _is_plain(value)],
        "strongest": max((band["intensity"] for band in signal.intensities), default=None),
    }
    return render(request, "hazards/signal.html", context | _drafting(signal))


@officer_may(terms.VIEW)
def outline(request: HttpRequest, signal_id: int) -> HttpResponse:  # noqa: ARG001 -- Django's
    """The outline as GeoJSON for a map; absent where there is none."""
    signal = signal_for(signal_id)
    if signal.outline is None:
        raise Http404
    return JsonResponse({"type": "Feature", "properties": {}, "geometry": signal.outline})


@officer_may(terms.VIEW)
def feed_list(request: HttpRequest) -> HttpResponse:
    may_manage = terms.MANAGE in permissions_of(officer_of(request))
    return render(request, "hazards/feeds.html", _feeds(FeedForm(), may_manage=may_manage))


@require_POST
@officer_may(terms.MANAGE)
def add_feed(request: HttpRequest) -> HttpResponse:
    form = FeedForm(request.POST)
    if form.is_valid():
        actions.add_feed(**form.cleaned_data, now=clock.now(), actor=actor_of(request))
        return redirect("hazards:feeds")
    return render(request, "hazards/feeds.html", _feeds(form, may_manage=True))


@officer_may(terms.VIEW)
def problem_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.open_problems(), _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "problems": [
            (problem, queries.sentence(problem.note), _choosing_url(problem)) for problem in page
        ],
        "may_manage": terms.MANAGE in permissions_of(officer_of(request)),
        "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
        "next_url": f"?page={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "hazards/problems.html", context)


@require_POST
@officer_may(terms.MANAGE)
def solve(request: HttpRequest, problem_id: int) -> HttpResponse:
    problem = problem_for(problem_id)
    actions.solve_problem(problem=problem, now=clock.now(), actor=actor_of(request))
    return redirect("hazards:problems")


def _feeds(form: FeedForm, *, may_manage: bool) -> dict[str, object]:
    return {
        "rows": queries.feed_health(clock.now()),
        "form": form,
        "may_manage": may_manage,
        "choices": queries.feeds_to_choose() if may_manage else [],
    }


def _drafting(signal: Signal) -> dict[str, object]:
    """Whether an alert can be made, of what stands for this event today, and where."""
    now = queries.standing(signal)
    return {
        "draft_url": _draft_url(now.pk),
        "may_warn": rules.warns(now),
        "unanswered": queries.sentence(signal.unanswered) if signal.unanswered else "",
    }


def _draft_url(signal_id: int) -> str:
    """Where an alert is drafted from a signal; empty where no capability above offers that."""
    try:
        return reverse("alerts:draft_from_signal", args=[signal_id])
    except NoReverseMatch:
        return ""


def _choosing_url(problem: Problem) -> str:
    """Where an officer says the area of a warning that is on no map; empty where that is no use."""
    signal = problem.signal
    if signal is None or signal.area_km2 or not rules.warns(signal):
        return ""
    if signal.outcome == terms.Outcome.REFUSED:
        return ""
    return _draft_url(signal.pk)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""
