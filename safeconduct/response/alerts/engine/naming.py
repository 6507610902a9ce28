"""Where something happens, in words: as its source calls the place, else by the nearest town."""

import re
from typing import Final

from safeconduct.ground.kernel.geometry import distance_km
from safeconduct.ground.kernel.languages import COMPLETE
from safeconduct.ground.places.models import City
from safeconduct.ground.places.queries import country_name, find_places
from safeconduct.wires.hazards.models import Signal
from safeconduct.wires.hazards.terms import Hazard

# "25 km ENE of Nurdağı, Gaziantep, TR", as USGS says it.
_BESIDE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*km\s+[NSEW]{1,3}\s+of\s+", re.IGNORECASE)
_ERUPTION: Final = re.compile(r"\s*Eruption\s+(?:of\s+)?(\S.*)", re.IGNORECASE)
# A place called so that lies farther from the point than the source says is another one.
_ASTRAY_KM: Final = 100
_MOST_HITS: Final = 50
_MOST_COUNTRIES: Final = 3
# People; in a smaller place an officer far away would have to look at the map.
_BIG: Final = 50_000
_LONGEST: Final = 100


def place_of(signal: Signal) -> dict[str, str]:
    """By language what the event is called after; a big town nearby where its source has no word.

    The source's own words where even that is unknown.
    """
    if town := _town_named(signal):
        return in_all(town)
    if words := _volcano(signal) or _countries(signal):
        return words
    if town := _town_nearby(signal):
        return in_all(town)
    return dict.fromkeys(COMPLETE, str(signal.facts.get("place") or signal.event)[:_LONGEST])


def in_all(town: City) -> dict[str, str]:
    """A town's name in every language we are complete in."""
    return {language: town.names.get(language, town.name) for language in COMPLETE}


def _town_named(signal: Signal) -> City | None:
    """The town a USGS ``place`` begins with, if we know one of that name near the point."""
    text = str(signal.facts.get("place") or "")
    if not text or signal.latitude is None or signal.longitude is None:
        return None
    beside = _BESIDE.match(text)
    name = text[beside.end() :] if beside else text
    farthest = _ASTRAY_KM + (float(beside[1]) if beside else 0)
    for hit in find_places(name.partition(",")[0], "en", _MOST_HITS, whole=True):
        if hit.city_id is None or hit.latitude is None or hit.longitude is None:
            continue
        off = distance_km(hit.latitude, hit.longitude, signal.latitude, signal.longitude)
        if off <= farthest:
            return City.objects.get(pk=hit.city_id)
    return None


def _volcano(signal: Signal) -> dict[str, str]:
    """A volcano's own name, the same in every language, before its country's."""
    found = _ERUPTION.match(signal.event) if signal.hazard == Hazard.VOLCANO else None
    if found is None:
        return {}
    land = _countries(signal)
    name = found[1][: _LONGEST // 2].strip()
    return {code: f"{name}, {land[code]}" if land else name for code in COMPLETE}


def _countries(signal: Signal) -> dict[str, str]:
    """The countries GDACS counts: its name for a flood or a storm says no more.

    Of an earthquake a country is too wide a word.
    """
    names = [one.strip() for one in str(signal.facts.get("country") or "").split(",")]
    if signal.hazard == Hazard.EARTHQUAKE or not all(names):
        return {}
    codes = [_country_called(name) for name in names[:_MOST_COUNTRIES]]
    if not all(codes):
        return {}
    more = ["…"] if len(names) > _MOST_COUNTRIES else []
    return {
        language: ", ".join([*(country_name(code, language) for code in codes), *more])
        for language in COMPLETE
    }


def _country_called(name: str) -> str:
    hits = find_places(name, "en", _MOST_HITS, whole=True)
    return next((hit.country for hit in hits if hit.city_id is None), "")


def _town_nearby(signal: Signal) -> City | None:
    """Of the hardest hit: the big town nearest to an earthquake's point, else the largest."""
    lows, highs = _hardest_hit(signal)
    rows = City.objects.raw(
        """
        SELECT c.* FROM unnest(%s::bigint[], %s::bigint[]) AS r(low, high)
        JOIN places_city c ON c.cell BETWEEN r.low AND r.high
        ORDER BY c.population DESC, c.id LIMIT 500
        """,
        [lows, highs],
    )
    towns = list(rows)
    big = [town for town in towns if town.population >= _BIG]
    if signal.hazard != Hazard.EARTHQUAKE or signal.latitude is None or not big:
        return next(iter(towns), None)
    point = (signal.latitude, signal.longitude or 0.0)
    return min(big, key=lambda town: distance_km(town.latitude, town.longitude, *point))


def _hardest_hit(signal: Signal) -> tuple[list[int], list[int]]:
    if not signal.intensities:
        return signal.cells_from, signal.cells_until
    worst = max(signal.intensities, key=lambda band: float(band["intensity"]))
    return worst["from"], worst["until"]
