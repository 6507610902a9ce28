"""What every request of an officer has: their language, and that what they sent was taken."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import is_valid_path
from django.utils import translation

from safeconduct.ground.accounts.models import Officer

type Answers = Callable[[HttpRequest], HttpResponse]
_NUMBER: Final = re.compile(r"[0-9a-z-]{1,40}")
# Shown at once where something else on the page still waits to be sent; mostly led on.
_WELL: Final = (HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
# Longer than any page takes to load: then the tab has read it, or is gone.
_TAKEN_SECONDS: Final = 300


def officers_language(get_response: Answers) -> Answers:
    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        if signed_in and not chosen and isinstance(request.user, Officer):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def what_was_taken(get_response: Answers) -> Answers:
    """Say of a form that an officer's page numbered (``ui/js/typed.js``) that it was taken.

    An ended session, a refusal and an error say nothing, and the page offers back what was typed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        went_well = request.method == "POST" and response.status_code in _WELL
        number = request.POST.get("typed", "") if went_well else ""
        ours = _NUMBER.fullmatch(number) and isinstance(request.user, Officer)
        if ours and not _was_refused(request):
            response.set_cookie(
                f"typed-{number}",
                "taken",
                max_age=_TAKEN_SECONDS,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    return middleware


def _was_refused(request: HttpRequest) -> bool:
    """Whether the next page will say so; it still has to."""
    said = messages.get_messages(request)
    if not isinstance(said, BaseStorage):
        return False
    was_shown = said.used
    refused = any(message.level >= messages.ERROR for message in said)
    said.used = was_shown
    return refused


def back_to_a_page(get_response: Answers) -> Answers:
    """Lead an officer from the address of a button to the page it stands on.

    Who presses one after the session has ended comes to such an address by signing in, and who
    opens it anew after a refusal too: it answers to POST alone.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        misses = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET"
        if misses and isinstance(request.user, Officer):
            return redirect(_page_above(request.path))
        return response

    return middleware


def _page_above(path: str) -> str:
    """The nearest address above that leads anywhere. It may be a button's too: then once more."""
    while path.count("/") > 2:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            return path
    return "/"
