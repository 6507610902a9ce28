"""Asking the registry, and laying out the people of an audience chunk by chunk."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from safeconduct.picture.audiences import queries
from safeconduct.picture.audiences.engine.selection import BEST_FIRST, selection_of
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.audiences.terms import CHUNK_TABLE, STAGED_TABLE, Chunk, Ways

_ALLOWANCE = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
# One transaction may lay out several chunks, each in the place of the one before.
_CREATE_CHUNK = f"""
DROP TABLE IF EXISTS pg_temp.{CHUNK_TABLE};
CREATE TEMP TABLE {CHUNK_TABLE} (
    person_id bigint NOT NULL, party_id bigint NOT NULL, language varchar(5) NOT NULL,
    reach smallint NOT NULL, country varchar(2) NOT NULL, cell bigint,
    intensity smallint NOT NULL, vulnerability smallint NOT NULL,
    record_at timestamptz NOT NULL, post_id smallint, asked_id bigint
) ON COMMIT DROP
"""
_COLUMNS = """person_id, party_id, language, reach, country, cell, intensity, vulnerability,
    record_at, post_id"""
_MEMBERS = """
SELECT m.person_id, p.party_id, p.language, {reach}, m.country, m.cell, m.intensity,
    p.vulnerability, m.record_at, d.post_id
FROM ({rows}) m
JOIN registry_person p ON p.id = m.person_id
LEFT JOIN missions_consulardistrict d ON d.country_id = m.country
"""
# What is left to those who wrote STOP: they are few, and looked for once.
_LEFT_TO_THEM = f"""
LEFT JOIN (
    SELECT k.person_id, bit_or(k.channel) FILTER (
        WHERE {queries.WORKING} AND {queries.UNSTOPPED}) AS reach
    FROM registry_contactpoint k WHERE k.person_id IN (
        SELECT person_id FROM registry_contactpoint WHERE stopped_at IS NOT NULL)
    GROUP BY k.person_id) few ON few.person_id = m.person_id
"""
_REACH_LEFT = "(CASE WHEN few.person_id IS NULL THEN p.reach ELSE coalesce(few.reach, 0) END)"
# Whole parties: up to the one that no longer fits, or a single party larger than the limit.
_UNTIL = """
WITH next AS (
    SELECT party_id FROM {staged} WHERE party_id > %(after)s ORDER BY party_id LIMIT %(limit)s + 1)
SELECT CASE WHEN count(*) <= %(limit)s THEN max(party_id)
    ELSE coalesce(max(party_id) FILTER (WHERE party_id < (SELECT max(party_id) FROM next)),
        min(party_id)) END
FROM next
"""
# The hardest hit first, and none of the sorting that all of them would take.
_SOME_PEOPLE = """
SELECT DISTINCT p.party_id FROM (SELECT person_id FROM ({rows}) rows LIMIT %(limit)s) few
JOIN registry_person p ON p.id = few.person_id
"""


@transaction.atomic
def recount(*, audience: Audience, now: datetime, ways: Ways | None = None) -> Audience:
    """Count the audience as of now and keep the counts with it."""
    audience.as_of = now
    audience.preview = queries.preview(audience, ways=ways).as_dict()
    audience.save()
    return audience


def stage_chunk(
    *,
    audience: Audience,
    after_party_id: int,
    limit: int,
    now: datetime,  # noqa: ARG001 -- the day is the audience's own, asked for at release
    but_not: Sequence[int] = (),
    ways: Ways | None = None,
) -> Chunk:
    """Put the next whole parties into the temporary table ``audience_chunk``.

    The table lives until the caller's transaction ends or lays out its next chunk. ``reach``
    in it holds the channels that a message of these ways may take. At most
    ``limit`` people, unless one party alone is larger; nobody from the parties in ``but_not``.
    Everybody has been laid out once the last party stands still at ``after_party_id``. The
    whole audience is asked for once and waits in a table of its own, which is filled again
    should the server lose it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)
        staged = _staged(cursor, audience, ways or Ways())
        cursor.execute(_CREATE_CHUNK)
        cursor.execute(_UNTIL.format(staged=staged), {"after": after_party_id, "limit": limit})
        until = cursor.fetchone()[0] or after_party_id
        cursor.execute(
            f"""
            INSERT INTO {CHUNK_TABLE} ({_COLUMNS})
            SELECT DISTINCT ON (party_id, person_id) {_COLUMNS} FROM {staged}
            WHERE party_id > %(after)s AND party_id <= %(until)s
                AND party_id <> ALL(%(but_not)s::bigint[])
            ORDER BY party_id, person_id, {BEST_FIRST}
            """,
            {"after": after_party_id, "until": until, "but_not": list(but_not)},
        )
        people, parties = _size(cursor)
    return Chunk(people, parties, until)


