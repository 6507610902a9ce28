"""What every page may know of its surroundings."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from safeconduct.ground.kernel import languages
from safeconduct.ground.ui import navigation, textsize


def surroundings(request: HttpRequest) -> dict[str, object]:
    """Language, mode and the navigation; the latter is made only where a page shows it."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "language": language,
        "direction": languages.direction(language),
        "mode": settings.MODE,
        "languages": settings.LANGUAGES,
        "text_size": textsize.size_of(request),
        "exit_url": settings.EXIT_URL,
        "navigation": partial(_links, request, "console"),
        "public_navigation": partial(_links, request, "public"),
    }


def _links(request: HttpRequest, portal: str) -> list[navigation.Link]:
    # missions.middleware puts them there; this room lies beneath it.
    held: frozenset[str] = getattr(request, "permissions", frozenset())
    return navigation.links(portal, held=held, path=request.path)
