"""Which messages exist when: by time, by failure, by answer; whatever is killed in between."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.rollcall.actions import record_sighting
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.alerts.actions import stop_alert
from safeconduct.response.alerts.models import Alert
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked
from safeconduct.response.ladder import rules
from safeconduct.response.ladder.engine import climbing
from safeconduct.response.ladder.engine.reached import people_by_country
from safeconduct.response.ladder.engine.story import Next, story_of
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.queries import (
    Reached,
    lines_of,
    people_reached,
    steps_are_late,
)
from safeconduct.response.ladder.terms import Step, stored
from safeconduct.wires.messaging.engine.sweeper import sweep
from safeconduct.wires.messaging.models import Batch, Delivery, SenderIdentity
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders

pytestmark = pytest.mark.django_db
PUSH, SMS, EMAIL, CALL = Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.CALL
STEPS = (Step(PUSH, 0), Step(SMS, 120), Step(EMAIL, 600), Step(CALL, 1800))


def released(*, steps: tuple[Step, ...] = STEPS, **content: Any) -> Alert:
    """An alert everybody has been laid out for, by these steps."""
    alert = builders.released_alert(severity="Moderate", **content)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audience_chunk")
    Climb.objects.filter(batch_id=alert.release.batch_id).update(steps=stored(steps))
    return alert


def climb(alert: Alert) -> Climb:
    return Climb.objects.get(batch_id=alert.release.batch_id)


def look(alert: Alert, *, minutes: float = 0) -> timedelta | None:
    """A look so many minutes after the release, repeated while there is more to do at once."""
    now = alert.release.released_at + timedelta(minutes=minutes)
    pause: timedelta | None = timedelta(0)
    while pause == timedelta(0):
        pause = climbing.look(climb_id=climb(alert).pk, now=now)
    return pause


def sent(alert: Alert, person: Person | None = None) -> dict[Channel, State]:
    rows = Delivery.objects.filter(batch_id=alert.release.batch_id)
    if person is not None:
        rows = rows.filter(recipient_id=person.pk)
    return {Channel(row.channel): State(row.state) for row in rows.order_by("id")}


def settle(
    alert: Alert, state: State, *, channel: Channel = SMS, at: datetime | None = None
) -> None:
    """What a sender or a receipt would write, with the tally that goes with it."""
    found = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=channel)
    settle_only(found, state, at=at or clock.now())


def settle_only(found: QuerySet[Delivery], state: State, *, at: datetime) -> None:
    with connection.cursor() as cursor:
        for row in found:
            cursor.execute(
                "INSERT INTO messaging_batchtally (batch_id, channel, state, country, messages,"
                " people) VALUES (%s, %s, %s, %s, -1, -%s), (%s, %s, %s, %s, 1, %s)",
                [
                    *(row.batch_id, row.channel, row.state, row.country, row.covers),
                    *(row.batch_id, row.channel, state, row.country, row.covers),
                ],
            )
    found.update(state=state, settled_at=at, handed_at=clock.now())


def answer(*people: Person) -> None:
    for asked in Asked.objects.filter(person_id__in=[one.pk for one in people]):
        builders.raw_answer(asked.id)
    drain.run_once()


def test_each_step_begins_at_its_time_for_whoever_is_silent() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    assert sent(alert, person) == {EMAIL: State.WAITING}
    look(alert, minutes=1.9)
    assert SMS not in sent(alert, person)
    look(alert, minutes=2)
    assert set(sent(alert, person)) == {EMAIL, SMS}
    look(alert, minutes=29)
    assert CALL not in sent(alert, person)
    look(alert, minutes=30)
    assert set(sent(alert, person)) == {EMAIL, SMS, CALL}


def test_a_look_asked_twice_changes_nothing() -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    look(alert, minutes=30)
    before = list(Delivery.objects.order_by("id").values())
    Climb.objects.update(steps_done=0, steps_aimed=0)
    look(alert, minutes=31)
    assert list(Delivery.objects.order_by("id").values()) == before


def test_a_step_for_many_is_laid_out_ahead_and_leaves_at_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    monkeypatch.setattr(rules, "lead", lambda _messages: timedelta(seconds=60))
    starts_at = alert.release.released_at + timedelta(minutes=2)
    look(alert, minutes=0.9)
    assert SMS not in sent(alert, person)
    assert look(alert, minutes=1.5) == timedelta(seconds=2)
    (text,) = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=SMS)
    assert (text.state, text.due_at) == (State.WAITING, starts_at)
    assert climb(alert).begun["1"] == starts_at.isoformat()
    # Whoever misses even that gets it at once.
    Delivery.objects.filter(channel=SMS).delete()
    Climb.objects.update(steps_done=1, steps_aimed=1)
    look(alert, minutes=3)
    assert Delivery.objects.get(channel=SMS).due_at < clock.now() + timedelta(seconds=1)


def test_a_look_that_was_missed_is_made_up_for() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    look(alert, minutes=45)
    assert set(sent(alert, person)) == {EMAIL, SMS, CALL}


def test_an_answer_ends_the_steps_and_takes_back_what_waits() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    other = builders.resident(phone="+999502")
    alert = released()
    answer(person)
    look(alert, minutes=30)
    assert sent(alert, person) == {EMAIL: State.ANSWERED}
    assert set(sent(alert, other)) == {SMS, CALL}
    tally = batch_tally([alert.release.batch_id])
    assert tally.messages(State.ANSWERED) == 1
    assert tally.messages(State.WAITING) == 2


def test_an_officer_who_was_told_ends_the_steps_too() -> None:
    person = builders.resident(phone="+999501")
    alert = released()
    later = clock.now() + timedelta(minutes=1)
    record_sighting(
        incident_id=alert.incident_id,
        person_id=person.pk,
        presence=None,
        safety=Safety.SAFE,
        told_by="her brother",
        stated_at=later,
        now=later,
        actor=Actor.officer(alert.author_id),
    )
    look(alert, minutes=40)
    assert sent(alert, person) == {SMS: State.ANSWERED}


def test_a_call_that_waits_is_taken_back_too() -> None:
    person = builders.resident(phone="+999501")
    alert = released()
    look(alert, minutes=30)
    assert sent(alert, person)[CALL] is State.WAITING
    answer(person)
    look(alert, minutes=31)
    assert sent(alert, person) == {SMS: State.ANSWERED, CALL: State.ANSWERED}


def test_a_receipt_is_no_person() -> None:
    person = builders.resident(phone="+999501")
    alert = released()
    settle(alert, State.DELIVERED)
    look(alert, minutes=30)
    assert sent(alert, person) == {SMS: State.DELIVERED, CALL: State.WAITING}


def test_information_ends_with_proof_and_not_before() -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    steps = (Step(EMAIL, 0), Step(SMS, 600), Step(CALL, 1800))
    alert = released(asks=False, steps=steps)
    settle(alert, State.HANDED, channel=EMAIL)
    look(alert, minutes=10)
    assert sent(alert) == {EMAIL: State.HANDED, SMS: State.WAITING}
    settle(alert, State.DELIVERED, channel=EMAIL)
    look(alert, minutes=30)
    assert sent(alert) == {EMAIL: State.DELIVERED, SMS: State.ANSWERED}


@pytest.mark.parametrize(("true", "goes_on"), [(False, True), (True, False), (None, False)])
def test_a_report_from_where_reports_are_untrue_proves_nothing(
    true: bool | None, goes_on: bool
) -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    SenderIdentity.objects.create(provider="kannel", country="TR", sender="MFA", receipts_true=true)
    alert = released(asks=False, steps=(Step(EMAIL, 0), Step(SMS, 60), Step(CALL, 1800)))
    look(alert, minutes=1)
    settle(alert, State.DELIVERED, channel=SMS)
    look(alert, minutes=30)
    assert (CALL in sent(alert)) is goes_on


@pytest.mark.parametrize(("phone", "goes_on"), [("+994501234567", True), ("+905321234567", False)])
def test_whether_a_report_is_true_depends_on_where_the_number_leads(
    phone: str, goes_on: bool
) -> None:
    builders.resident(phone=phone, mail="a@b.invalid")
    builders.sender_identity(country="AZ", receipts_true=False)
    builders.sender_identity(receipts_true=True)
    alert = released(asks=False, steps=(Step(EMAIL, 0), Step(SMS, 60), Step(CALL, 1800)))
    look(alert, minutes=1)
    settle(alert, State.DELIVERED, channel=SMS)
    look(alert, minutes=30)
    assert (CALL in sent(alert)) is goes_on
    assert story_of(climb(alert), Person.objects.get()).proven is not goes_on


@pytest.mark.parametrize(("phone", "unprovable"), [("+994501234567", 1), ("+905321234567", 0)])
def test_step_figures_ask_where_the_number_leads_as_people_figures_do(
    phone: str, unprovable: int
) -> None:
    # Both are in Türkiye; reports from Azerbaijan's operators prove nothing.
    builders.resident(phone=phone)
    builders.sender_identity(country="AZ", receipts_true=False)
    alert = released(steps=(Step(SMS, 0), Step(CALL, 1800)))
    settle(alert, State.DELIVERED)
    look(alert, minutes=1)
    line, _calls = lines_of(alert.release.batch_id, now=clock.now())
    assert (line.handed, line.proven, line.unprovable) == (1, 1, unprovable)


def test_information_climbs_where_it_failed() -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(asks=False, steps=(Step(EMAIL, 0), Step(SMS, 600)))
    settle(alert, State.REFUSED_BY_PROVIDER, channel=EMAIL)
    look(alert, minutes=1)
    assert sent(alert) == {EMAIL: State.REFUSED_BY_PROVIDER, SMS: State.WAITING}


@pytest.mark.parametrize(
    "state",
    [
        State.INVALID_ADDRESS,
        State.REFUSED_BY_PROVIDER,
        State.BLOCKED_BY_OPERATOR,
        State.GAVE_UP,
        State.EXPIRED,
        State.UNSUBSCRIBED,
    ],
)
def test_a_failed_message_brings_the_next_step_forward(state: State) -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(steps=(Step(SMS, 0), Step(EMAIL, 600), Step(CALL, 1800)))
    # Laid out by the steps of a moderate alert: the mail first.
    settle(alert, state, channel=EMAIL)
    look(alert, minutes=1)
    # Everything before the mail is missing, so the SMS is due; the call waits for its time.
    assert sent(alert, person) == {EMAIL: state, SMS: State.WAITING}


def test_a_failure_is_seen_while_another_turns_out_to_have_arrived() -> None:
    people = [builders.resident(phone=f"+99950{n}", mail=f"{n}@b.invalid") for n in (1, 2)]
    alert = released(steps=(Step(EMAIL, 0), Step(SMS, 600)))
    first, second = (Delivery.objects.filter(recipient_id=person.pk) for person in people)
    later = clock.now() + timedelta(seconds=30)
    settle_only(first, State.GAVE_UP, at=clock.now())
    look(alert, minutes=1)
    assert set(sent(alert, people[0])) == {EMAIL, SMS}
    settle_only(first.filter(channel=EMAIL), State.DELIVERED, at=later)
    settle_only(second, State.GAVE_UP, at=later)
    look(alert, minutes=2)
    assert set(sent(alert, people[1])) == {EMAIL, SMS}


def test_failing_again_leads_on_without_waiting() -> None:
    person = builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released(steps=(Step(EMAIL, 0), Step(SMS, 600), Step(CALL, 1800)))
    settle(alert, State.GAVE_UP, channel=EMAIL)
    look(alert, minutes=1)
    assert set(sent(alert, person)) == {EMAIL, SMS}
    settle(alert, State.INVALID_ADDRESS, channel=SMS)
    look(alert, minutes=2)
    assert sent(alert, person)[CALL] is State.WAITING


def test_a_number_that_failed_today_is_called_one_that_failed_before_is_not() -> None:
    today = builders.resident(phone="+999501")
    before = builders.resident(phone="+999502", mail="b@b.invalid")
    alert = released(steps=(Step(SMS, 0), Step(EMAIL, 60), Step(CALL, 1800)))
    point = ContactPoint.objects.filter(channel=SMS)
    point.filter(person=today).update(last_failed_at=clock.now() + timedelta(minutes=1))
    point.filter(person=before).update(last_failed_at=clock.now() - timedelta(days=9))
    look(alert, minutes=30)
    assert CALL in sent(alert, today)
    assert CALL not in sent(alert, before)


def test_a_shared_telephone_is_texted_once_and_taken_back_when_all_have_answered() -> None:
    people = builders.household(3, phone="+999502")
    for person in people:
        builders.stay(person)
        ContactPoint.objects.create(person=person, channel=EMAIL, address=f"{person.pk}@b.invalid")
    alert = released(steps=(Step(EMAIL, 0), Step(SMS, 120)))
    look(alert, minutes=2)
    (text,) = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=SMS)
    assert text.covers == 3
    answer(*people[:2])
    look(alert, minutes=3)
    text.refresh_from_db()
    assert text.state == State.WAITING
    answer(people[2])
    look(alert, minutes=4)
    text.refresh_from_db()
    assert text.state == State.ANSWERED


def test_whoever_answered_is_not_written_to_for_the_rest_of_the_family() -> None:
    people = builders.household(2, phone="+999502")
    for person in people:
        builders.stay(person)
        ContactPoint.objects.create(person=person, channel=EMAIL, address=f"{person.pk}@b.invalid")
    alert = released(steps=(Step(EMAIL, 0), Step(SMS, 120)))
    answer(people[0])
    look(alert, minutes=2)
    (text,) = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=SMS)
    assert (text.recipient_id, text.covers) == (people[1].pk, 1)


def test_a_party_is_called_once() -> None:
    people = builders.household(3, phone="+999502")
    for number, person in enumerate(people):
        builders.stay(person)
        ContactPoint.objects.filter(person=person).update(address=f"+99950{number}")
    alert = released()
    look(alert, minutes=30)
    calls = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=CALL)
    assert [(call.recipient_id, call.covers) for call in calls] == [(people[0].pk, 3)]


def test_whoever_said_stop_hears_only_of_danger() -> None:
    quiet = builders.resident(phone="+999501", mail="a@b.invalid")
    ContactPoint.objects.filter(person=quiet, channel=SMS).update(stopped_at=clock.now())
    alert = released(urgency="Future")
    look(alert, minutes=30)
    assert set(sent(alert, quiet)) == {EMAIL}
    urgent = released(urgency="Immediate")
    look(urgent, minutes=30)
    assert set(sent(urgent, quiet)) == {EMAIL, SMS, CALL}


def test_nothing_begins_while_people_are_still_laid_out() -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    alert = released()
    Batch.objects.update(filled_at=None)
    look(alert, minutes=30)
    assert set(sent(alert)) == {EMAIL}


def test_a_look_goes_on_where_it_was_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [builders.resident(phone=f"+9995{n:02}") for n in range(7)]
    alert = released(steps=(Step(SMS, 0), Step(CALL, 60)))
    monkeypatch.setattr(climbing, "CHUNK_SIZE", 2)
    monkeypatch.setattr(climbing, "_AT_A_TIME_SECONDS", 0)
    now = alert.release.released_at + timedelta(minutes=2)
    assert climbing.look(climb_id=climb(alert).pk, now=now) == timedelta(0)
    called = Delivery.objects.filter(channel=CALL)
    assert called.count() == 2
    assert climb(alert).steps_done == 1
    look(alert, minutes=2)
    assert called.count() == len(people)
    assert climb(alert).steps_done == 2


def test_nothing_is_asked_of_the_people_when_nothing_is_new(
    django_assert_max_num_queries: Any,
) -> None:
    builders.resident(phone="+999501")
    alert = released()
    look(alert, minutes=3)
    with django_assert_max_num_queries(12) as seen:
        look(alert, minutes=3.4)
    assert not [q for q in seen.captured_queries if "checkins_asked" in q["sql"]]
    assert not [q for q in seen.captured_queries if "messaging_delivery" in q["sql"]]


def test_what_comes_back_to_wait_after_the_answer_is_taken_back_too() -> None:
    person = builders.resident(phone="+999501")
    alert = released()
    Delivery.objects.update(state=State.CLAIMED)
    answer(person)
    look(alert, minutes=1)
    Delivery.objects.update(state=State.WAITING)
    look(alert, minutes=1.1)
    assert sent(alert) == {SMS: State.WAITING}
    look(alert, minutes=1.6)
    assert sent(alert) == {SMS: State.ANSWERED}


def test_whoever_is_asked_again_is_left_to_the_later_alert() -> None:
    person = builders.resident(phone="+999501")
    first = released()
    again = released(incident_id=first.incident_id)
    look(first, minutes=40)
    look(again, minutes=40)
    assert sent(first, person) == {SMS: State.ANSWERED}
    assert sent(again, person) == {SMS: State.WAITING, CALL: State.WAITING}
    story = story_of(climb(first), person)
    assert (story.asked_again, story.next) == (True, Next(None, None))
    assert story_of(climb(again), person).next.step == STEPS[1]


def test_people_reached_by_two_steps_or_one_telephone_are_counted_once() -> None:
    people = builders.household(2, phone="+999502")
    for person in people:
        builders.stay(person)
        ContactPoint.objects.create(person=person, channel=EMAIL, address=f"{person.pk}@b.invalid")
    builders.resident(phone="+999501")
    alert = released(steps=(Step(EMAIL, 0), Step(SMS, 60)))
    batch = alert.release.batch_id
    settle(alert, State.HANDED, channel=EMAIL)
    settle(alert, State.HANDED, channel=SMS)
    look(alert, minutes=1)
    assert people_reached(batch) == Reached(handed=3, proven=0)
    settle(alert, State.DELIVERED, channel=SMS)
    look(alert, minutes=2)
    assert people_reached(batch) == Reached(handed=3, proven=3)
    assert people_reached(batch, frozenset({"DE"})) == Reached(0, 0)


def test_who_changed_their_number_was_reached_at_the_familys_old_one() -> None:
    first, second = builders.household(2, phone="+999502")
    for person in (first, second):
        builders.stay(person)
    alert = released(steps=(Step(SMS, 0), Step(EMAIL, 60)))
    settle(alert, State.DELIVERED, channel=SMS)
    ContactPoint.objects.filter(person=second).update(address="+999503")
    assert story_of(climb(alert), second).proven
    # A second channel: from now on people are counted, and not messages.
    ContactPoint.objects.create(person=first, channel=EMAIL, address="a@b.invalid")
    look(alert, minutes=2)
    assert sent(alert, first) == {SMS: State.DELIVERED, EMAIL: State.WAITING}
    assert people_reached(alert.release.batch_id) == Reached(handed=2, proven=2)
    assert people_by_country(alert.release.batch_id) == {"TR": (2, 2)}


@pytest.mark.parametrize("both_there", [False, True])
def test_a_call_reaches_whoever_of_the_party_was_meant(both_there: bool) -> None:
    first, second = builders.household(2, phone="")
    ContactPoint.objects.create(person=first, channel=SMS, address="+999504")
    for person in (first, second)[: 1 + both_there]:
        builders.stay(person)
    alert = released()
    settle(alert, State.DELIVERED, channel=SMS)
    batch = alert.release.batch_id
    Delivery.objects.filter(batch_id=batch).update(channel=Channel.CALL)
    assert people_by_country(batch) == {"TR": (1 + both_there, 1 + both_there)}


def test_a_climb_ends_with_its_alert() -> None:
    builders.resident(phone="+999501")
    alert = released()
    assert look(alert, minutes=25 * 60) is None
    assert climb(alert).ending == "expired"
    assert set(sent(alert)) == {SMS}


def test_stop_ends_it_and_takes_back_the_calls() -> None:
    builders.resident(phone="+999501")
    alert = released()
    look(alert, minutes=30)
    now = clock.now()
    stop_alert(alert_id=alert.pk, now=now, actor=Actor.officer(builders.officer("releaser").pk))
    assert look(alert, minutes=31) is None
    sweep(now)
    assert climb(alert).ending == "stopped"
    assert sent(alert)[CALL] is State.STOPPED


def test_closing_the_incident_ends_it() -> None:
    builders.resident(phone="+999501")
    alert = released()
    Incident.objects.update(closed_at=clock.now())
    assert look(alert, minutes=30) is None
    sweep(clock.now())
    assert climb(alert).ending == "closed"
    assert sent(alert) == {SMS: State.STOPPED}


def test_a_step_nobody_begins_is_late_half_a_minute_after_its_time() -> None:
    alert = released()
    look(alert)
    last = alert.release.released_at + timedelta(seconds=max(step.after for step in STEPS))
    first = alert.release.released_at + timedelta(seconds=min(s.after for s in STEPS if s.after))
    assert not steps_are_late(first)
    assert steps_are_late(first + timedelta(seconds=31))
    assert steps_are_late(last + timedelta(seconds=31))
    Climb.objects.update(ended_at=last)
    assert not steps_are_late(last + timedelta(seconds=31))
