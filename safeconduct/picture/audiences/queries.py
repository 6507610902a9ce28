"""How many an audience comes to, before anybody is written to."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from safeconduct.picture.audiences.engine.selection import BEST_FIRST, Selection, selection_of
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.audiences.terms import PAGE, Preview, Unreachable
from safeconduct.wires.messaging.terms import Channel

# A contact point that may be written to: it never failed, or worked after it last did.
WORKING = "(k.last_failed_at IS NULL OR k.last_worked_at > k.last_failed_at)"
# Sorting a million people takes more than the server's everyday allowance; compiling takes
# longer than it saves.
_ALLOWANCE = "SET LOCAL work_mem = '192MB'; SET LOCAL jit = off"

_COUNT_AND_PAGE = """
WITH members AS MATERIALIZED (SELECT person_id FROM ({rows}) rows GROUP BY person_id)
SELECT (SELECT count(*) FROM members),
    ARRAY(SELECT person_id FROM members WHERE person_id > %(after)s
        ORDER BY person_id LIMIT %(limit)s)
"""

_PEOPLE = """
CREATE TEMP TABLE audience_people ON COMMIT DROP AS
SELECT m.person_id, m.country, m.cell, p.party_id, p.language, p.reach, p.twin_key
FROM (SELECT DISTINCT ON (person_id) person_id, country, cell FROM ({rows}) rows
    ORDER BY person_id, {best_first}) m
JOIN registry_person p ON p.id = m.person_id
"""
_SUMS = """
SELECT count(*), count(*) FILTER (WHERE reach & %(known)s = 0),
    (SELECT count(*) FROM (SELECT party_id FROM audience_people GROUP BY party_id) parties),
    (SELECT coalesce(sum(people - 1), 0) FROM (
        SELECT count(*) AS people FROM audience_people
        WHERE twin_key IS NOT NULL GROUP BY twin_key HAVING count(*) > 1) twins)
FROM audience_people
"""
# One message for each address of a party: an SMS where there is a number, else a mail.
_MESSAGES = f"""
SELECT channel, count(*) FROM (
    SELECT DISTINCT a.party_id, k.channel, k.address
    FROM audience_people a
    JOIN registry_contactpoint k ON k.person_id = a.person_id
        AND k.channel = CASE WHEN a.reach & 1 = 1 THEN 1 ELSE 2 END
        AND {WORKING}
    WHERE a.reach & 3 > 0) messages
GROUP BY channel
"""
_ONLY_FAILED = """
SELECT count(*) FROM audience_people a
WHERE a.reach & 3 = 0
    AND EXISTS (SELECT FROM registry_contactpoint k WHERE k.person_id = a.person_id)
"""
_SOMEWHERE = """
SELECT s.country_id, count(DISTINCT s.person_id) FROM registry_stay s
WHERE s.cell IS NULL AND s.departed_on IS NULL AND s.stay_from <= %(on)s
    AND (s.stay_until IS NULL OR s.stay_until > %(on)s)
    AND s.country_id = ANY(%(touched)s)
    AND NOT EXISTS (
        SELECT FROM audience_people a WHERE a.person_id = s.person_id AND a.cell IS NOT NULL)
GROUP BY s.country_id
"""


@dataclass(frozen=True, slots=True)
class CountAndPage:
    people: int
    person_ids: list[int]


@transaction.atomic
def count_and_page(audience: Audience, *, after_id: int = 0, limit: int = PAGE) -> CountAndPage:
    """Everybody meant, once, and one page of them by id."""
    selection = selection_of(audience)
    params = selection.params | {"after": after_id, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)
        cursor.execute(_COUNT_AND_PAGE.format(rows=selection.rows()), params)
        people, page = cursor.fetchone()
    return CountAndPage(people, page)


@transaction.atomic
def preview(audience: Audience) -> Preview:
    """What the audience comes to now: nothing is written down, nobody is locked.

    Each person counts once however many of their stays match; messages count as
    they will be sent. Exact, and so a matter of seconds from a million people on.
    """
    selection = selection_of(audience)
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)
        cursor.execute(
            _PEOPLE.format(rows=selection.rows(), best_first=BEST_FIRST), selection.params
        )
        cursor.execute("ANALYZE audience_people")
        cursor.execute(_SUMS, {"known": Channel.SMS | Channel.EMAIL})
        people, unreachable, parties, duplicates = cursor.fetchone()
        cursor.execute(_ONLY_FAILED)
        only_failed = cursor.fetchone()[0]
        languages = _counts(cursor, "language")
        countries = _counts(cursor, "country")
        cursor.execute(_MESSAGES)
        messages = {Channel(channel).name.lower(): count for channel, count in cursor.fetchall()}
        somewhere = _somewhere(cursor, selection, touched=list(countries))
        cursor.execute("DROP TABLE audience_people")
    return Preview(
        as_of=audience.as_of.isoformat(),
        people=people,
        parties=parties,
        languages=languages,
        countries=countries,
        messages=messages,
        unreachable=Unreachable(unreachable - only_failed, only_failed),
        somewhere=somewhere,
        duplicates=int(duplicates),
    )


def touched_countries(audience: Audience) -> list[str]:
    """Codes of the countries an area lies in, by the cities in it, and of those meant whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT c.country_id FROM unnest(%s::bigint[], %s::bigint[]) AS r(low, high)
            JOIN places_city c ON c.cell BETWEEN r.low AND r.high
            """,
            [audience.cells_from, audience.cells_until],
        )
        by_city = {code for (code,) in cursor.fetchall()}
    return sorted(by_city | set(audience.countries) | set(audience.somewhere_in))


def _counts(cursor: CursorWrapper, column: str) -> dict[str, int]:
    cursor.execute(f"SELECT {column}, count(*) FROM audience_people GROUP BY 1 ORDER BY 2 DESC, 1")
    return dict(cursor.fetchall())


def _somewhere(
    cursor: CursorWrapper, selection: Selection, *, touched: list[str]
) -> dict[str, int]:
    """People known only to be somewhere in the countries the audience touches."""
    if selection.audience.of_batch_id is not None:
        return {}
    codes = sorted({*touched, *touched_countries(selection.audience)})
    codes = [code for code in codes if code not in selection.audience.countries]
    cursor.execute(_SOMEWHERE, selection.params | {"touched": codes})
    return dict(cursor.fetchall())
