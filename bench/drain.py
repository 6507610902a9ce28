"""Answers folded a second, beside the same rows moved by bare SQL: same sets, same threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from bench import BenchOptions, entry, watch
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.partitions import drop_partition
from safeconduct.picture.incidents.actions import declare_incident
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import Level
from safeconduct.picture.rollcall.actions import presume_chunk
from safeconduct.response.checkins.actions import ask_chunk, open_round
from safeconduct.response.checkins.engine.drain import Drain
from safeconduct.response.checkins.models import Round
from safeconduct.response.checkins.terms import BLOCK_SIZE

_ACTOR = Actor.system("bench")
_ANSWERS = 50_000
_MOST_PEOPLE = 200_000
# Families of three, 400 cells, ids no registry has.
_CHUNK = """
    CREATE TEMP TABLE audience_chunk ON COMMIT DROP AS SELECT
        1000000000::bigint + %(from)s + n AS person_id,
        1000000000::bigint + %(from)s + n / 3 AS party_id, 'az'::varchar(5) AS language,
        1::smallint AS reach, 'TR'::varchar(2) AS country,
        (x'872d00000ffffff'::bigint + ((n %% 400)::bigint << 30)) AS cell,
        (n %% 90)::smallint AS intensity, (n %% 10)::smallint AS vulnerability,
        now() - n * interval '1 minute' AS record_at, 2::smallint AS post_id,
        n::int - 1 AS place
    FROM generate_series(1, %(people)s) AS n
"""
_FILL = """
    INSERT INTO intake_rawanswer (received_at, stated_at, channel, key, asked_id, answer, scope,
        sender, text, provider_id)
    SELECT now() + n * interval '1 millisecond', now(), 1, gen_random_uuid(), id,
        CASE WHEN n %% 44 < 40 THEN 1 WHEN n %% 44 < 43 THEN 2 ELSE 3 END, 0, '', '', ''
    FROM (SELECT id, row_number() OVER (ORDER BY random()) AS n FROM checkins_asked
          WHERE incident_id = %s) AS a WHERE n <= %s
"""
# What folding comes to with none of our rules: no repeats, conflicts, tallies, curve, riddles.
_BARE = """
    WITH raw AS (
        DELETE FROM intake_rawanswer WHERE id = ANY (ARRAY(
            SELECT id FROM intake_rawanswer ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED))
        RETURNING *
    ), a AS (
        SELECT raw.*, asked.person_id, asked.incident_id FROM raw
        JOIN checkins_asked AS asked
            ON asked.incident_id = %(incident)s AND asked.id = raw.asked_id
    ), replies AS (
        INSERT INTO checkins_reply (incident_id, asked_id, answered_by_id, person_id, key,
            stated_at, received_at, answer, channel)
        SELECT incident_id, asked_id, asked_id, person_id, key, stated_at, received_at, answer,
            channel FROM a
    ), sightings AS (
        INSERT INTO rollcall_sighting (incident_id, person_id, stated_at, received_at, actor_id,
            witness, presence, safety, round_number, actor_kind)
        SELECT incident_id, person_id, stated_at, received_at, person_id, 1, 2, answer, 1,
            'citizen' FROM a
    ), standings AS (
        UPDATE rollcall_standing AS s SET presence = 2, safety = a.answer, heard_round = 1,
            stated_at = a.stated_at, help_open = a.answer = 2
        FROM a WHERE s.incident_id = %(incident)s AND s.person_id = a.person_id
    )
    SELECT count(*) FROM raw
"""


def run(options: BenchOptions) -> dict[str, object]:
    """Answers/s folded into replies, sightings, standings, tallies and the curve.

    The limit is measured before and after ours: a machine shared with others is no constant.
    """
    people = max(BLOCK_SIZE, min(options.people, _MOST_PEOPLE))
    answers = min(_ANSWERS, people)
    ours, bare = asked_round(people), asked_round(people)
    bare_fold = partial(_bare_once, bare.incident_id)
    try:
        limits = [_rate(bare, answers, lambda: bare_fold)]
        rate = _rate(ours, answers, lambda: Drain().run_once)
        limits.append(_rate(bare, answers, lambda: bare_fold))
    finally:
        forget(ours)
        forget(bare)
    return entry(rate, "answers/s", limit=sum(limits) / 2, answers=answers, people=people)


def _rate(round_: Round, answers: int, make: Callable[[], Callable[[], int]]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE intake_rawanswer")
        cursor.execute("DELETE FROM checkins_reply WHERE incident_id = %s", [round_.incident_id])
        cursor.execute(_FILL, [round_.incident_id, answers])
        cursor.execute("ANALYZE intake_rawanswer, rollcall_standing, checkins_asked")
    threads = int(settings.CHECKINS["DRAIN_THREADS"])
    with ThreadPoolExecutor(threads) as pool, watch() as taken:
        done = sum(pool.map(_until_empty, [make() for _ in range(threads)]))
    return taken.rate(done)


def _until_empty(fold: Callable[[], int]) -> int:
    done = 0
    while folded := fold():
        done += folded
    connection.close()
    return done


def _bare_once(incident_id: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        size = settings.CHECKINS["DRAIN_SIZE"]
        cursor.execute(_BARE, {"incident": incident_id, "size": size})
        return int(cursor.fetchone()[0])


def asked_round(people: int, *, chunk: str = _CHUNK) -> Round:
    """An incident in which so many people have been asked once; by default made-up ones."""
    now = clock.now()
    incident = declare_incident(
        name="bench",
        hazard="earthquake",
        level=Level.PREPARE,
        exercise=True,
        countries=["TR"],
        signal_id=None,
        now=now,
        actor=_ACTOR,
    )
    opened = open_round(
        incident_id=incident.pk,
        audience_id=None,
        batch_id=None,
        closes_at=now + timedelta(days=1),
        now=now,
        actor=_ACTOR,
    )
    for start in range(0, people, BLOCK_SIZE):
        these = {"from": start, "people": min(BLOCK_SIZE, people - start)}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(chunk, these)
            ask_chunk(round=opened, now=now, actor=_ACTOR)
            presume_chunk(incident_id=incident.pk, round_number=1, now=now, actor=_ACTOR)
    return opened


def forget(round_: Round) -> None:
    for parent in ("checkins_asked", "checkins_reply", "rollcall_sighting", "rollcall_standing"):
        drop_partition(parent, round_.incident_id)
    with connection.cursor() as cursor:
        for table in ("rollcall_tally", "rollcall_minute", "rollcall_version", "rollcall_news"):
            cursor.execute(f"DELETE FROM {table} WHERE incident_id = %s", [round_.incident_id])
    Incident.objects.filter(pk=round_.incident_id).delete()
