"""Asking the registry, and laying out the people of an audience chunk by chunk."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from safeconduct.picture.audiences import queries
from safeconduct.picture.audiences.engine.selection import BEST_FIRST, Params, selection_of
from safeconduct.picture.audiences.models import Audience, Slice
from safeconduct.picture.audiences.terms import CHUNK_TABLE, STAGED_TABLE, Chunk, Ways

_ALLOWANCE = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
# One transaction may lay out several chunks, each in the place of the one before.
# ``place`` counts from 0 in the order of parties and people: whoever deals out numbers adds it.
_CHUNK = f"""
CREATE TEMP TABLE {CHUNK_TABLE} ON COMMIT DROP AS
SELECT {{columns}}, (row_number() OVER (ORDER BY party_id, person_id) - 1)::int AS place
FROM ({{people}}) people
"""
_COLUMNS = """person_id, party_id, language, reach, country, cell, intensity, vulnerability,
    record_at, post_id"""
# OFFSET 0 has them found before they are joined: of runs of cells the planner expects the moon.
# They pass on one by one; kept as a list first they would take a tenth longer.
_MEMBERS = """
SELECT m.person_id, p.party_id, p.language, {reach}, m.country, m.cell, m.intensity,
    p.vulnerability, m.record_at, d.post_id
FROM ({rows} OFFSET 0) m
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
WITH first_beyond AS (
    SELECT party_id FROM {room} WHERE party_id > %(after)s
    ORDER BY party_id OFFSET %(limit)s LIMIT 1)
SELECT coalesce(
    (SELECT max(party_id) FROM {room} WHERE party_id > %(after)s
        AND party_id < coalesce((SELECT party_id FROM first_beyond), 9223372036854775807)),
    (SELECT party_id FROM first_beyond))
"""
# Parties go to parts by the thousand: neighbours stay together, and all parts are of one size.
# As an inequality: of an equation the planner would expect next to nobody, and join row by row.
_OF_PART = "abs((p.party_id >> 10) %% %(parts)s - %(part)s + 1) < 1"
_NOT_FIRST = "p.party_id <> ALL(%(but_not)s::bigint[])"
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


def divide(*, audience: Audience, parts: int, first: Chunk, now: datetime) -> list[Slice]:
    """Divide all but the first people into parts; number 0 is those first people."""
    numbers = [Slice(audience=audience, number=part + 1, of=parts) for part in range(parts)]
    done = Slice(audience=audience, number=0, of=parts, finished_at=now)
    done.people, done.parties = first.people, first.parties
    return Slice.objects.bulk_create([done, *numbers])


def cut(
    *, part: Slice, limit: int, but_not: Sequence[int] = (), ways: Ways | None = None
) -> list[Slice]:
    """Ask for everybody of a part, and cut them into slices of whole parties.

    At most ``limit`` people each, unless one party alone is larger; nobody from the parties
    in ``but_not``. The people wait in a table of the part's own, which is filled again
    should the server lose it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)
        until = _UNTIL.format(room=_waiting_room(cursor, part, but_not, ways or Ways()))
        ends = [part.after_party_id]
        while True:
            cursor.execute(until, {"after": ends[-1], "limit": limit})
            (end,) = cursor.fetchone()
            if end is None:
                break
            ends.append(end)
    slices = [
        Slice(
            audience_id=part.audience_id,
            number=part.number + nth * part.of,
            of=part.of,
            after_party_id=after,
            until_party_id=end,
        )
        for nth, (after, end) in enumerate(pairwise(ends), start=1)
    ]
    return Slice.objects.bulk_create(slices)


