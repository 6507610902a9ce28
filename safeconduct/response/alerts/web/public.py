"""Alerts for everybody: a list, a page and the CAP bytes of each, an Atom feed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import clock
from safeconduct.response.alerts import queries
from safeconduct.response.alerts.access import published_message
from safeconduct.response.alerts.engine import cap, feed


@require_safe
def alert_list(request: HttpRequest) -> HttpResponse:
    """What warns of something now."""
    shown = queries.active_messages(clock.now(), _language())
    return _kept(render(request, "alerts/public_list.html", {"shown": shown}))


@require_safe
def alert_page(request: HttpRequest, identifier: str) -> HttpResponse:
    message = published_message(identifier)
    shown = queries.shown(message, _language(), cancelled=queries.is_cancelled(message))
    context = {"shown": shown, "expired": message.expires_at <= clock.now()}
    return _kept(render(request, "alerts/public_page.html", context))


@require_safe
def alert_document(request: HttpRequest, identifier: str) -> HttpResponse:
    """The bytes as first made; their digest is the ETag, since they never change."""
    message = published_message(identifier)
    etag = f'"{message.digest}"'
    if etag in request.headers.get("If-None-Match", ""):
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(bytes(message.document), content_type=cap.MEDIA_TYPE)
    answer["ETag"] = etag
    return _kept(answer)


@require_safe
def alert_feed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django hands it over
    shown = queries.feed_messages(clock.now(), _language())
    document = feed.document(
        shown, base=settings.PUBLIC_URL, title=settings.ALERTS["SENDER_NAME"], now=clock.now()
    )
    return _kept(HttpResponse(document, content_type=feed.MEDIA_TYPE))


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _kept(answer: HttpResponse) -> HttpResponse:
    """Short enough that a cancellation is not hidden by a cache for long."""
    patch_cache_control(answer, public=True, max_age=0, s_maxage=1)
    return answer
