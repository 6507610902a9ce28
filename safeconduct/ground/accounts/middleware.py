"""An officer reads the console in the language of the account, unless they chose another here."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from safeconduct.ground.accounts.models import Officer

type Answers = Callable[[HttpRequest], HttpResponse]


def officers_language(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        if signed_in and not chosen and isinstance(request.user, Officer):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware
