"""Made-up people into the registry's tables, by COPY, as fast as the disk takes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection
from psycopg import sql

from safeconduct.ground.kernel.names import twin_of
from safeconduct.picture.registry.engine.synthesis import names
from safeconduct.picture.registry.engine.synthesis.people import LANGUAGES, Parties, People
from safeconduct.wires.messaging.terms import SYNTHETIC_DOMAIN, SYNTHETIC_PREFIX, Channel

_TABLES: Final = ("registry_party", "registry_person", "registry_contactpoint", "registry_stay")
_PARTY_COLUMNS: Final = ("id", "kind", "source_id", "created_at")
_PERSON_COLUMNS: Final = (
    "id", "party_id", "source_id", "given_name", "family_name", "name_language", "name_script",
    "name_key", "sort_key", "twin_key", "birth_on", "language", "reach", "vulnerability",
    "source_key", "created_at", "changed_at",
)  # fmt: skip
_CONTACT_COLUMNS: Final = ("person_id", "channel", "address", "language", "last_failed_at")
_STAY_COLUMNS: Final = (
    "person_id", "kind", "country_id", "city_id", "cell", "stay_from", "stay_until", "confirmed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """What one block adds, as COPY text, ready to be sent."""

    people: int
    parties: str
    persons: str
    contacts: str
    stays: str


@dataclass(frozen=True)
class Frame:
    """What all rows of a run share."""

    source_id: int
    now: datetime
    countries: list[str]

    @property
    def today(self) -> date:
        return self.now.date()


def ledger(
    parties: Parties, people: People, *, frame: Frame, person_id: int, party_id: int
) -> Ledger:
    """The rows of one block; its first person and party get the ids given."""
    return Ledger(
        people=len(people.party),
        parties=_party_rows(parties, frame, party_id),
        persons=_person_rows(parties, people, frame, person_id, party_id),
        contacts=_contact_rows(people, frame, person_id),
        stays=_stay_rows(parties, people, frame, person_id),
    )


def copy(rows: Ledger) -> None:
    """Send one block's rows, parents before children."""
    for table, columns, text in (
        ("registry_party", _PARTY_COLUMNS, rows.parties),
        ("registry_person", _PERSON_COLUMNS, rows.persons),
        ("registry_contactpoint", _CONTACT_COLUMNS, rows.contacts),
        ("registry_stay", _STAY_COLUMNS, rows.stays),
    ):
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as stream:
            stream.write(text)


def _party_rows(parties: Parties, frame: Frame, party_id: int) -> str:
    tail = f"\t{frame.source_id}\t{frame.now}\n"
    return "".join(
        f"{party_id + index}\t{'single' if size == 1 else 'family'}{tail}"
        for index, size in enumerate(parties.size.tolist())
    )


def _person_rows(
    parties: Parties, people: People, frame: Frame, person_id: int, party_id: int
) -> str:
    rows = []
    working = ~people.failed
    reach = (people.phone > 0) * working * Channel.SMS + people.mail * working * Channel.EMAIL
    ages = people.age_days // 365
    vulnerability = np.select([ages < 2, ages < 12, ages >= 80, ages >= 65], [4, 2, 3, 1], 0)
    columns = zip(
        people.party.tolist(), people.woman.tolist(), people.given.tolist(),
        people.family.tolist(), people.script.tolist(), people.age_days.tolist(),
        people.birth_known.tolist(), reach.tolist(), vulnerability.tolist(),
        parties.language[people.party].tolist(), strict=True,
    )  # fmt: skip
    tail = f"\t{frame.now}\t{frame.now}\n"
    for row, (party, woman, given, family, script, age, known, bits, need, language) in enumerate(
        columns, start=person_id
    ):
        name = _name(woman, given, family, script)
        birth = frame.today - timedelta(age) if known else None
        # Names alone say too little to call two people one.
        twin = twin_of(name.name_key, birth) if birth else "\\N"
        rows.append(
            f"{row}\t{party_id + party}\t{frame.source_id}\t{name.given}\t{name.family}"
            f"\t{name.language}\t{name.script}\t{name.name_key}\t{name.sort_key}\t{twin}"
            f"\t{birth or '\\N'}\t{LANGUAGES[language]}\t{bits}\t{need}\t{tail}"
        )
    return "".join(rows)


def _name(woman: bool, given: int, family: int, script: int) -> names.Name:
    book = names.book()
    firsts = book.women if woman else book.men
    return names.name(woman, given % len(firsts), family % len(book.families), script)


def _contact_rows(people: People, frame: Frame, person_id: int) -> str:
    """A phone number is named after the person who holds it: a family's after its first member."""
    first_of_party = np.searchsorted(people.party, people.party)
    holder = np.where(people.phone == 2, first_of_party, np.arange(len(people.party)))
    failed_at = str(frame.now - timedelta(days=40))
    rows = []
    columns = zip(
        people.phone.tolist(), people.mail.tolist(), people.failed.tolist(), holder.tolist(),
        strict=True,
    )  # fmt: skip
    for row, (phone, mail, failed, held_by) in enumerate(columns, start=person_id):
        end = f"\t\t{failed_at if failed else '\\N'}\n"
        if phone:
            rows.append(
                f"{row}\t{Channel.SMS:d}\t{SYNTHETIC_PREFIX}{person_id + held_by:010d}{end}"
            )
        if mail:
            rows.append(f"{row}\t{Channel.EMAIL:d}\tp{row}@nationals{SYNTHETIC_DOMAIN}{end}")
    return "".join(rows)


def _stay_rows(parties: Parties, people: People, frame: Frame, person_id: int) -> str:
    today, noon = frame.today, frame.now.replace(hour=12, minute=0, second=0)
    of_party = [
        f"\t{'trip' if trip else 'residence'}\t{frame.countries[country]}"
        f"\t{city if cell else '\\N'}\t{cell or '\\N'}\t{today - timedelta(began)}"
        f"\t{today + timedelta(until) if until else '\\N'}\t{noon - timedelta(confirmed)}\n"
        for trip, country, city, cell, began, until, confirmed in zip(
            parties.trip.tolist(), parties.country.tolist(), parties.city.tolist(),
            parties.cell.tolist(), parties.began.tolist(), parties.until.tolist(),
            parties.confirmed.tolist(), strict=True,
        )
    ]  # fmt: skip
    return "".join(
        f"{row}{of_party[party]}"
        for row, party in enumerate(people.party.tolist(), start=person_id)
    )


@contextmanager
def without_constraints() -> Iterator[None]:
    """Drop the registry's foreign keys and secondary indexes, and put every one back validated.

    Inside one transaction: readers wait, and a failure leaves everything as it
    was. Only worth it, and only meant, for filling a registry with a made-up world.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute("SET LOCAL max_parallel_maintenance_workers = 2")
        # What is still waiting to be checked would forbid the drops.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_SECONDARY, {"tables": list(_TABLES)})
        found = cursor.fetchall()
        for drop, _ in found:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _, create in reversed(found):
            cursor.execute(create)


# Foreign keys first: they depend on unique indexes that come after them.
_SECONDARY: Final = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
  FROM (SELECT * FROM pg_constraint
         WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('f', 'u')
         ORDER BY contype, conname) AS constraints
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE indrelid = ANY (%(tables)s::regclass[])
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
