"""The drain of reports: files what the door kept, and makes requests of calls for help.

One of these works at a time, whatever the number of processes: two reports under one key must
meet, and thirty thousand an hour are eight a second.
"""

import logging
from datetime import timedelta
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
from safeconduct.picture.rollcall.queries import REPORTS_PULSE
from safeconduct.response.cases.engine.calls import Mark, file_calls
from safeconduct.response.cases.engine.filing import file_reports
from safeconduct.response.cases.engine.reading import Inbound, Raw, SealBrokenError, opened, take
from safeconduct.response.cases.engine.texts import file_texts
from safeconduct.response.cases.models import Unread

log = logging.getLogger(__name__)

_ACTOR: Final = Actor.system("reports")
# "case" as a number: the class of the advisory lock that lets one drain file at a time.
_LOCK: Final = 0x6361_7365
_AWAY_SECONDS: Final = 1.0
_STUCK_FOR: Final = timedelta(minutes=1)


class Drain:
    """Files in sets, and one by one while a report among them cannot be filed."""

    def __init__(self) -> None:
        self._full = int(settings.CASES["DRAIN_SIZE"])
        self._size = self._full

    def run_once(self) -> int:
        """File at most a set of reports and all calls that wait; how many reports were taken."""
        while True:
            try:
                taken = _file_set(self._size) if self._size > 1 else _file_one()
            except Exception as fault:
                if self._size == 1 or is_outage(fault):
                    raise
                log.warning("%d reports could not be filed: %s", self._size, type(fault).__name__)
                self._size = 1
            else:
                self._size = min(self._full, 4 * self._size)
                return taken


class Gathering:
    """Makes requests of calls on the roll and of texts that call.

    In sets; one by one where one of a set cannot be filed. That one is tried again after a
    minute: meanwhile it must not stand before all others at every turn.
    """

    def __init__(self) -> None:
        self._calls: set[Mark] = set()
        self._texts: set[int] = set()
        self._tried_at = clock.now()

    def run_once(self) -> int:
        """How many people's calls and texts became requests."""
        if clock.now() - self._tried_at > _STUCK_FOR:
            self._calls, self._texts, self._tried_at = set(), set(), clock.now()
        try:
            return self._gather(one_by_one=False)
        except Exception as fault:
            if is_outage(fault):
                raise
            log.warning("Calls are filed one by one: %s", type(fault).__name__)
        return self._gather(one_by_one=True)

    def _gather(self, *, one_by_one: bool) -> int:
        with transaction.atomic():
            cursor = rows.cursor()
            if not _alone(cursor):
                return 0
            now = clock.now()
            return file_calls(
                cursor, now=now, actor=_ACTOR, stuck=self._calls, one_by_one=one_by_one
            ) + file_texts(cursor, now=now, stuck=self._texts, one_by_one=one_by_one)


def run_once() -> int:
    """File once; see :meth:`Drain.run_once`."""
    taken = Drain().run_once()
    gather_calls()
    return taken


def gather_calls() -> int:
    """Make requests of the calls on the roll and of texts that call; how many."""
    return Gathering().run_once()


def run(stop: Event | None = None) -> None:
    """File until told to stop, waiting out a database that is away.

    In a process of its own: thousands of calls at once must not slow the answers' drain.
    """
    if stop is None:
        stop = Event()
        signal(SIGTERM, lambda *_: stop.set())
    drain, gathering, heart = Drain(), Gathering(), Heart(REPORTS_PULSE)
    poll = float(settings.CASES["DRAIN_POLL_SECONDS"])
    while not stop.is_set():
        try:
            heart.beat()
            taken = drain.run_once()
            called = gathering.run_once()
        except Exception as fault:  # noqa: BLE001 -- else one person's call would end all others'
            _say(fault)
            connection.close()
            stop.wait(_AWAY_SECONDS)
        else:
            if not taken and not called:
                stop.wait(poll)
    connection.close()


def _say(fault: Exception) -> None:
    """Without its words: those may be a person's."""
    if is_outage(fault):
        log.warning("The drain of reports waits for the database: %s", type(fault).__name__)
    else:
        log.error("Reports or calls could not be filed: %s", type(fault).__name__)


def _alone(cursor: Cursor) -> bool:
    """Whether no other process files; true until the transaction ends."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s::int, 0)", [_LOCK])
    return cursor.fetchone() == (True,)


def _file_set(size: int) -> int:
    with transaction.atomic():
        cursor = rows.cursor()
        if not _alone(cursor):
            return 0
        raws = take(cursor, size)
        if raws:
            file_reports(cursor, _opened(raws), now=clock.now(), actor=_ACTOR)
        return len(raws)


def _file_one() -> int:
    """The first report alone, filed or before a person: no other may be taken in its stead."""
    with transaction.atomic():
        cursor = rows.cursor()
        raws = take(cursor, 1) if _alone(cursor) else []
        try:
            with transaction.atomic():
                file_reports(cursor, _opened(raws), now=clock.now(), actor=_ACTOR)
        except Exception as fault:
            if is_outage(fault):
                raise
            log.warning("A report goes to a person: %s", type(fault).__name__)
            for raw in raws:
                _set_aside(raw, type(fault).__name__)
        return len(raws)


def _opened(raws: list[Raw]) -> list[Inbound]:
    """What can be opened; what cannot goes to a person, as it is."""
    found = []
    for raw in raws:
        try:
            found.append(opened(raw))
        except (SealBrokenError, ValueError) as fault:
            _set_aside(raw, type(fault).__name__)
    return found


def _set_aside(raw: Raw, reason: str) -> None:
    now = clock.now()
    Unread.objects.create(
        key=raw.key,
        received_at=raw.received_at,
        kind=raw.kind,
        reason=reason[:60],
        sealed=raw.sealed,
        photos=raw.photos,
    )
    audit.record(
        "cases.set_aside", actor=_ACTOR, subject_kind="report", detail={"count": 1}, now=now
    )
