"""What somebody at a place needs first: warnings, advice, whom to call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from safeconduct.ground.kernel.languages import in_words
from safeconduct.ground.missions import queries as missions
from safeconduct.ground.missions.queries import NearPost
from safeconduct.ground.places.engine.numbers import LocalNumbers
from safeconduct.ground.places.queries import PlaceHit, local_numbers
from safeconduct.readiness.advice.queries import Brief, brief_of
from safeconduct.response.alerts.queries import Shown, active_messages

# The first screen is read on a bad line: the rest of the world's warnings are a page of their own.
_MOST_ELSEWHERE: Final = 3
_GRAVE: Final = frozenset({"Extreme", "Severe"})


@dataclass(frozen=True, slots=True)
class Line:
    """An alert as a line of the first screen: what, where, since when."""

    shown: Shown
    area: str
    since: datetime
    is_grave: bool


@dataclass(frozen=True, slots=True)
class Around:
    """Everything the first screen says of a place; of none where ``place`` is None."""

    place: PlaceHit | None
    warnings: list[Line]
    elsewhere: list[Line]
    brief: Brief | None
    posts: list[NearPost]
    numbers: LocalNumbers | None


def around(place: PlaceHit | None, language: str, now: datetime) -> Around:
    """What holds at a place now, in the reader's language or the next best."""
    country = place.country if place else None
    found = active_messages(now, language)
    here = [one for one in found if country in one.message.alert.countries]
    elsewhere = [one for one in found if one not in here]
    has_city = place is not None and place.city_id is not None
    return Around(
        place=place,
        warnings=[_line(one, language) for one in here],
        elsewhere=[_line(one, language) for one in elsewhere[:_MOST_ELSEWHERE]],
        brief=brief_of(country, language, now=now) if country else None,
        posts=missions.nearest_posts(
            country=country,
            lat=place.latitude if place and has_city else None,
            lon=place.longitude if place and has_city else None,
        ),
        numbers=local_numbers(country) if country else None,
    )


def _line(shown: Shown, language: str) -> Line:
    alert = shown.message.alert
    return Line(
        shown=shown,
        area=in_words(alert.place, language),
        since=shown.message.sent,
        is_grave=alert.severity in _GRAVE,
    )
