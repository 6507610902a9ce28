"""What the reader may do, on every request, asked of the database only where somebody looks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import permissions_of

type Answers = Callable[[HttpRequest], HttpResponse]


def held_permissions(get_response: Answers) -> Answers:
    """Put ``permissions`` on the request, for navigation and templates."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.permissions = SimpleLazyObject(lambda: _held(request))  # type: ignore[attr-defined]  # read by ui.context
        return get_response(request)

    return middleware


def _held(request: HttpRequest) -> frozenset[str]:
    if isinstance(request.user, Officer):
        return permissions_of(request.user)
    return frozenset()
