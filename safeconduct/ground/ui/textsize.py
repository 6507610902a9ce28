"""The reader's size of text, by a plain link that works without script."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

type Answers = Callable[[HttpRequest], HttpResponse]
PARAMETER: Final = "text"
COOKIE: Final = "text_size"
# As the html element's class says them; the first is everybody's.
SIZES: Final = ("normal", "large", "largest")
_KEPT_SECONDS: Final = 365 * 24 * 3600


def chosen_text_size(get_response: Answers) -> Answers:
    """Remember ``?text=large`` in a cookie and lead back to the page without it.

    A script may read and remove the cookie: pages kept on the phone follow it, and wiping
    must work without us.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        choice = request.GET.get(PARAMETER)
        if request.method != "GET" or choice not in SIZES:
            return get_response(request)
        query = request.GET.copy()
        del query[PARAMETER]
        # One leading slash: "//host" would lead to somebody else's site.
        path = "/" + request.path.lstrip("/")
        response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
        is_secure = settings.SESSION_COOKIE_SECURE
        if choice == SIZES[0]:
            response.delete_cookie(COOKIE, samesite="Lax")
        else:
            response.set_cookie(
                COOKIE, choice, max_age=_KEPT_SECONDS, samesite="Lax", secure=is_secure
            )
        return response

    return middleware


def size_of(request: HttpRequest) -> str:
    """The size in the reader's cookie; the first of ``SIZES`` without or with nonsense in it."""
    found = request.COOKIES.get(COOKIE, "")
    return found if found in SIZES else SIZES[0]
