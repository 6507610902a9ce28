"""Countries and cities as lists write them, each looked up once."""

from django.db import connection

from safeconduct.ground.kernel.names import latin_key


class Whereabouts:
    """Answers from memory after the first time; a list repeats few places many times."""

    def __init__(self) -> None:
        self._countries: dict[str, str] = {}
        self._cities: dict[tuple[str, str], tuple[int | None, int | None]] = {}

    def country(self, written: str) -> str:
        """The code of a country by code or by its name in any language; empty if unknown."""
        if written not in self._countries:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT country_id FROM places_placename"
                    " WHERE key = %s AND country_id IS NOT NULL ORDER BY weight DESC LIMIT 1",
                    [latin_key(written)],
                )
                found = cursor.fetchone()
            self._countries[written] = found[0] if found else ""
        return self._countries[written]

    def city(self, written: str, country: str) -> tuple[int | None, int | None]:
        """Id and cell of the largest city of that name in the country; nothing if unknown."""
        if not written:
            return None, None
        if (written, country) not in self._cities:
            # "Adana, Türkiye" and "Adana (Seyhan)" mean Adana.
            key = latin_key(written.partition(",")[0].partition("(")[0])
            with connection.cursor() as cursor:
                cursor.execute(_CITY, [key, country])
                self._cities[written, country] = cursor.fetchone() or (None, None)
        return self._cities[written, country]


_CITY = """
SELECT city.id, city.cell
  FROM places_placename AS found JOIN places_city AS city ON city.id = found.city_id
 WHERE found.key = %s AND city.country_id = %s
 ORDER BY city.population DESC, city.id LIMIT 1
"""