def stage_chunk(*, piece: Slice, but_not: Sequence[int] = (), ways: Ways | None = None) -> Chunk:
    """Put the people of a slice into the temporary table ``audience_chunk``.

    The table lives until the caller's transaction ends or lays out its next chunk. ``reach``
    in it holds the channels that a message of these ways may take. ``but_not`` and ``ways``
    are those with which its part was cut.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWANCE)
        room = _waiting_room(cursor, piece, but_not, ways or Ways())
        return _laid_out(
            cursor,
            f"SELECT * FROM {room} WHERE party_id > %(after)s AND party_id <= %(until)s",
            {"after": piece.after_party_id, "until": piece.until_party_id},
        )


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
        party_ids = tuple(sorted(party_id for (party_id,) in cursor.fetchall()))
        cursor.execute("SELECT id FROM registry_person WHERE party_id = ANY(%s)", [list(party_ids)])
        people = [person_id for (person_id,) in cursor.fetchall()]
        members = _members(selection.rows(of_people=True), ways or Ways())
        return _laid_out(
            cursor, _each_once(members), selection.params | {"people": people}, party_ids=party_ids
        )


def unstage(*, audience: Audience) -> None:
    """Drop the tables the audience waited in: everybody in it has been written to."""
    with connection.cursor() as cursor:
        for part in audience.slices.filter(number__gt=0, number__lte=F("of")):
            cursor.execute(f"DROP TABLE IF EXISTS {_name_of_room(part)}")


def _waiting_room(cursor: CursorWrapper, part: Slice, but_not: Sequence[int], ways: Ways) -> str:
    """The name of the part's table, filled.

    It is not written ahead: after a crash the server empties it, the row of party 0
    goes with the others, and by that we know.
    """
    name = _name_of_room(part)
    if not _is_filled(cursor, name):
        # Several may find it empty; whoever comes second finds it filled.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
        if not _is_filled(cursor, name):
            _fill(cursor, name, part, but_not, ways)
    return name


def _is_filled(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    if not cursor.fetchone()[0]:
        return False
    cursor.execute(f"SELECT EXISTS (SELECT FROM {name} WHERE party_id = 0)")
    return bool(cursor.fetchone()[0])


def _fill(
    cursor: CursorWrapper, name: str, part: Slice, but_not: Sequence[int], ways: Ways
) -> None:
    selection = selection_of(part.audience)
    members = f"{_members(selection.rows(), ways)} WHERE {_OF_PART} AND {_NOT_FIRST}"
    people = _each_once(members)
    which = {"part": part.part, "parts": part.of, "but_not": list(but_not)}
    params = selection.params | which
    # An emptied one stays: others may be reading it. For a minute of life no vacuum is needed.
    cursor.execute(
        f"CREATE UNLOGGED TABLE IF NOT EXISTS {name} WITH (autovacuum_enabled = off)"
        f" AS {people} WITH NO DATA",
        params,
    )
    cursor.execute(f"INSERT INTO {name} {people}", params)
    cursor.execute(f"CREATE INDEX IF NOT EXISTS {name}_party ON {name} (party_id)")
    cursor.execute(f"INSERT INTO {name} (party_id) VALUES (0)")
    cursor.execute(f"ANALYZE {name} (party_id)")


def _name_of_room(part: Slice) -> str:
    return f"{STAGED_TABLE}{part.audience_id:d}_{part.part:d}"


def _each_once(members: str) -> str:
    """One row for each person, of several stays the one that matters most, in order."""
    return f"""
    SELECT DISTINCT ON (party_id, person_id) {_COLUMNS} FROM ({members}) members
    ORDER BY party_id, person_id, {BEST_FIRST}
    """


def _laid_out(
    cursor: CursorWrapper,
    people: str,
    params: Params,
    *,
    party_ids: tuple[int, ...] = (),
) -> Chunk:
    # One transaction may lay out several chunks, each in the place of the one before.
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{CHUNK_TABLE}")
    cursor.execute(_CHUNK.format(columns=_COLUMNS, people=people), params)
    laid_out = cursor.rowcount
    # Whoever joins to the chunk needs the planner to know how large it is.
    cursor.execute(f"ANALYZE {CHUNK_TABLE} (person_id)")
    cursor.execute(
        f"SELECT count(DISTINCT party_id), min(person_id), max(person_id) FROM {CHUNK_TABLE}"
    )
    parties, lowest, highest = cursor.fetchone()
    return Chunk(laid_out, parties, (lowest, highest) if laid_out else None, party_ids)


def _members(rows: str, ways: Ways) -> str:
    if ways.despite_stop:
        return _MEMBERS.format(rows=rows, reach="p.reach")
    return _MEMBERS.format(rows=rows, reach=f"{_REACH_LEFT} AS reach") + _LEFT_TO_THEM
