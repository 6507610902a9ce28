"""The reader's choice of language, by a plain link that works without script."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

type Answers = Callable[[HttpRequest], HttpResponse]
PARAMETER = "lang"


def chosen_language(get_response: Answers) -> Answers:
    """Remember ``?lang=az`` in Django's language cookie and lead back to the page without it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        choice = request.GET.get(PARAMETER)
        if request.method != "GET" or choice not in dict(settings.LANGUAGES):
            return get_response(request)
        query = request.GET.copy()
        del query[PARAMETER]
        # One leading slash: "//host" would lead to somebody else's site.
        path = "/" + request.path.lstrip("/")
        response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            choice,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    return middleware
