"""The reader's choice of language by a plain link, and pages that are the same for everybody."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import get_conditional_response

from safeconduct.ground.ui.web.shared import SharedResponse

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
            # A script may take it away: wiping the phone must work without us.
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    return middleware


def shared_by_all(get_response: Answers) -> Answers:
    """Send pages that depend on their address alone so that every cache may keep them.

    Outside of sessions and languages: what those say of a reader (``Vary``, cookies) does
    not hold for such a page, which was made without looking at the reader.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, SharedResponse):
            return response
        response.cookies.clear()
        del response["Vary"]
        unchanged = get_conditional_response(
            request, etag=response["ETag"], last_modified=response.modified, response=response
        )
        return unchanged or response

    return middleware
