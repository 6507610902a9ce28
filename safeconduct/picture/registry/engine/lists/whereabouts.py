"""Countries and cities as lists write them, each looked up once."""

import re
from collections.abc import Iterator
from typing import Final

from django.db import connection

from safeconduct.ground.kernel.names import latin_key

_CODE: Final = re.compile(r"[A-Z]{2,3}", re.ASCII)
# Parts of what a list writes of a city: "Adana, Türkiye", "Frankfurt/Main", "İzmir (Konak)".
_PARTED: Final = re.compile(r"[,/(;\n]")
# What is said of a place and is no part of its name: in keys of plain Latin letters.
_OF_A_PLACE: Final = re.compile(
    r"\b(?:g|gor|gorod|seher|seheri|sehir|sehri|city of|city|shahr|ili|il|vilayeti|rayonu)\b"
)


class Whereabouts:
    """Answers from memory after the first time; a list repeats few places many times."""

    def __init__(self) -> None:
        self._countries: dict[str, str] = {}
        self._cities: dict[tuple[str, str], tuple[int | None, int | None]] = {}

    def country(self, written: str) -> str:
        """The code of a country by code or by its name in any language; empty if unknown."""
        if written not in self._countries:
            with connection.cursor() as cursor:
                # HND is Honduras, though in Latin letters India's Persian name is that, too.
                code = written.strip() if _CODE.fullmatch(written.strip()) else None
                cursor.execute(_COUNTRY, {"code": code, "key": latin_key(written)})
                found = cursor.fetchone()
            self._countries[written] = found[0] if found else ""
        return self._countries[written]

    def city(self, written: str, country: str) -> tuple[int | None, int | None]:
        """Id and cell of the largest city of that name in the country; nothing if unknown."""
        if not written:
            return None, None
        if (written, country) not in self._cities:
            found = (self._city(key, country) for key in _city_keys(written))
            self._cities[written, country] = next(filter(None, found), (None, None))
        return self._cities[written, country]

    def _city(self, key: str, country: str) -> tuple[int, int] | None:
        with connection.cursor() as cursor:
            cursor.execute(_CITY, [key, country])
            found: tuple[int, int] | None = cursor.fetchone()
        return found


def _city_keys(written: str) -> Iterator[str]:
    """What to look for, the likeliest first: each part as it stands, then without г. or şəhəri."""
    parts = [key for part in _PARTED.split(written) if (key := latin_key(part))]
    yield from parts[:1]
    yield from (" ".join(_OF_A_PLACE.sub(" ", part).split()) for part in parts[:1])
    if "/" in written:
        yield from parts[1:]


_COUNTRY = """
SELECT country_id FROM (
  SELECT code AS country_id, 2 AS rank, 0 AS weight FROM places_country
   WHERE %(code)s IN (code, code3)
  UNION ALL
  SELECT country_id, 1, weight FROM places_placename
   WHERE key = %(key)s AND country_id IS NOT NULL
) AS found ORDER BY rank DESC, weight DESC LIMIT 1
"""


_CITY = """
SELECT city.id, city.cell
  FROM places_placename AS found JOIN places_city AS city ON city.id = found.city_id
 WHERE found.key = %s AND city.country_id = %s
 ORDER BY city.population DESC, city.id LIMIT 1
"""
