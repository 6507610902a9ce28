"""Handing calls over to a warden: somebody abroad whom a post trusts, who has no account.

They get a link to at most fifty people for at most a day. What they write down is an officer's
call in all but the voice: it takes effect, and can be undone, in the same way.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.errors import Refusal
from safeconduct.response.calls import rules
from safeconduct.response.calls.actions.calling import (
    KEPT,
    CallRefusedError,
    plan_settling,
)
from safeconduct.response.calls.engine import effects, listing
from safeconduct.response.calls.engine.listing import Entry, Narrowing
from safeconduct.response.calls.models import Call, WardenCall, WardenList
from safeconduct.response.calls.terms import LONGEST_LIST, MOST_OF_A_LIST, Outcome
from safeconduct.wires.messaging.engine.worklist import End, settle_one, take_one
from safeconduct.wires.messaging.terms import State

_WARDEN = Actor.system("calls.warden")


class NobodyToCallError(Refusal):
    """There is no call that could be handed over."""


@transaction.atomic
def hand_over(
    *,
    narrowing: Narrowing,
    warden: str,
    language: str,
    country: str,
    count: int,
    lasts: timedelta,
    now: datetime,
    actor: Actor,
) -> WardenList:
    """Give the most urgent free calls of a country to a warden, at most ``MOST_OF_A_LIST``.

    While the list lasts nobody else is given them; what is left of it then goes back.

    :raises NobodyToCallError: if there is none.
    """
    if actor.id is None:
        raise TypeError("Only an officer hands calls over.")
    until = now + min(lasts, LONGEST_LIST)
    count = min(count, MOST_OF_A_LIST)
    made = WardenList.objects.create(
        warden=warden,
        language=language,
        country=country,
        made_by_id=actor.id,
        made_at=now,
        until=until,
    )
    given = 0
    # Some of them may be taken at this moment, or have been heard from.
    for entry in listing.due(narrowing, now=now, limit=2 * count):
        if given < count and listing.silent_of(entry) != []:
            given += _give(made, entry, until - now, now, actor)
    if not given:
        raise NobodyToCallError(_("There is nobody to call there now."))
    return made


@transaction.atomic
def end_list(*, list_id: int, now: datetime, actor: Actor) -> None:
    """Take a list back: its link opens nothing more, and what was not called is free again."""
    made = WardenList.objects.select_for_update().get(pk=list_id)
    if made.ended_at is not None:
        return
    held = made.is_open(now)
    for call in made.calls.filter(ended_at=None).order_by("pk"):
        _put_back(call, now, holds=held)
    made.ended_at = now
    made.save(update_fields=["ended_at"])
    _remember("calls.list_ended", made, now, actor)


@transaction.atomic
def open_list(*, made: WardenList, now: datetime) -> None:
    """Note that the link was opened, once a quarter of an hour at most."""
    if made.opened_at is not None and now < made.opened_at + timedelta(minutes=15):
        return
    WardenList.objects.filter(pk=made.pk).update(opened_at=now)
    _remember("calls.list_opened", made, now, _WARDEN)


@transaction.atomic
def note_outcome(
    *,
    warden_call_id: int,
    outcome: Outcome,
    told_by: str,
    of_people: Collection[int] | None = (),
    now: datetime,
) -> Call:
    """Write down what came of a warden's call; it takes effect as an officer's does.

    ``of_people`` None: of everybody in the party.

    After "no answer" it stays on their list, to be tried again.

    :raises CallRefusedError: if the list is over or the call has ended.
    """
    mine = (
        WardenCall.objects.select_for_update(of=["self"])
        .select_related("of")
        .get(pk=warden_call_id)
    )
    if not mine.of.is_open(now) or mine.ended_at is not None:
        raise CallRefusedError(_("What came of this call has been written down already."))
    call = _noted(mine, outcome, told_by, of_people, now)
    mine.tries += 1
    mine.ended_at = None if outcome is Outcome.NO_ANSWER else now
    mine.save(update_fields=["tries", "ended_at"])
    _remember("calls.warden_noted", mine.of, now, _WARDEN, outcome=outcome.value)
    effect_at = rules.takes_effect_at(outcome, ended_at=now)
    if effect_at <= now:
        effects.settle(call, now=now)
    else:
        plan_settling(call.pk, effect_at - now)
    return call


@transaction.atomic
def undo_outcome(*, warden_call_id: int, now: datetime) -> bool:
    """Take the last outcome back if it has not taken effect; whether it was."""
    mine = (
        WardenCall.objects.select_for_update(of=["self"])
        .select_related("of")
        .get(pk=warden_call_id)
    )
    last = (
        Call.objects.select_for_update()
        .filter(warden_list_id=mine.of_id, delivery_id=mine.delivery_id)
        .order_by("-pk")
        .first()
    )
    if last is None or last.settled_at is not None or not mine.of.is_open(now):
        return False
    last.delete()
    mine.tries, mine.ended_at = max(0, mine.tries - 1), None
    mine.save(update_fields=["tries", "ended_at"])
    _remember("calls.warden_noted", mine.of, now, _WARDEN, outcome="undone")
    return True


def forget_old_lists(now: datetime) -> int:
    """Delete lists of 90 days ago, with the warden's name; how many."""
    return WardenList.objects.filter(until__lt=now - KEPT).delete()[0]


def _noted(
    mine: WardenCall,
    outcome: Outcome,
    told_by: str,
    of_people: Collection[int] | None,
    now: datetime,
) -> Call:
    call = Call(
        batch_id=mine.batch_id,
        delivery_id=mine.delivery_id,
        person_id=mine.person_id,
        incident_id=mine.incident_id,
        officer_id=mine.of.made_by_id,
        warden_list_id=mine.of_id,
        taken_at=now,
        ended_at=now,
        outcome=outcome.value,
        told_by=told_by[:100],
    )
    party = effects.party_of(call)
    wanted = party if of_people is None else of_people
    call.of_people = rules.spoken_for(wanted, party, called=call.person_id)
    call.save()
    return call


def _give(made: WardenList, entry: Entry, held_for: timedelta, now: datetime, actor: Actor) -> bool:
    if take_one(entry.batch_id, entry.delivery_id, held_for=held_for) is None:
        return False
    WardenCall.objects.create(
        of=made,
        batch_id=entry.batch_id,
        delivery_id=entry.delivery_id,
        person_id=entry.person_id,
        incident_id=entry.incident_id,
        tries=entry.tries,
    )
    # Of each person, since they may ask who was given their number.
    record(
        "calls.handed_over",
        actor=actor,
        subject_kind="person",
        subject_id=entry.person_id,
        detail={"list": made.pk, "batch": entry.batch_id},
        now=now,
    )
    return True


def _put_back(call: WardenCall, now: datetime, *, holds: bool) -> None:
    end = End(State.WAITING, now, due_at=now, tries=0)
    settle_one(call.batch_id, call.delivery_id, end, holds=holds)


def _remember(
    kind: str, made: WardenList, now: datetime, actor: Actor, **detail: str | int
) -> None:
    record(
        kind,
        actor=actor,
        subject_kind="warden_list",
        subject_id=made.pk,
        detail={**detail},
        now=now,
    )
