"""Where a reader says to be: in the address or in a cookie, never in a table of ours."""

from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from safeconduct.ground.places.queries import PlaceHit, find_places, meant, place

COOKIE: Final = "where"
_KEPT_SECONDS: Final = 180 * 24 * 3600
_LONGEST: Final = 100
_MOST_FOUND: Final = 8


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The place a reader means; ``hits`` are those an unclear word may stand for."""

    place: PlaceHit | None = None
    text: str = ""
    hits: list[PlaceHit] = field(default_factory=list)
    is_asked: bool = False

    @property
    def country(self) -> str | None:
        return self.place.country if self.place else None

    @property
    def is_unknown(self) -> bool:
        return bool(self.text) and self.place is None and not self.hits


def whereabouts(request: HttpRequest, language: str) -> Whereabouts:
    """What the address asks for, else what the cookie keeps from an earlier visit."""
    asked = request.GET.get("place", request.GET.get("country"))
    if asked is None:
        return Whereabouts(place=place(request.COOKIES.get(COOKIE, ""), language))
    text = asked.strip()[:_LONGEST]
    if known := place(text, language):
        return Whereabouts(place=known, text=known.label, is_asked=True)
    hits = find_places(text, language, _MOST_FOUND)
    found = meant(text, hits)
    return Whereabouts(place=found, text=text, hits=[] if found else hits, is_asked=True)


def remember(response: HttpResponse, where: Whereabouts) -> None:
    """Keep what was chosen on the phone; an empty choice takes it away.

    A script may read it: wiping the phone must work without us.
    """
    if where.place and where.is_asked:
        is_secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            COOKIE, where.place.value, max_age=_KEPT_SECONDS, samesite="Lax", secure=is_secure
        )
    elif where.is_asked and not where.text:
        response.delete_cookie(COOKIE, samesite="Lax")
