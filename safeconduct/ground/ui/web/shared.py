"""Pages that say the same to everybody who opens their address: kept by every cache on the way."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from safeconduct.ground.kernel import languages
from safeconduct.ground.ui import navigation

# While a country's level changes thousands read: one of us in a minute, a proxy for the rest.
_FRESH_SECONDS: Final = 60
# What an old copy is worth while we cannot answer.
_BETTER_THAN_NOTHING: Final = 24 * 3600


class SharedResponse(HttpResponse):
    """An answer that depends on its address alone; ``modified`` is in seconds since the epoch."""

    def __init__(
        self, content: bytes | str, *, modified: datetime, content_type: str = "text/html"
    ) -> None:
        super().__init__(content, content_type=f"{content_type}; charset=utf-8")
        self.modified = int(modified.timestamp())
        digest = hashlib.sha256(self.content).hexdigest()[:32]
        # Weak: the same words, compressed or not.
        self["ETag"] = f'W/"{digest}"'
        self["Last-Modified"] = http_date(self.modified)
        self["Cache-Control"] = (
            f"public, max-age={_FRESH_SECONDS}, stale-while-revalidate=600,"
            f" stale-if-error={_BETTER_THAN_NOTHING}"
        )


def same_for_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the address alone: it is called with the address's parts and without the request.

    The part ``language`` is what it speaks, whatever the reader's cookie says.

    :raises Http404: for a language we have no pages in.
    """

    @require_safe
    @wraps(view)
    def spoken(_request: HttpRequest, /, *, language: str, **parts: object) -> HttpResponse:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with translation.override(language):
            response = view(language=language, **parts)
        response["Content-Language"] = language
        return response

    return spoken


def shared_page(
    template: str,
    context: Mapping[str, Any],
    *,
    addresses: Mapping[str, str],
    modified: datetime,
) -> SharedResponse:
    """A page in the language that is spoken now, made without a look at the reader.

    ``addresses`` are the same page's by language; others are led there by ``hreflang``.
    """
    page = render_to_string(template, {**_surroundings(addresses), **context})
    return SharedResponse(page, modified=modified)


def _surroundings(addresses: Mapping[str, str]) -> dict[str, Any]:
    """What ``ui.context`` says on other pages, as far as it does not depend on the reader."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    here = addresses[language]
    spoken = [pair for pair in settings.LANGUAGES if pair[0] in addresses]
    return {
        "language": language,
        "direction": languages.direction(language),
        "mode": settings.MODE,
        "public_navigation": navigation.links("public", held=(), path=here),
        "here": settings.PUBLIC_URL + here,
        "origin": settings.PUBLIC_URL,
        "alternates": [(code, name, addresses[code]) for code, name in spoken],
    }
