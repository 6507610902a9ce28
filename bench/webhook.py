"""Text messages from a gateway that hears every answer of ours too late and sends all again.

Each message comes three times with the same id, the copies far apart. All must be durable
before the gateway is told so; folded afterwards, the three must be one answer. The limit is
the same requests to a bare door.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final

import orjson
from django.db import connection

from bench import BenchOptions, entry
from bench.drain import asked_round, forget
from bench.intake import BARE, OURS, bare_table, serving, storm
from bench.people import ensure_people
from safeconduct.response.checkins.engine.drain import Drain
from safeconduct.response.checkins.models import Round
from safeconduct.wires.intake.engine.sms import inbound_secret
from safeconduct.wires.messaging.terms import Channel

_PEOPLE: Final = 5_000
_REGISTERED: Final = 20_000
_TIMES: Final = 3
_SECONDS: Final = 60.0
# People with a telephone nobody else has: a digit from it can only be theirs.
_OWN: Final = f"""
    SELECT min(person_id) AS person_id, address FROM registry_contactpoint
    WHERE channel = {Channel.SMS:d} GROUP BY address HAVING count(*) = 1
"""
CHUNK: Final = f"""
    CREATE TEMP TABLE audience_chunk ON COMMIT DROP AS SELECT p.id AS person_id, p.party_id,
        p.language, p.reach, 'TR'::varchar(2) AS country, NULL::bigint AS cell,
        0::smallint AS intensity, p.vulnerability, p.created_at AS record_at,
        NULL::smallint AS post_id,
        row_number() OVER (ORDER BY p.party_id, p.id)::int - 1 AS place
    FROM (
        SELECT * FROM registry_person WHERE id IN (SELECT person_id FROM ({_OWN}) AS own)
        ORDER BY party_id, id OFFSET %(from)s LIMIT %(people)s
    ) AS p
"""
NUMBERS: Final = f"""
    SELECT DISTINCT ON (a.person_id) own.address FROM checkins_asked AS a
    JOIN ({_OWN}) AS own ON own.person_id = a.person_id WHERE a.incident_id = %s
"""


def run(options: BenchOptions) -> dict[str, object]:
    """Messages taken a second; ``lost`` and ``repeated`` are counted in folded answers."""
    ensure_people(replace(options, people=min(options.people, _REGISTERED)))
    opened = asked_round(_PEOPLE, chunk=CHUNK)
    try:
        texts = _texts([str(row[0]) for row in _rows(NUMBERS, opened.incident_id)], options.seed)
        with bare_table():
            limit = _measured(BARE, texts)
        _rows("TRUNCATE intake_rawanswer")
        ours = _measured(OURS, texts)
        handed_in = int(_rows("SELECT count(*) FROM intake_rawanswer")[0][0])
        answers, people = _folded(opened)
    finally:
        _rows("DELETE FROM checkins_unclear")
        forget(opened)
    return entry(
        ours["rate"],
        "messages/s",
        limit=limit["rate"],
        p99_ms=round(ours["p99_ms"], 1),
        lost=int(ours["acknowledged"]) - handed_in + len(texts) // _TIMES - people,
        repeated=answers - people,
        handed_in=handed_in,
        answers=answers,
    )


def _texts(numbers: Sequence[str], seed: int) -> list[str]:
    requests = []
    for place, number in enumerate(numbers):
        said = {"from": number, "text": "1", "id": f"bench-{place}"}
        body = orjson.dumps(said).decode()
        requests.append(
            "POST /in/sms HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"x-safeconduct-secret: {inbound_secret()}\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}"
        )
    copies = requests * _TIMES
    Random(seed).shuffle(copies)
    return copies


def _measured(target: str, texts: list[str]) -> dict[str, float]:
    with serving(target, 1) as port:
        return storm(port, _SECONDS, requests=texts)


def _folded(opened: Round) -> tuple[int, int]:
    """How many answers there are once all is folded, and from how many people."""
    drain = Drain()
    while drain.run_once():
        pass
    (found,) = _rows(
        "SELECT count(*), count(DISTINCT person_id) FROM checkins_reply WHERE incident_id = %s",
        opened.incident_id,
    )
    return int(found[0]), int(found[1])


def _rows(statement: str, *values: int) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []
