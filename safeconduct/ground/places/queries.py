"""Finding a place by any of its names, and saying its name in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from django.db import connection

from safeconduct.ground.kernel.languages import fallbacks
from safeconduct.ground.kernel.names import latin_key, sort_key
from safeconduct.ground.places.engine.boundaries import name_rewrites
from safeconduct.ground.places.engine.numbers import LocalNumbers, numbers_of
from safeconduct.ground.places.models import City, Country
from safeconduct.ground.places.terms import DWARFED_BY, SHORTEST_SEARCH


@dataclass(frozen=True, slots=True)
class PlaceHit:
    """A country, or a city where ``city_id`` is set. ``value`` is what a form sends for it.

    ``is_whole`` where it is called as was asked, in any language, and no longer.
    """

    country: str
    country_name: str
    city_id: int | None
    name: str
    latitude: float | None
    longitude: float | None
    cell: int | None
    population: int
    is_whole: bool = False

    @property
    def value(self) -> str:
        return f"{self.country}:{self.city_id}" if self.city_id else self.country

    @property
    def label(self) -> str:
        return f"{self.name}, {self.country_name}" if self.city_id else self.name


def find_places(
    text: str, language: str, limit: int = 10, *, country: str | None = None, whole: bool = False
) -> list[PlaceHit]:
    """Places whose name in any language begins so, whole names first, then by population.

    With ``whole`` only those that are called so, and no longer. "Paris, Texas" is read as a
    city and the beginning of its country's name; where that leads nowhere, the part before
    the comma decides. Two letters are the least.
    """
    wanted, _, land = text.partition(",")
    key = latin_key(wanted)
    if len(key) < SHORTEST_SEARCH:
        return []
    lands = {country} if country else _countries_called(latin_key(land))
    prefix = key if whole else f"{key}%"
    found = _hits(key, prefix, lands, limit)
    if not found and not country:
        found = _hits(key, prefix, set(), limit)
    return _described(found, language)


def meant(text: str, hits: list[PlaceHit]) -> PlaceHit | None:
    """The one place of those found that a text can mean; None where several bear the name.

    By any of its names, since Пекин is no less Beijing's than that of a Pekin elsewhere. Of
    several it is the greatest, if that alone is shown by this name, or none is and it dwarfs
    the others: whoever lives in the smaller one is asked rather than moved.
    """
    typed = latin_key(text)
    same = [hit for hit in hits if latin_key(hit.label) == typed]
    whole = [hit for hit in hits if hit.is_whole]
    one = next((found[0] for found in (same, hits, whole) if len(found) == 1), None)
    return one or _greatest(whole, latin_key(text.partition(",")[0]))


def _greatest(hits: list[PlaceHit], name: str) -> PlaceHit | None:
    ranked = sorted(hits, key=lambda hit: -hit.population)
    if not ranked or ranked[0].population == 0:
        return None
    first, second = ranked[0], ranked[1]
    shown = [hit for hit in hits if latin_key(hit.name) == name]
    dwarfs = not shown and first.population >= second.population * DWARFED_BY
    return first if dwarfs or shown == [first] else None


def place(value: str, language: str) -> PlaceHit | None:
    """The place a form's value names (``TR`` or ``TR:745044``); None if there is none."""
    code, _, number = value.partition(":")
    if number and not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    row = _Row(None, int(number), True) if number else _Row(code, None, True)
    hits = _described([row], language)
    return hits[0] if hits and hits[0].country == code else None


def city(city_id: int) -> City | None:
    return City.objects.filter(pk=city_id).first()


def country_name(code: str, language: str) -> str:
    """A country's name in a language or the next best; the code itself if we know no such."""
    return _country_in(code, _country_names().get(code, {}), language) or code


def is_country(code: str) -> bool:
    """Whether we know a country of this code, written as ISO 3166-1 writes it."""
    return code in _country_names()


