"""Outlines for maps and the search behind place pickers: public, cacheable, about no person."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.places import queries, terms
from safeconduct.ground.places.engine import towns
from safeconduct.ground.places.engine.atlas import map_file
from safeconduct.ground.places.engine.boundaries import rules

_LONGEST_QUERY = 100


@require_safe
def outlines(request: HttpRequest) -> HttpResponse:
    """Country outlines as GeoJSON, compressed where the browser takes it."""
    found = map_file()
    if request.headers.get("If-None-Match") == found.etag:
        return HttpResponseNotModified(headers={"ETag": found.etag})
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        found.compressed if compressed else found.body, content_type="application/geo+json"
    )
    if compressed:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = found.etag
    patch_cache_control(response, public=True, max_age=3600)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Places by the beginning of a name: JSON for a picker's script, a list for a reader."""
    text = request.GET.get("q", "")[:_LONGEST_QUERY]
    hits = queries.find_places(text, get_language() or "en", country=request.GET.get("country"))
    if request.GET.get("format") != "json":
        return render(request, "places/find.html", {"text": text, "hits": hits})
    found = [{"value": hit.value, "label": hit.label} for hit in hits]
    response = JsonResponse({"places": found})
    patch_cache_control(response, public=True, max_age=600)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
def nearest_towns(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- as views are called
    """The table by which a phone finds its country without telling anybody where it is."""
    response = JsonResponse({"step": towns.STEP, "towns": towns.table()})
    patch_cache_control(response, public=True, max_age=24 * 3600)
    return response


@require_safe
def disclaimer(request: HttpRequest) -> HttpResponse:
    """What the map draws where states disagree, and by what rule."""
    context = {"disclaimer": terms.DISCLAIMER, "rules": rules()}
    return render(request, "places/disclaimer_page.html", context)
