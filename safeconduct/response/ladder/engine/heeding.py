"""Taking back what somebody no longer needs, within seconds of the answer or the proof.

The folds of answers and of receipts leave the ids of whom they are about on two heaps. Every
half a second they are taken from there, and for each whatever has not left ends, however long
the queue it waits in. What is missed (a heap is lost with a crash) the next looks find.
"""

import logging
from datetime import datetime
from threading import Event
from typing import Final

import django.db
import psycopg
from django.db import connection, transaction
from django.db.models import QuerySet

from safeconduct.ground.kernel import clock, heaps
from safeconduct.picture.rollcall.engine.news import NEWS
from safeconduct.response.ladder.engine import climbing
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import StopsOn
from safeconduct.wires.messaging.engine.proofs import PROOFS

log = logging.getLogger(__name__)

_AWAY: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    django.db.OperationalError,
    django.db.InterfaceError,
)
_AWAY_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.5
_BY_KEY: Final = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off; SET LOCAL jit = off
"""


def run(stop: Event) -> None:
    """Heed until told to stop, waiting out a database that is away. Any number may run."""
    while not stop.is_set():
        try:
            heard = heed(now=clock.of_database())
        except _AWAY as fault:
            log.warning("Taking back waits for the database: %s", type(fault).__name__)
            connection.close()
            stop.wait(_AWAY_SECONDS)
        else:
            if heard < heaps.MOST:
                stop.wait(_PAUSE_SECONDS)
    connection.close()


def heed(*, now: datetime) -> int:
    """Take back what the people on the two heaps need no more; how many people these were."""
    return _heed_answers(now) + _heed_proofs(now)


@transaction.atomic
def _heed_answers(now: datetime) -> int:
    heard = NEWS.take()
    for incident_id, people in heard.items():
        for climb in _open().filter(incident_id=incident_id, stops_on=StopsOn.ANSWER):
            if left := _take_back(climb, people, now):
                NEWS.put(incident_id, left)
    return sum(map(len, heard.values()))


@transaction.atomic
def _heed_proofs(now: datetime) -> int:
    proven = PROOFS.take()
    for batch_id, people in proven.items():
        for climb in _open().filter(batch_id=batch_id, stops_on=StopsOn.DELIVERY):
            if left := _take_back(climb, people, now):
                PROOFS.put(batch_id, left)
    return sum(map(len, proven.values()))


def _open() -> QuerySet[Climb]:
    return Climb.objects.select_related("batch", "round").filter(ended_at=None).order_by("pk")


def _take_back(climb: Climb, people: list[int], now: datetime) -> list[int]:
    """Whose messages somebody was changing at this very moment: they are to be tried again."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_KEY)
    return climbing.take_back(climb, "people", {"people": people}, now=now).left
