"""Asking everybody of one country whether they are still there, beside the bare rows of it."""

from datetime import timedelta

from django.db import connection, transaction

from bench import BenchOptions, entry, watch
from bench.people import ACTOR, ensure_people
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.partitions import drop_partition
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.models import StillRound

_TABLES = {
    "registry_stillthere": "round_id = %(round)s",
    "messaging_delivery": "batch_id = %(batch)s",
}
# Every trace of a round; who let it pass in silence is believed as before.
_UNDONE = """
UPDATE registry_person SET unanswered = unanswered - 1 WHERE party_id IN
    (SELECT party_id FROM registry_stillthere WHERE round_id = %(round)s AND lapsed_at IS NOT NULL)
   AND unanswered > 0;
DELETE FROM registry_stillthere WHERE round_id = %(round)s;
DELETE FROM registry_stillround WHERE id = %(round)s;
DELETE FROM procrastinate_jobs WHERE (args->>'round_id')::bigint = %(round)s;
DELETE FROM messaging_batchtext WHERE batch_id = %(batch)s;
DELETE FROM messaging_batchtally WHERE batch_id = %(batch)s;
DELETE FROM messaging_batch WHERE id = %(batch)s
"""


def run(options: BenchOptions) -> dict[str, object]:
    """Parties a second that are asked after a change of level: the job's own loop, by itself.

    Each is a question and a message by the cheapest way to them. The limit is the same rows
    copied into tables with the same indexes, one statement each. ``lapsed_per_second`` is how
    many questions a week of silence is counted for afterwards.
    """
    ensure_people(options)
    country, residents = _fullest()
    round_ = _opened(country)
    try:
        with watch() as taken:
            while actions.ask_chunk(round_id=round_.pk, now=clock.now(), actor=ACTOR):
                pass
        round_.refresh_from_db()
        bare = _bare_seconds(round_)
        with watch() as silent:
            lapsed = _lapse()
    finally:
        _forget(round_)
    return entry(
        taken.rate(round_.parties),
        "parties/s",
        limit=round_.parties / bare,
        country=country,
        residents=residents,
        parties=round_.parties,
        seconds=round(taken.seconds, 2),
        lapsed_per_second=round(silent.rate(lapsed)),
    )


def _fullest() -> tuple[str, int]:
    """The country most people stay in, and how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT country_id, count(DISTINCT person_id) FROM registry_stay"
            " WHERE departed_on IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
        )
        country, people = cursor.fetchone()
    return country, people


def _opened(country: str) -> StillRound:
    actions.ask_still_there(country=country, now=clock.now(), actor=ACTOR)
    return StillRound.objects.filter(country=country).latest("pk")


def _lapse() -> int:
    lapsed, later = 0, clock.now() + timedelta(days=8)
    while some := actions.let_questions_lapse(now=later, actor=ACTOR):
        lapsed += some
    return lapsed


def _bare_seconds(round_: StillRound) -> float:
    seconds = 0.0
    for table, mine in _TABLES.items():
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE bench_still (LIKE {table} INCLUDING ALL)")
            try:
                with watch() as taken:
                    cursor.execute(
                        f"INSERT INTO bench_still SELECT * FROM {table} WHERE {mine}",
                        {"round": round_.pk, "batch": round_.batch_id},
                    )
            finally:
                cursor.execute("DROP TABLE bench_still")
        seconds += taken.seconds
    return seconds


def _forget(round_: StillRound) -> None:
    known = {"round": round_.pk, "batch": round_.batch_id}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _UNDONE.split(";"):
            cursor.execute(statement, known)
    drop_partition("messaging_delivery", round_.batch_id)
