"""The pages on which a national reports: safe, in need of help; and what waits on the phone.

They post to the door for answers, which knows no session; nothing is written here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.csp import CSP
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from safeconduct.ground.places.queries import country_choices
from safeconduct.portals.citizen.warnings.views import offer
from safeconduct.response.cases.web.forms import WishesForm

type Page = Callable[[HttpRequest], HttpResponse]

# Addresses whose pages a phone keeps; each has a twin named "…_kept".
PAGES: Final = ("reports:here", "reports:help", "reports:outbox", "app:wipe")
_POLICY: Final[Mapping[str, Any]] = settings.SECURE_CSP


@dataclass(frozen=True, slots=True)
class Tile:
    """One answer to "what happened": a word and a picture, the picture as an SVG path."""

    value: str
    label: str | Promise
    path: str


# Drawn for us on a grid of 24: few lines, so that they are read at a glance and in bad light.
TILES: Final = (
    Tile(
        "injured",
        _("Injured"),
        "M4 14 14 4a4 4 0 0 1 6 6L10 20a4 4 0 0 1-6-6zM9 9l6 6M8 13h.01M11 16h.01M11 8h.01",
    ),
    Tile("medical", _("Ill, or out of medicine"), "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z"),
    Tile("trapped", _("Trapped, cannot leave"), "M3 21V5h18v16M3 9h18M7 21V9M12 21V9M17 21V9"),
    Tile("danger", _("In danger"), "M12 3 22 20H2zM12 9v5M12 17h.01"),
    Tile(
        "arrested",
        _("Arrested or held"),
        "M11 12a4 4 0 1 1-8 0 4 4 0 1 1 8 0zM21 12a4 4 0 1 1-8 0 4 4 0 1 1 8 0zM11 12h2",
    ),
    Tile(
        "documents", _("Documents lost"), "M6 3h12v18H6zM15 9a3 3 0 1 1-6 0 3 3 0 1 1 6 0zM9 16h6"
    ),
    Tile("shelter", _("No shelter, food or money"), "M3 12 12 4l9 8M6 10v10h12V10M10 20v-6h4v6"),
    Tile(
        "transport",
        _("Cannot travel on"),
        "M4 6h16v10H4zM4 11h16M8 16v3M16 16v3M8 13.5h.01M16 13.5h.01",
    ),
    Tile(
        "missing",
        _("Somebody is missing"),
        "M14 7a4 4 0 1 1-8 0 4 4 0 1 1 8 0zM3 21c0-5 3-7 7-7 2 0 3 .4 4 1"
        "M18 14a2 2 0 1 1 2 3v1M20 21h.01",
    ),
    Tile("other", _("Something else"), "M5 12h.01M12 12h.01M19 12h.01"),
)


def reporting(page: Page) -> Page:
    """A page whose form goes to the door, and which lies in no cache but the worker's own."""

    @wraps(page)
    def guarded(request: HttpRequest) -> HttpResponse:
        policy: dict[str, Any] = dict(_POLICY)
        policy["connect-src"] = [CSP.SELF, settings.ANSWER_URL]
        policy["form-action"] = [CSP.SELF, settings.ANSWER_URL]
        response = csp_override(policy)(page)(request)
        # Gone back to, a page comes anew: with a key that no report has had.
        response["Cache-Control"] = "no-store"
        return response

    return guarded


@require_safe
@reporting
def here(request: HttpRequest) -> HttpResponse:
    """ "I am here": safe, or in need of help, for whoever never registered."""
    return render(request, "citizen/here.html", _form("here", request))


@require_safe
@reporting
def help_(request: HttpRequest) -> HttpResponse:
    """The request for help: what happened, where, who, how to be reached."""
    return render(
        request,
        "citizen/help.html",
        {**_form("help", request), "tiles": TILES, "wishes": WishesForm()},
    )


@require_safe
@reporting
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits on this phone and what has arrived; only the phone itself knows."""
    return render(request, "citizen/outbox.html", offer())


def kept(page: Page) -> Callable[..., HttpResponse]:
    """The same page as a phone keeps it: in the language of its address, nobody's own."""

    @wraps(page)
    def twin(request: HttpRequest, language: str) -> HttpResponse:
        if language not in dict(settings.LANGUAGES):
            raise Http404
        with translation.override(language):
            request.COOKIES.clear()
            return page(request)

    return twin


def _form(kind: str, request: HttpRequest) -> dict[str, object]:
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "kind": kind,
        "action": f"{settings.ANSWER_URL}/{kind}",
        "key": uuid4(),
        "countries": country_choices(language),
        "country": request.COOKIES.get("where", "")[:2],
        **offer(),
    }
