"""A look at one climb: what is not needed any more goes, what is missing comes.

Each part is a transaction of its own. Killed anywhere, the next look begins where the tables
stand; two that look at once do nothing twice.
"""

import time
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Sum

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.rollcall.models import Tally as Roll
from safeconduct.response.ladder import rules
from safeconduct.response.ladder.engine import statements
from safeconduct.response.ladder.engine.reached import count_reached
from safeconduct.response.ladder.engine.statements import Asking
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import CHUNK_SIZE, FAILED, Ending, StopsOn, steps_from
from safeconduct.wires.messaging.actions import enqueue_select, stop_batch, withdraw_select
from safeconduct.wires.messaging.engine.withdrawing import Withdrawn
from safeconduct.wires.messaging.queries import Tally, batch_tally, untrue_receipts
from safeconduct.wires.messaging.terms import State

SYSTEM: Final = Actor.system("ladder")
# One look stays short: what is not needed any more must go within seconds, also meanwhile.
_AT_A_TIME_SECONDS: Final = 1.5
# Receipts may be folded late; asking twice about a failure costs little.
_FOLDED_BY_THEN: Final = timedelta(minutes=10)
# What is needless is taken back when that becomes known (heeding); this finds what was missed.
_SWEPT_EVERY: Final = timedelta(seconds=30)
_SWEPT_AFTER_NEWS: Final = timedelta(seconds=10)
# Looked at for being needless, of each channel, those that leave next.
_HEAD: Final = 100_000


def look(*, climb_id: int, now: datetime) -> timedelta | None:
    """Bring a batch's messages up to date; returns when to look again, None once it is over.

    Zero means at once: much was to do and some of it is left.
    """
    climb = _open(climb_id)
    if climb is None:
        return None
    tally = batch_tally([climb.batch_id])
    ending = _ending(climb, now)
    if ending is not None:
        _end(climb, ending, now)
        return None
    _take_back(climb_id, tally, now)
    count_reached(climb, tally, now=now)
    until = time.monotonic() + _AT_A_TIME_SECONDS
    while _climb_on(climb_id, tally, now):
        if time.monotonic() > until:
            return timedelta(0)
    return rules.pause_before_next_look(
        steps_from(climb.steps),
        began_at=climb.began_at,
        waiting=tally.messages(State.WAITING),
        now=now,
        lead=rules.lead(tally.messages()),
    )


def asking_of(climb: Climb) -> Asking:
    return Asking(
        batch_id=climb.batch_id,
        incident_id=climb.incident_id,
        round_id=climb.round_id,
        round_number=climb.round.number if climb.round else 0,
        steps=steps_from(climb.steps),
        stops_on=StopsOn(climb.stops_on),
        despite_stop=climb.despite_stop,
        began_at=climb.began_at,
        untrue=tuple(sorted(untrue_receipts())),
    )


def _open(climb_id: int) -> Climb | None:
    rows = Climb.objects.select_related("batch", "round", "incident")
    return rows.filter(pk=climb_id, ended_at=None).first()


