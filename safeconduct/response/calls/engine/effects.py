"""What an ended call changes: the message, the roll, and what is known of the number."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.actions import ContactResult, note_contact_results
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.actions import (
    UnknownStandingError,
    log_attempt,
    record_sighting,
)
from safeconduct.picture.rollcall.terms import How
from safeconduct.response.calls import rules
from safeconduct.response.calls.models import Call
from safeconduct.response.calls.terms import Outcome
from safeconduct.response.checkins.rules import meaning
from safeconduct.wires.intake.terms import Answer
from safeconduct.wires.messaging.engine.worklist import End, settle_one
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import Channel, State

_SYSTEM: Final = Actor.system("calls")
_FAILURES: Final = {
    Outcome.NO_ANSWER: "nobody answered",
    Outcome.WRONG_NUMBER: "somebody else's number",
    Outcome.REFUSED: "would not talk",
}


def settle(call: Call, *, now: datetime) -> None:
    """Let the outcome hold, in the caller's transaction."""
    outcome, officer = Outcome(call.outcome), Actor.officer(call.officer_id)
    rows = Delivery.objects.select_for_update()
    delivery = rows.filter(batch_id=call.batch_id, id=call.delivery_id).first()
    tries = int(outcome is Outcome.NO_ANSWER)
    state = rules.state_after(outcome, tries=tries + (delivery.attempts if delivery else 0))
    ended_at = call.ended_at or now
    # A warden who reached nobody keeps the call on their list.
    if call.warden_list_id is None or state is not State.WAITING:
        end = End(
            state=state,
            at=ended_at,
            failure=_FAILURES.get(outcome, ""),
            due_at=_due(call, state, now),
            by="officers" if call.warden_list_id is None else "wardens",
            tries=tries,
        )
        settle_one(call.batch_id, call.delivery_id, end, holds=is_theirs(call))
    _write_on_the_roll(call, outcome, now)
    works = rules.proves_number(outcome)
    if delivery is not None and works is not None:
        result = ContactResult(Channel.SMS, delivery.address, works, ended_at)
        note_contact_results(results=[result], actor=officer)
    call.settled_at = now
    call.save(update_fields=["settled_at"])
    record(
        "calls.settled",
        actor=_SYSTEM,
        subject_kind="person",
        subject_id=call.person_id,
        detail={"batch": call.batch_id, "outcome": call.outcome},
        now=now,
    )


def is_theirs(call: Call) -> bool:
    """Whether nobody else has taken the message since this call did."""
    later = Call.objects.filter(batch_id=call.batch_id, person_id=call.person_id)
    return not later.filter(delivery_id=call.delivery_id, pk__gt=call.pk).exists()


def party_of(call: Call) -> list[int]:
    """Ids of everybody in the party of whoever was called."""
    party = Person.objects.filter(pk=call.person_id).values("party_id")
    return list(Person.objects.filter(party_id__in=party).values_list("pk", flat=True))


def _due(call: Call, state: State, now: datetime) -> datetime | None:
    if state is not State.WAITING:
        return None
    return call.again_at or now


def _write_on_the_roll(call: Call, outcome: Outcome, now: datetime) -> None:
    if call.incident_id is None:
        return
    answer, attempt = rules.answer_of(outcome), rules.attempt_of(outcome)
    if answer is not None:
        for person_id in call.of_people:
            _sighting(call, person_id, answer, now)
    elif attempt is not None:
        with suppress(UnknownStandingError):
            log_attempt(
                incident_id=call.incident_id,
                person_id=call.person_id,
                how=How.CALL,
                outcome=attempt,
                now=now,
                actor=Actor.officer(call.officer_id),
            )


def _sighting(call: Call, person_id: int, answer: Answer, now: datetime) -> None:
    presence, safety = meaning(answer)
    # Only informed, or gone from the roll: nothing is known of them, the others still count.
    with suppress(UnknownStandingError):
        record_sighting(
            incident_id=call.incident_id or 0,
            person_id=person_id,
            presence=presence or None,
            safety=safety or None,
            told_by=call.told_by,
            stated_at=call.ended_at or now,
            now=now,
            actor=Actor.officer(call.officer_id),
        )
