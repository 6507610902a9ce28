"""Who was asked: by asked-id, by party, by telephone number; a fixed number of queries each."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.response.checkins.rules import Asking, Users
from safeconduct.wires.messaging.terms import Channel

_ASKED: Final = """
    SELECT a.id, a.incident_id, a.round_id, r.number, a.person_id, a.party_id, a.asked_at,
        i.closed_at, r.closes_at
    FROM checkins_asked AS a
    JOIN checkins_round AS r ON r.id = a.round_id
    JOIN incidents_incident AS i ON i.id = a.incident_id
"""
_BY_ID: Final = f"{_ASKED} WHERE a.incident_id = %s AND a.id = ANY(%s::bigint[])"
_BY_PARTY: Final = f"""
    {_ASKED} JOIN unnest(%(rounds)s::bigint[], %(parties)s::bigint[]) AS w(round_id, party_id)
        ON w.round_id = a.round_id AND w.party_id = a.party_id
    WHERE a.incident_id = %(incident)s ORDER BY a.id
"""
_BLOCKS: Final = """
    SELECT first_id, until_id, incident_id FROM checkins_askedblock
    WHERE until_id > %s AND first_id <= %s ORDER BY first_id
"""
# By the party, since that is how the table's one index on people begins.
_BY_NUMBER: Final = f"""
    SELECT c.address, p.id, q.* FROM registry_contactpoint AS c
    JOIN registry_person AS p ON p.id = c.person_id
    LEFT JOIN LATERAL (
        {_ASKED}
        WHERE a.incident_id = ANY(%(incidents)s) AND a.round_id = ANY(%(rounds)s)
            AND a.party_id = p.party_id AND a.person_id = p.id
    ) AS q ON true
    WHERE c.address = ANY(%(addresses)s) AND c.channel IN ({Channel.SMS:d}, {Channel.EMAIL:d})
        AND (c.verified_at IS NOT NULL OR NOT EXISTS (
            SELECT FROM registry_contactpoint AS v
            WHERE v.address = c.address AND v.channel = c.channel AND v.verified_at IS NOT NULL
        ))
"""


def by_id(cursor: Cursor, asked_ids: Collection[int]) -> dict[int, Asking]:
    """The askings behind asked-ids; unknown ids are left out."""
    found: dict[int, Asking] = {}
    for incident_id, ids in _by_incident(cursor, asked_ids).items():
        cursor.execute(_BY_ID, [incident_id, rows.ids(ids)], binary=True)
        found.update((row[0], Asking._make(row)) for row in cursor.fetchall())
    return found


def parties_of(cursor: Cursor, askings: Iterable[Asking]) -> dict[tuple[int, int], list[Asking]]:
    """Everybody asked in the same round and party as these, by round and party."""
    wanted: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for asking in askings:
        wanted[asking.incident_id].add((asking.round_id, asking.party_id))
    found: dict[tuple[int, int], list[Asking]] = defaultdict(list)
    for incident_id, parties in wanted.items():
        rounds, ids = zip(*parties, strict=True)
        cursor.execute(
            _BY_PARTY,
            {"incident": incident_id, "rounds": list(rounds), "parties": list(ids)},
            binary=True,
        )
        for asking in map(Asking._make, cursor):
            found[asking.round_id, asking.party_id].append(asking)
    return found


def by_number(cursor: Cursor, addresses: Collection[str]) -> dict[str, Users]:
    """Who uses these numbers or addresses and what they were asked; unknown ones are left out.

    Anybody can name anybody's number: where somebody has proven that it is theirs, only who
    has counts. A number whose people were not asked has no askings. Of incidents that are closed
    there are none either.
    """
    cursor.execute(
        "SELECT r.incident_id, r.id FROM checkins_round AS r"
        " JOIN incidents_incident AS i ON i.id = r.incident_id WHERE i.closed_at IS NULL"
    )
    open_rounds = cursor.fetchall()
    cursor.execute(
        _BY_NUMBER,
        {
            "addresses": list(addresses),
            "incidents": [row[0] for row in open_rounds],
            "rounds": [row[1] for row in open_rounds],
        },
    )
    found: dict[str, Users] = defaultdict(lambda: Users(set(), []))
    for address, person_id, *asked in cursor:
        found[address].people.add(person_id)
        if asked[0] is not None:
            found[address].askings.append(Asking(*asked))
    return found


def _by_incident(cursor: Cursor, asked_ids: Collection[int]) -> dict[int, list[int]]:
    """Asked-ids by the incident they were dealt for: an id alone does not name its partition."""
    if not asked_ids:
        return {}
    cursor.execute(_BLOCKS, [min(asked_ids), max(asked_ids)])
    blocks = cursor.fetchall()
    firsts = [first_id for first_id, _, _ in blocks]
    dealt: dict[int, list[int]] = defaultdict(list)
    for asked_id in asked_ids:
        place = bisect_right(firsts, asked_id) - 1
        if place >= 0 and asked_id < blocks[place][1]:
            dealt[blocks[place][2]].append(asked_id)
    return dealt
