"""Text messages folded a second: understood, weighed against what was said before, or put aside.

An answer by link says whom it is from; a text has to be understood, its number found, and the
rounds it may answer. Half are bare digits, the rest words, some with a slip, and every tenth is
something a person has to read.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.db import connection

from bench import BenchOptions, entry, watch
from bench.drain import asked_round, forget
from bench.people import ensure_people
from bench.webhook import CHUNK, NUMBERS
from safeconduct.response.checkins.engine.drain import Drain
from safeconduct.wires.intake.terms import Door

_PEOPLE: Final = 20_000
_REGISTERED: Final = 60_000
_SAID: Final = (
    *("1", "1", "1", "2", "3"),
    *("Salamatam", "safe", "в безопасности", "komek lazimdir"),
    "Qonşum deyir ki, onlar körpüdədir",
)
_FILL: Final = f"""
INSERT INTO intake_rawanswer (received_at, stated_at, channel, key, scope, sender, text,
    provider_id)
SELECT now() + n * interval '1 millisecond', now(), {Door.SMS:d}, gen_random_uuid(), 0, address,
    (%s::text[])[1 + n %% %s], 'bench-' || n
FROM (SELECT address, row_number() OVER (ORDER BY random()) AS n FROM ({{numbers}}) AS own) AS a
"""


def run(options: BenchOptions) -> dict[str, object]:
    """Texts a second, by as many threads as the drain has; how many went to a person."""
    ensure_people(replace(options, people=min(options.people, _REGISTERED)))
    opened = asked_round(_PEOPLE, chunk=CHUNK)
    try:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE intake_rawanswer")
            cursor.execute(
                _FILL.format(numbers=NUMBERS), [list(_SAID), len(_SAID), opened.incident_id]
            )
            texts = cursor.rowcount
            cursor.execute("ANALYZE intake_rawanswer, rollcall_standing, checkins_asked")
        threads = int(settings.CHECKINS["DRAIN_THREADS"])
        with ThreadPoolExecutor(threads) as pool, watch() as taken:
            folded = sum(pool.map(_until_empty, [Drain() for _ in range(threads)]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM checkins_unclear WHERE settled_at IS NULL")
            aside = int(cursor.fetchone()[0])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM checkins_unclear")
        forget(opened)
    return entry(taken.rate(folded), "texts/s", texts=texts, to_a_person=aside)


def _until_empty(drain: Drain) -> int:
    done = 0
    while folded := drain.run_once():
        done += folded
    connection.close()
    return done