def _mine(climb_id: int) -> Climb | None:
    """The climb, if it is open and nobody else looks after it in another transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('ladder'), %s)", [climb_id])
        return _open(climb_id) if cursor.fetchone()[0] else None


def _ending(climb: Climb, now: datetime) -> Ending | None:
    return rules.ending_of(
        not_after=climb.batch.not_after,
        stopped=climb.batch.stopped_at is not None,
        closed=climb.incident is not None and climb.incident.closed_at is not None,
        now=now,
    )


@transaction.atomic
def _end(climb: Climb, ending: Ending, now: datetime) -> None:
    if ending is Ending.CLOSED:
        stop_batch(batch_id=climb.batch_id, now=now, actor=SYSTEM)
    Climb.objects.filter(pk=climb.pk, ended_at=None).update(ended_at=now, ending=ending.value)
    _remember("ladder.ended", climb, now, reason=ending.value)


@transaction.atomic
def _take_back(climb_id: int, tally: Tally, now: datetime) -> None:
    climb = _mine(climb_id)
    if climb is None:
        return
    # Read before the messages are: whoever is heard from meanwhile changes it again.
    known = {
        "heard_version": _heard(climb),
        "proven_known": tally.messages(State.DELIVERED),
    }
    news = any(getattr(climb, name) != value for name, value in known.items())
    pause = _SWEPT_AFTER_NEWS if news else _SWEPT_EVERY
    if climb.swept_at is not None and now < climb.swept_at + pause:
        return
    take_back(climb, "first", {"limit": _HEAD}, now=now)
    Climb.objects.filter(pk=climb_id).update(swept_at=now, **known)


def take_back(climb: Climb, only: str, more: dict[str, Any], *, now: datetime) -> Withdrawn:
    """End the needless messages of those looked at (``statements.needless``)."""
    asking = asking_of(climb)
    select, params = statements.in_order(
        statements.needless(asking, only=only), asking.params | more
    )
    done = withdraw_select(
        batch_id=climb.batch_id, select_sql=select, params=params, now=now, actor=SYSTEM
    )
    if done.count:
        _remember("ladder.taken_back", climb, now, count=done.count)
    return done


def _heard(climb: Climb) -> int:
    """People heard from since they were asked. Not the incident's version: laying out a release
    changes that with every chunk, and each look would read all its messages."""
    if climb.round is None or climb.incident_id is None:
        return 0
    tallies = Roll.objects.filter(
        incident_id=climb.incident_id, heard_round__gte=climb.round.number
    )
    return tallies.aggregate(people=Sum("people"))["people"] or 0


@transaction.atomic
def _climb_on(climb_id: int, tally: Tally, now: datetime) -> bool:
    """Put in some of the messages that are missing; False when none are."""
    climb = _mine(climb_id)
    # Until everybody is laid out the first step is still being written.
    if climb is None or climb.batch.filled_at is None:
        return False
    aim = rules.next_aim(
        steps_from(climb.steps),
        done=climb.steps_done,
        began_at=climb.began_at,
        now=now,
        lead=rules.lead(tally.messages()),
    )
    if max(aim, climb.steps_aimed) > climb.steps_done:
        return _begin_step(climb, aim, now)
    return _stand_in(climb, tally, now)


def _begin_step(climb: Climb, aim: int, now: datetime) -> bool:
    """The next people of the look that a step's time calls for, or soon will."""
    asking = asking_of(climb)
    if climb.looked_to_id == 0:
        climb.steps_aimed = aim
    at = max(now, climb.began_at + timedelta(seconds=asking.steps[climb.steps_aimed - 1].after))
    limits = {"after": climb.looked_to_id, "limit": CHUNK_SIZE}
    with connection.cursor() as cursor:
        cursor.execute(statements.until(asking), asking.params | limits)
        last = cursor.fetchone()[0]
    if last is None:
        begun = {str(place): at.isoformat() for place in range(climb.steps_aimed)}
        climb.begun = begun | climb.begun
        climb.steps_done, climb.looked_to_id = climb.steps_aimed, 0
    else:
        more = limits | {"until": last}
        added = _put_in(asking, climb.steps_aimed, "range", more, due_at=at if at > now else None)
        climb.looked_to_id = last
        if added:
            _remember("ladder.step_begun", climb, now, step=climb.steps_aimed, count=added)
    climb.looked_at = now
    climb.save(update_fields=["steps_done", "steps_aimed", "looked_to_id", "looked_at", "begun"])
    return True


def _stand_in(climb: Climb, tally: Tally, now: datetime) -> bool:
    """Another way for those whose message has failed since the last look."""
    failed = tally.messages(*FAILED)
    last_at = _last_failure(climb.batch_id) if failed else None
    if (failed, last_at) == (climb.failed_known, climb.failed_last_at):
        return False
    since = climb.failures_until or climb.began_at
    with connection.cursor() as cursor:
        cursor.execute(
            statements.failures(),
            {"batch": climb.batch_id, "since": since - _FOLDED_BY_THEN, "limit": CHUNK_SIZE},
        )
        found = cursor.fetchall()
    asking = asking_of(climb)
    ids = sorted({party if asking.of_round else recipient for recipient, party, _ in found})
    added = _put_in(asking, climb.steps_done, "these", {"ids": ids}) if ids else 0
    if added:
        _remember("ladder.stood_in", climb, now, count=added)
    whole = len(found) == CHUNK_SIZE
    climb.failures_until = found[-1][2] + _FOLDED_BY_THEN if whole else now
    if not whole:
        climb.failed_known, climb.failed_last_at = failed, last_at
    climb.save(update_fields=["failures_until", "failed_known", "failed_last_at"])
    return whole


def _last_failure(batch_id: int) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(statements.last_failure(), {"batch": batch_id})
        last_at: datetime | None = cursor.fetchone()[0]
        return last_at


def _put_in(
    asking: Asking, due: int, only: str, more: dict[str, Any], *, due_at: datetime | None = None
) -> int:
    statement, known = statements.missing(asking, due=due, only=only)
    select, params = statements.in_order(statement, known | more)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
    return enqueue_select(
        batch_id=asking.batch_id, select_sql=select, params=params, due_at=due_at, actor=SYSTEM
    )


def _remember(kind: str, climb: Climb, now: datetime, **detail: str | int) -> None:
    record(
        kind,
        actor=SYSTEM,
        subject_kind="batch",
        subject_id=climb.batch_id,
        detail={**detail},
        now=now,
    )
