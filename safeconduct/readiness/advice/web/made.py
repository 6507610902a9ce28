"""What is made of an edition: the line for the press, to be copied, and the map."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import officer_may
from safeconduct.ground.places.queries import country_name
from safeconduct.readiness.advice import queries, terms
from safeconduct.readiness.advice.access import edition_for
from safeconduct.readiness.advice.engine.sketch import sketch_of
from safeconduct.readiness.advice.engine.spoken import origin_of, spoken
from safeconduct.readiness.advice.models import Edition


@require_safe
@officer_may(terms.VIEW)
def press_page(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The press line of each level of an approved edition, in every language it is written in."""
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.VIEW)
    if edition.number is None:
        raise Http404
    reader = get_language() or "en"
    shown = {
        "edition": edition,
        "name": country_name(edition.country_id, reader),
        "origin": _origin(edition),
        "places": [
            (text, queries.place_of(text, reader), sorted(spoken(text).items()))
            for text in edition.levels.all()
        ],
    }
    return render(request, "advice/press.html", shown)


@require_safe
@officer_may(terms.VIEW)
def edition_map(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The levels of an edition, in force or not yet, as its page would draw them."""
    edition = edition_for(edition_id, officer=officer_of(request), permission=terms.VIEW)
    sketch = sketch_of(edition)
    if sketch is None:
        raise Http404
    drawn = render(request, "advice/sketch.svg", {"sketch": sketch}, content_type="image/svg+xml")
    drawn["Cache-Control"] = "private, no-cache"
    return drawn


def _origin(edition: Edition) -> object:
    return origin_of(edition.levels.all()[0], today=clock.now().date())