def country_choices(language: str) -> list[tuple[str, str]]:
    """(code, name) of every country in the order of the reader's alphabet."""
    named = ((code, country_name(code, language)) for code in _country_names())
    return sorted(named, key=lambda pair: (sort_key(pair[1], language), pair[0]))


def local_numbers(country_code: str) -> LocalNumbers:
    """Whom to call for police, ambulance and fire in a country; says so where we do not know."""
    return numbers_of(country_code)


def in_language(names: dict[str, str], language: str) -> str:
    return next((names[code] for code in fallbacks(language) if names.get(code)), "")


def _country_in(code: str, names: dict[str, str], language: str) -> str:
    # CLDR names countries in every language, but not where the ministry has a word of its own.
    if names and language not in names and code not in _renamed():
        return _territories(language).get(code) or in_language(names, language)
    return in_language(names, language)


@lru_cache
def _territories(language: str) -> Mapping[str, str]:
    territories: Mapping[str, str] = Locale.parse(language).territories
    return territories


@lru_cache(maxsize=1)
def _renamed() -> frozenset[str]:
    return frozenset(name_rewrites())


@lru_cache(maxsize=1)
def _names_as_of(count: int) -> dict[str, dict[str, str]]:  # noqa: ARG001 -- the cache's key
    return dict(Country.objects.values_list("code", "names"))


def _country_names() -> dict[str, dict[str, str]]:
    """Names change with a release only; an empty table must not be remembered as the truth."""
    names = _names_as_of(1)
    if not names:
        _names_as_of.cache_clear()
    return names


def _countries_called(key: str) -> set[str]:
    if len(key) < SHORTEST_SEARCH:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT country_id FROM places_placename"
            " WHERE key LIKE %s AND country_id IS NOT NULL",
            [f"{key}%"],
        )
        return {code for (code,) in cursor.fetchall()}


class _Row(NamedTuple):
    country: str | None
    city: int | None
    is_whole: bool


def _hits(key: str, prefix: str, lands: set[str], limit: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"key": key, "prefix": prefix, "lands": list(lands), "n": limit})
        return [_Row(*found[:3]) for found in cursor.fetchall()]


# Keys hold letters, digits and spaces only, so a prefix needs no escaping.
_FIND = """
SELECT found.country_id, found.city_id, bool_or(found.key = %(key)s) AS whole,
       max(found.weight) AS weight
  FROM places_placename AS found LEFT JOIN places_city AS city ON city.id = found.city_id
 WHERE found.key LIKE %(prefix)s
   AND (%(lands)s::varchar[] = '{}'
        OR coalesce(city.country_id, found.country_id) = ANY (%(lands)s::varchar[]))
 GROUP BY 1, 2
 ORDER BY whole DESC, weight DESC, 1, 2
 LIMIT %(n)s
"""


def _described(found: list[_Row], language: str) -> list[PlaceHit]:
    cities = City.objects.in_bulk([row.city for row in found if row.city is not None])
    codes = {row.country for row in found if row.country}
    codes |= {city.country_id for city in cities.values()}
    countries = Country.objects.defer("cells_from", "cells_until").in_bulk(codes)
    hits = []
    for row in found:
        if city := cities.get(row.city or 0):
            hit = _city_hit(city, countries[city.country_id], language)
        elif country := countries.get(row.country or ""):
            hit = _country_hit(country, language)
        else:
            continue
        hits.append(replace(hit, is_whole=row.is_whole))
    return hits


def _city_hit(city: City, country: Country, language: str) -> PlaceHit:
    return PlaceHit(
        country=country.code,
        country_name=_country_in(country.code, country.names, language),
        city_id=city.pk,
        name=city.names.get(language) or city.name,
        latitude=city.latitude,
        longitude=city.longitude,
        cell=city.cell,
        population=city.population,
    )


def _country_hit(country: Country, language: str) -> PlaceHit:
    name = _country_in(country.code, country.names, language)
    return PlaceHit(
        country=country.code,
        country_name=name,
        city_id=None,
        name=name,
        latitude=country.latitude,
        longitude=country.longitude,
        cell=None,
        population=country.population,
    )
