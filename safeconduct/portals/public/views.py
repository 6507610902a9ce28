"""The first screen: where am I, what warns, what is advised, whom to call, what I can do."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.ground.places.queries import place
from safeconduct.portals.public.around import around
from safeconduct.portals.public.whereabouts import Whereabouts, remember, whereabouts


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Readable by everybody and about nobody; the place stays in the reader's own cookie."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    where = whereabouts(request, language)
    shown = {"where": where, "around": around(where.place, language, clock.now())}
    response = render(request, "public/home.html", shown)
    remember(response, where)
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def kept_home(request: HttpRequest, language: str, country: str = "") -> HttpResponse:
    """The first screen as a phone keeps it for a country, in a language, for when there is no line.

    The same for everybody; it says of what moment it is.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        found = place(country, language) if country else None
        if country and found is None:
            raise Http404
        now = clock.now()
        shown = {
            "kept": True,
            "now": now,
            "where": Whereabouts(place=found),
            "around": around(found, language, now),
        }
        response = render(request, "public/home.html", shown)
    response["Cache-Control"] = "public, max-age=60"
    return response
