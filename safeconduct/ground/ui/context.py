"""What every page may know of its surroundings."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from safeconduct.ground.kernel import languages


def surroundings(request: HttpRequest) -> dict[str, object]:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "language": language,
        "direction": languages.direction(language),
        "mode": settings.MODE,
        "languages": settings.LANGUAGES,
    }
