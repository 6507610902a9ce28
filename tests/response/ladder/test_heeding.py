"""Whoever is heard from, or proven to have a message, is sent no more: at once, wherever it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.response.alerts.models import Alert
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked
from safeconduct.response.ladder.engine import climbing, heeding
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import Step, stored
from safeconduct.wires.messaging.engine.folding import fold
from safeconduct.wires.messaging.engine.withdrawing import Withdrawn
from safeconduct.wires.messaging.models import Delivery, Receipt
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders

pytestmark = pytest.mark.django_db
SMS, EMAIL, CALL = Channel.SMS, Channel.EMAIL, Channel.CALL
STEPS = (Step(EMAIL, 0), Step(SMS, 60), Step(CALL, 1800))


def released(*, minutes: float, **content: Any) -> Alert:
    """An alert whose steps of the first so many minutes have begun."""
    alert = builders.released_alert(severity="Moderate", **content)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audience_chunk")
    climb = Climb.objects.get(batch_id=alert.release.batch_id)
    climb.steps = stored(STEPS)
    climb.save(update_fields=["steps"])
    now = alert.release.released_at + timedelta(minutes=minutes)
    while climbing.look(climb_id=climb.pk, now=now) == timedelta(0):
        pass
    return alert


def states(alert: Alert, person: Person) -> dict[Channel, State]:
    rows = Delivery.objects.filter(batch_id=alert.release.batch_id, recipient_id=person.pk)
    return {Channel(row.channel): State(row.state) for row in rows}


def answer(*people: Person) -> None:
    for asked in Asked.objects.filter(person_id__in=[one.pk for one in people]):
        builders.raw_answer(asked.id)
    drain.run_once()


def test_an_answer_takes_back_every_step_that_waits_and_nobody_elses() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    other = builders.resident(phone="+999502", mail="c@b.invalid")
    alert = released(minutes=30)
    answer(person)
    assert heeding.heed(now=clock.now()) == 1
    assert set(states(alert, person).values()) == {State.ANSWERED}
    assert set(states(alert, other).values()) == {State.WAITING}
    assert batch_tally([alert.release.batch_id]).messages(State.ANSWERED) == 3
    assert heeding.heed(now=clock.now()) == 0


def test_what_a_sender_holds_is_taken_back_but_no_call_an_officer_is_on() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(minutes=30)
    lease = clock.now() + timedelta(minutes=1)
    Delivery.objects.exclude(channel=EMAIL).update(state=State.CLAIMED, leased_until=lease)
    answer(person)
    heeding.heed(now=clock.now())
    assert states(alert, person) == {
        EMAIL: State.ANSWERED,
        SMS: State.ANSWERED,
        CALL: State.CLAIMED,
    }


def test_a_second_word_of_somebody_heard_before_and_an_officers_word_are_heeded_too() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(minutes=1)
    answer(person)
    heeding.heed(now=clock.now())
    Delivery.objects.filter(batch_id=alert.release.batch_id).update(state=State.WAITING)
    answer(person)
    assert heeding.heed(now=clock.now()) == 1
    assert set(states(alert, person).values()) == {State.ANSWERED}


def test_a_shared_telephone_still_speaks_to_whoever_is_silent() -> None:
    people = builders.household(2, phone="+999502")
    for person in people:
        builders.stay(person)
        ContactPoint.objects.create(person=person, channel=EMAIL, address=f"{person.pk}@b.invalid")
    alert = released(minutes=1)
    (text,) = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=SMS)
    answer(people[0])
    heeding.heed(now=clock.now())
    text.refresh_from_db()
    assert text.state == State.WAITING
    answer(people[1])
    heeding.heed(now=clock.now())
    text.refresh_from_db()
    assert text.state == State.ANSWERED


def test_proof_takes_back_the_steps_of_information_and_of_no_question() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    asks, informs = released(minutes=1), released(minutes=1, asks=False)
    for alert in (asks, informs):
        mail = Delivery.objects.get(batch_id=alert.release.batch_id, channel=EMAIL)
        Receipt.objects.create(
            received_at=clock.now(),
            provider="mail",
            batch_id=mail.batch_id,
            delivery_id=mail.id,
            state=State.DELIVERED,
        )
    fold()
    assert heeding.heed(now=clock.now()) == 2
    assert states(asks, person)[SMS] is State.WAITING
    assert states(informs, person) == {EMAIL: State.DELIVERED, SMS: State.ANSWERED}


def test_what_somebody_is_just_changing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(minutes=1)
    answer(person)
    with monkeypatch.context() as patched:
        patched.setattr(climbing, "withdraw_select", lambda **_: Withdrawn(0, [person.pk]))
        heeding.heed(now=clock.now())
    assert states(alert, person)[SMS] is State.WAITING
    heeding.heed(now=clock.now())
    assert states(alert, person)[SMS] is State.ANSWERED
