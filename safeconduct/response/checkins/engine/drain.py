"""The drain: folds what came through the door into replies, sightings and standings.

It asks the pile at short intervals instead of waiting to be notified: PostgreSQL
lets transactions that notify commit one after another, and the door's commits are
what must not queue.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from signal import SIGTERM, signal
from threading import Event
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from safeconduct.ground.audit import actions as audit
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.outages import is_outage
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.heart import Heart
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.queries import DRAIN_PULSE
from safeconduct.response.checkins.engine import raw
from safeconduct.response.checkins.engine.afterwards import answer_back
from safeconduct.response.checkins.engine.plain import fold_plain
from safeconduct.response.checkins.engine.reading import read_all, unseen
from safeconduct.response.checkins.engine.words import keep_words
from safeconduct.response.checkins.engine.writing import (
    tell_of_broken,
    write_replies,
    write_riddles,
)

log = logging.getLogger(__name__)

_ACTOR: Final = Actor.system("drain")
_AWAY_SECONDS: Final = 1.0


class Drain:
    """Folds in sets, and in smaller ones while an answer among them cannot be folded."""

    def __init__(self) -> None:
        self._full = int(settings.CHECKINS["DRAIN_SIZE"])
        self._size = self._full

    def run_once(self) -> int:
        """Take at most a set of answers off the pile; how many were taken.

        An answer that cannot be folded ends up before a person, never nowhere.
        """
        while True:
            try:
                taken = _fold_set(self._size) if self._size > 1 else _fold_one()
            except Exception as fault:
                if self._size == 1 or is_outage(fault):
                    raise
                log.warning("%d answers could not be folded: %s", self._size, type(fault).__name__)
                self._size = max(1, self._size // 8)
            else:
                self._size = min(self._full, 4 * self._size)
                return taken


def run_once() -> int:
    """Fold once; see :meth:`Drain.run_once`."""
    return Drain().run_once()


def run(stop: Event | None = None, *, beside: Sequence[Callable[[Event], None]] = ()) -> None:
    """Fold until told to stop, waiting out a database that is away.

    Several threads fold side by side: while PostgreSQL writes the set of one, another
    reads its own. Without ``stop`` the process is the drain's own and SIGTERM ends it
    after the sets in hand. What runs ``beside`` shares the process and its end.
    """
    if stop is None:
        stop = Event()
        signal(SIGTERM, lambda *_: stop.set())
    threads = int(settings.CHECKINS["DRAIN_THREADS"])
    work = [_run] * threads + list(beside)
    with ThreadPoolExecutor(len(work), thread_name_prefix="drain") as pool:
        folding = [pool.submit(each, stop) for each in work]
        wait(folding, return_when=FIRST_EXCEPTION)
        # Whatever broke one ends all: the process is started anew.
        stop.set()
    for each in folding:
        each.result()


def _run(stop: Event) -> None:
    drain, heart = Drain(), Heart(DRAIN_PULSE)
    full, poll = settings.CHECKINS["DRAIN_SIZE"], settings.CHECKINS["DRAIN_POLL_SECONDS"]
    while not stop.is_set():
        try:
            heart.beat()
            taken = drain.run_once()
        except Exception as fault:  # noqa: BLE001 -- else one person's answer would end all others'
            _say(fault)
            connection.close()
            stop.wait(_AWAY_SECONDS)
        else:
            # A trickle is gathered: every fold is a new version for every board.
            if taken < full:
                stop.wait(poll)
    connection.close()


def _say(fault: Exception) -> None:
    """Without its words: those may be a person's."""
    if is_outage(fault):
        log.warning("The drain waits for the database: %s", type(fault).__name__)
    else:
        log.error("Answers could not be folded: %s", type(fault).__name__)


def _fold_set(size: int) -> int:
    with transaction.atomic():
        cursor = rows.cursor()
        rows.by_key(cursor)
        return _fold(cursor, raw.take(cursor, size))


def _fold_one() -> int:
    """The oldest answer alone, into a standing or before a person."""
    with transaction.atomic():
        cursor = rows.cursor()
        raw_id = raw.hold_oldest(cursor)
        if raw_id is None:
            return 0
        try:
            with transaction.atomic():
                return _fold(cursor, raw.take_one(cursor, raw_id))
        except Exception as fault:
            if is_outage(fault):
                raise
            log.warning("An answer goes to a person: %s", type(fault).__name__)
            _set_aside(cursor, raw_id)
            return 1


def _fold(cursor: Cursor, taken: int) -> int:
    if taken:
        now = clock.now()
        fold_plain(cursor, now=now, actor=_ACTOR)
        heard = read_all(cursor, raw.others(cursor))
        keep_words(cursor, heard.said)
        strangers = write_replies(cursor, unseen(cursor, heard.said), now=now, actor=_ACTOR)
        write_riddles(cursor, [*heard.riddles, *strangers], now=now, actor=_ACTOR)
        answer_back(cursor, heard, now=now, actor=_ACTOR)
    return taken


def _set_aside(cursor: Cursor, raw_id: int) -> None:
    now = clock.now()
    broken = raw.set_aside(cursor, raw_id, now)
    if broken is not None:
        try:
            with transaction.atomic():
                tell_of_broken(cursor, broken)
        except Exception as fault:
            if is_outage(fault):
                raise
            log.warning("Nothing more is known of a broken answer: %s", type(fault).__name__)
    audit.record(
        "checkins.set_aside",
        actor=_ACTOR,
        subject_kind="unclear",
        detail={"count": 1},
        now=now,
    )