def stage_some(*, audience: Audience, limit: int, ways: Ways | None = None) -> Chunk:
    """Put about ``limit`` people of whole parties into ``audience_chunk``, without counting all.

    So that the first messages leave while the rest is still being looked for. The chunk
    names its parties: later chunks must be told to leave them out.
    """
    selection = selection_of(audience)
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)
        cursor.execute(
            _SOME_PEOPLE.format(rows=selection.rows(hardest_first=True)),
            selection.params | {"limit": limit},
        )
        party_ids = [party_id for (party_id,) in cursor.fetchall()]
        cursor.execute("SELECT id FROM registry_person WHERE party_id = ANY(%s)", [party_ids])
        people = [person_id for (person_id,) in cursor.fetchall()]
        cursor.execute(_CREATE_CHUNK)
        members = _members(selection.rows(of_people=True), ways or Ways())
        cursor.execute(
            f"""
            INSERT INTO {CHUNK_TABLE} ({_COLUMNS})
            SELECT DISTINCT ON (party_id, person_id) {_COLUMNS} FROM ({members}) members
            ORDER BY party_id, person_id, {BEST_FIRST}
            """,
            selection.params | {"people": people},
        )
        laid_out, parties = _size(cursor)
    return Chunk(laid_out, parties, max(party_ids, default=0), tuple(sorted(party_ids)))


def unstage(*, audience: Audience) -> None:
    """Drop the table the audience waited in: everybody in it has been written to."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGED_TABLE}{audience.pk:d}")


def _staged(cursor: CursorWrapper, audience: Audience, ways: Ways) -> str:
    """The name of the audience's table, filled.

    It is not written ahead: after a crash the server empties it, the row of party 0
    goes with the others, and by that we know.
    """
    name = f"{STAGED_TABLE}{audience.pk:d}"
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    if cursor.fetchone()[0]:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {name} WHERE party_id = 0)")
        if cursor.fetchone()[0]:
            return name
        cursor.execute(f"DROP TABLE {name}")
    selection = selection_of(audience)
    members = _members(selection.rows(), ways)
    cursor.execute(
        f"CREATE UNLOGGED TABLE {name} AS {members} ORDER BY p.party_id, m.person_id",
        selection.params,
    )
    cursor.execute(f"CREATE INDEX ON {name} (party_id)")
    cursor.execute(f"INSERT INTO {name} (party_id) VALUES (0)")
    cursor.execute(f"ANALYZE {name}")
    return name


def _members(rows: str, ways: Ways) -> str:
    if ways.despite_stop:
        return _MEMBERS.format(rows=rows, reach="p.reach")
    return _MEMBERS.format(rows=rows, reach=f"{_REACH_LEFT} AS reach") + _LEFT_TO_THEM


def _size(cursor: CursorWrapper) -> tuple[int, int]:
    # Whoever joins to the chunk needs the planner to know how large it is.
    cursor.execute(f"ANALYZE {CHUNK_TABLE} (person_id, party_id)")
    cursor.execute(f"SELECT count(*), count(DISTINCT party_id) FROM {CHUNK_TABLE}")
    people, parties = cursor.fetchone()
    return people, parties
