"""Taking a call, saying what came of it, and letting that take effect once it can't be undone."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.response.calls import rules
from safeconduct.response.calls.engine import effects, listing
from safeconduct.response.calls.engine.listing import Entry, Narrowing
from safeconduct.response.calls.models import Call, WardenCall
from safeconduct.response.calls.terms import HELD_FOR, UNDO_FOR, Outcome
from safeconduct.wires.messaging.engine.worklist import End, keep_one, settle_one, take_one
from safeconduct.wires.messaging.terms import State

# Looked at for one that is still free and needed.
_CANDIDATES: Final = 50
KEPT: Final = timedelta(days=90)


class CallRefusedError(Refusal):
    """The call is not as the officer saw it; the message says what happened."""


def take_next(*, narrowing: Narrowing, now: datetime, actor: Actor) -> Call | None:
    """The call this officer is on, or the most urgent free one; None when the list is empty.

    Whoever was heard from meanwhile is not rung: their call ends as not needed any more.
    """
    if actor.id is None:
        raise TypeError("Only an officer telephones.")
    # Before anybody is rung: an outcome that should hold by now may be why they need not be.
    for call_id in Call.objects.filter(settled_at=None, ended_at__lte=now - UNDO_FOR).values_list(
        "pk", flat=True
    ):
        settle_ended(call_id=call_id, now=now)
    _drop_lapsed(actor, now)
    known = Call.objects.filter(officer_id=actor.id, ended_at=None).first()
    if known is not None:
        return known
    for entry in listing.due(narrowing, now=now, limit=_CANDIDATES):
        if listing.silent_of(entry) == []:
            _not_needed(entry, now, actor)
        elif call := _take(entry, now, actor):
            return call
    return None


@transaction.atomic
def end_call(
    *,
    call_id: int,
    outcome: Outcome,
    told_by: str = "",
    of_people: Collection[int] = (),
    again_at: datetime | None = None,
    now: datetime,
    actor: Actor,
) -> Call:
    """Write down what came of a call; it takes effect in a minute, a call for help at once.

    Also of a call that went back to the list meanwhile: what was said was said. Only the
    message is then left to whoever holds it.

    :raises CallRefusedError: if it has ended.
    """
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.ended_at is not None and call.outcome != Outcome.LAPSED:
        raise CallRefusedError(_("What came of this call has been written down already."))
    call.ended_at, call.settled_at = now, None
    call.outcome, call.told_by = outcome.value, told_by
    call.of_people = rules.spoken_for(of_people, effects.party_of(call), called=call.person_id)
    if outcome is Outcome.NO_ANSWER:
        call.again_at = rules.call_back_at(again_at, now=now)
    call.save()
    _remember("calls.ended", call, now, actor, outcome=outcome.value)
    effect_at = rules.takes_effect_at(outcome, ended_at=now)
    if effect_at <= now:
        effects.settle(call, now=now)
    else:
        _keep(call, 3 * UNDO_FOR)
        plan_settling(call.pk, effect_at - now)
    return call


@transaction.atomic
def undo_call(*, call_id: int, now: datetime, actor: Actor) -> Call:
    """Take back an outcome that has not taken effect: the call goes on where it was.

    :raises CallRefusedError: if it holds already, the message went back to the list, or the
        officer is on another call.
    """
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.ended_at is None:
        return call
    busy = Call.objects.filter(officer_id=call.officer_id, ended_at=None).exists()
    if call.settled_at is not None or not (busy or _keep(call, HELD_FOR)):
        raise CallRefusedError(
            _("This holds already. Write down what is right on the person's page.")
        )
    if busy:
        raise CallRefusedError(_("You are on another call. End that one first."))
    call.ended_at, call.outcome, call.again_at, call.taken_at = None, "", None, now
    call.save()
    _remember("calls.undone", call, now, actor)
    return call


@transaction.atomic
def settle_ended(*, call_id: int, now: datetime) -> bool:
    """Let an outcome take effect if its time has come; whether this call did it."""
    call = Call.objects.select_for_update().filter(pk=call_id, settled_at=None).first()
    if call is None or call.ended_at is None:
        return False
    outcome = Outcome(call.outcome)
    if rules.takes_effect_at(outcome, ended_at=call.ended_at) > now:
        return False
    effects.settle(call, now=now)
    return True


@transaction.atomic
def forget_told_by(*, person_ids: Collection[int]) -> int:
    """Blank who spoke of people who left, and take them off wardens' lists; in how many calls."""
    WardenCall.objects.filter(person_id__in=list(person_ids)).delete()
    calls = Call.objects.filter(person_id__in=list(person_ids)).exclude(told_by="")
    return calls.update(told_by="")


def forget_old_calls(now: datetime) -> int:
    """Delete calls of 90 days ago; how many."""
    return Call.objects.filter(ended_at__lt=now - KEPT).delete()[0]


def plan_settling(call_id: int, pause: timedelta) -> None:
    """Have an outcome take effect after a while, unless it is undone before."""
    job = app.configure_task("calls.settle", schedule_in={"seconds": int(pause.total_seconds())})
    job.defer(call_id=call_id)


def _take(entry: Entry, now: datetime, actor: Actor) -> Call | None:
    try:
        with transaction.atomic():
            address = take_one(entry.batch_id, entry.delivery_id, held_for=HELD_FOR)
            if address is None:
                return None
            call = Call.objects.create(
                batch_id=entry.batch_id,
                delivery_id=entry.delivery_id,
                person_id=entry.person_id,
                incident_id=entry.incident_id,
                officer_id=actor.id or 0,
                taken_at=now,
            )
            _remember("calls.taken", call, now, actor)
    except IntegrityError:
        # A second click was quicker: they have a call.
        return Call.objects.filter(officer_id=actor.id or 0, ended_at=None).first()
    return call


def _keep(call: Call, held_for: timedelta) -> bool:
    """Hold the call's message for longer, unless it has gone to somebody else or the list."""
    return effects.is_theirs(call) and keep_one(call.batch_id, call.delivery_id, held_for=held_for)


@transaction.atomic
def _not_needed(entry: Entry, now: datetime, actor: Actor) -> None:
    """Take whoever was heard from off the list."""
    end = End(State.ANSWERED, now)
    if settle_one(entry.batch_id, entry.delivery_id, end, holds=False):
        _remember("calls.ended", entry, now, actor, outcome="not_needed")


@transaction.atomic
def _drop_lapsed(actor: Actor, now: datetime) -> None:
    """End the officer's call if its number has gone back to the list."""
    mine = Call.objects.select_for_update().filter(officer_id=actor.id or 0, ended_at=None)
    for call in mine.filter(taken_at__lt=now - HELD_FOR):
        call.ended_at, call.settled_at, call.outcome = now, now, Outcome.LAPSED.value
        call.save(update_fields=["ended_at", "settled_at", "outcome"])
        _remember("calls.ended", call, now, actor, outcome=call.outcome)


def _remember(kind: str, call: Call | Entry, now: datetime, actor: Actor, **detail: str) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="person",
        subject_id=call.person_id,
        detail={"batch": call.batch_id, **detail},
        now=now,
    )
