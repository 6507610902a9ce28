"""An alert made from a level of our travel advice: its area and its approved words."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.places.models import City
from safeconduct.readiness.advice.engine.spoken import (
    Origin,
    approved_text,
    cells_within,
    origin_of,
    spoken,
)
from safeconduct.readiness.advice.engine.wording import Rendering
from safeconduct.readiness.advice.models import LevelText
from safeconduct.readiness.advice.queries import place_of
from safeconduct.readiness.advice.terms import USUAL_RADIUS_KM
from safeconduct.readiness.advice.terms import AreaKind as AdviceArea
from safeconduct.response.alerts.engine import cap, wording
from safeconduct.response.alerts.engine.area import Reach
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import Words

_LONGEST_HEADLINE: Final = 160


def of_level(text: LevelText) -> Reach:
    """Where the level holds: the whole country, or its area as far as it lies in the country."""
    code = text.edition.country_id
    place = {language: place_of(text, language) for language in COMPLETE}
    if text.kind == AdviceArea.COUNTRY:
        return Reach(countries=[code], shape=cap.Area(countries=[code]), place=place)
    runs = cells_within(text)
    return Reach(cells_from=runs.lows, cells_until=runs.highs, shape=_shape_of(text), place=place)


def _shape_of(text: LevelText) -> cap.Area:
    if text.kind == AdviceArea.OUTLINE:
        return cap.Area(polygons=[[*text.corners, text.corners[0]]])
    km = text.radius_km or USUAL_RADIUS_KM
    near = City.objects.filter(pk__in=text.city_ids).order_by("pk")
    circles = [[lat, lon, km] for lat, lon in near.values_list("latitude", "longitude")]
    return cap.Area(circles=circles)


def level_words(text: LevelText, *, asks: bool, neutral: bool, exercise: bool) -> dict[str, Words]:
    """The approved words as an alert says them, in every language they are written in."""
    # As in our own texts, the mark of an exercise takes the room of the ministry's name.
    plain = neutral or exercise
    return {
        language: Words(
            headline=f"{said.place}: {said.words.headline.strip()}"[:_LONGEST_HEADLINE],
            description=said.words.why.strip(),
            instruction="\n".join(said.words.steps),
            sms=wording.asking(said.neutral_sms if plain else said.sms, language, asks=asks),
        )
        for language, said in spoken(text).items()
    }


def origin_for(alert: Alert, *, today: date) -> Origin | None:
    """The edition an alert's words come from and whether it still holds; None for other alerts."""
    text = approved_text(alert.level_text_id) if alert.level_text_id else None
    return origin_of(text, today=today) if text else None


def languages_changed(alert: Alert, said: Mapping[str, Words]) -> list[str]:
    """Languages in which an alert's writer left the approved words: all of them, or some."""
    text = approved_text(alert.level_text_id) if alert.level_text_id else None
    if text is None:
        return []
    ours = level_words(text, asks=alert.asks, neutral=alert.neutral_sms, exercise=alert.exercise)
    return sorted(code for code in said if code not in ours or not said[code].reads_as(ours[code]))


def scripts_of(alert: Alert) -> dict[str, Rendering]:
    """What callers say of the level an alert was made from, by language; empty for other alerts."""
    text = approved_text(alert.level_text_id) if alert.level_text_id else None
    return spoken(text) if text else {}
