"""Health for load balancers, figures for monitoring: strangers learn no more than yes or no."""

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock, watching
from safeconduct.portals.operators import figures, soundness


@never_cache
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"works": True})


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while pages can be served, 503 while not; to a watcher also what each part does."""
    state = soundness.state(clock.now())
    told = state.as_json() if _may_watch(request) else {"works": state.works}
    return JsonResponse(told, status=200 if state.works else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text format; for whoever may not watch there is nothing here."""
    if not _may_watch(request):
        raise Http404
    try:
        found = figures.of_all(clock.now())
    except Error:
        found = [figures.database_is(here=False)]
    return HttpResponse(watching.exposition(found), content_type=watching.CONTENT_TYPE)


def _may_watch(request: HttpRequest) -> bool:
    return watching.may_watch(
        token=settings.WATCH_TOKEN,
        shown=request.headers.get("Authorization", ""),
        sender=request.META.get("REMOTE_ADDR", ""),
        host=request.get_host(),
        # Set by config.proxies; a server without it has nothing in front of it.
        proxied=bool(request.META.get("safeconduct.proxied")) or _is_forwarded(request),
    )


def _is_forwarded(request: HttpRequest) -> bool:
    return bool({"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"} & {*request.headers})
