"""A call from the list to its end: who gets it, what it changes, how it is undone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.rollcall.models import Attempt, Sighting, Standing
from safeconduct.picture.rollcall.terms import Presence, Safety
from safeconduct.response.alerts.models import Alert
from safeconduct.response.calls import tasks
from safeconduct.response.calls.actions import (
    CallRefusedError,
    end_call,
    forget_old_calls,
    forget_told_by,
    settle_ended,
    take_next,
    undo_call,
)
from safeconduct.response.calls.engine.listing import Narrowing
from safeconduct.response.calls.models import Call
from safeconduct.response.calls.queries import sheet_of
from safeconduct.response.calls.terms import HELD_FOR, UNDO_FOR, Outcome
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked
from safeconduct.response.ladder.engine import climbing
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import Step, stored
from safeconduct.wires.messaging.engine.sweeper import sweep
from safeconduct.wires.messaging.engine.worklist import End, settle_one
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders

pytestmark = pytest.mark.django_db
EVERYWHERE = Narrowing(None)


@pytest.fixture
def caller() -> Officer:
    return builders.officer("caller")


def alert_with_calls(**content: Any) -> Alert:
    """An alert by which everybody who gave a number is to be called at once."""
    return calls_begun(builders.released_alert(**content))


def calls_begun(alert: Alert) -> Alert:
    """The same of an alert that was released."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audience_chunk")
    steps = stored((Step(Channel.SMS, 0), Step(Channel.CALL, 1)))
    Climb.objects.filter(batch_id=alert.release.batch_id).update(steps=steps)
    climb = Climb.objects.get(batch_id=alert.release.batch_id)
    climbing.look(climb_id=climb.pk, now=clock.now() + timedelta(seconds=2))
    return alert


def the_call(alert: Alert) -> Delivery:
    return Delivery.objects.get(batch_id=alert.release.batch_id, channel=Channel.CALL)


def take(officer: Officer, *, at: datetime | None = None, **narrowing: Any) -> Call | None:
    return take_next(
        narrowing=Narrowing(**{"countries": None} | narrowing),
        now=at or clock.now(),
        actor=Actor.officer(officer.pk),
    )


def end(call: Call | None, outcome: Outcome, *, settle: bool = True, **said: Any) -> Call:
    assert call is not None
    actor = Actor.officer(call.officer_id)
    ended = end_call(call_id=call.pk, outcome=outcome, now=clock.now(), actor=actor, **said)
    if settle:
        settle_ended(call_id=call.pk, now=clock.now() + UNDO_FOR)
    return ended


def standing(person: Person) -> Standing:
    return Standing.objects.get(person_id=person.pk)


def test_a_call_is_one_officer_s_at_a_time(caller: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    call = take(caller)
    assert call is not None
    assert the_call(alert).state == State.CLAIMED
    assert take(builders.officer("duty_officer")) is None
    assert take(caller) == call
    assert Entry.objects.filter(kind="calls.taken").count() == 1


def test_a_call_nobody_wrote_anything_of_goes_back_to_the_list(caller: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    first = take(caller)
    Delivery.objects.filter(channel=Channel.CALL).update(leased_until=clock.now() - HELD_FOR)
    sweep(clock.now())
    assert the_call(alert).maybe_twice
    later = clock.now() + HELD_FOR + timedelta(seconds=1)
    again = take(caller, at=later)
    assert again is not None
    assert again != first
    first.refresh_from_db()
    assert first.outcome == Outcome.LAPSED
    assert Entry.objects.get(kind="calls.ended").detail["outcome"] == "lapsed"


@pytest.mark.parametrize("retaken", [True, False])
def test_what_was_said_is_kept_when_the_call_had_gone_back(caller: Officer, retaken: bool) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    first = lapse(caller)
    if retaken:
        assert take(builders.officer("duty_officer")) is not None
    end(first, Outcome.SAFE)
    assert standing(person).safety == Safety.SAFE
    # Whoever holds the number now ends it themselves.
    assert the_call(alert).state == (State.CLAIMED if retaken else State.DELIVERED)


def test_a_call_that_lapsed_before_it_was_written_down_is_still_written_down(
    caller: Officer,
) -> None:
    person = builders.resident(phone="+999501")
    alert_with_calls()
    first = lapse(caller)
    assert take(caller, at=clock.now() + 2 * HELD_FOR) is not None
    end(first, Outcome.HELP)
    assert standing(person).help_open


def lapse(caller: Officer) -> Call:
    """A call of eleven minutes ago, which the sweeper has put back on the list."""
    first = take(caller)
    assert first is not None
    Call.objects.update(taken_at=clock.now() - HELD_FOR - timedelta(minutes=1))
    Delivery.objects.filter(channel=Channel.CALL).update(leased_until=clock.now() - HELD_FOR)
    sweep(clock.now())
    return first


@pytest.mark.parametrize("put_back", ["given_back", "lapsed"])
def test_a_call_put_back_is_no_try_and_another_one_comes_next(
    caller: Officer, put_back: str
) -> None:
    worst, other = builders.resident(phone="+999501"), builders.resident(phone="+999502")
    alert_with_calls()
    Standing.objects.filter(person_id=worst.pk).update(intensity=90)
    first = lapse(caller) if put_back == "lapsed" else end(take(caller), Outcome.GIVEN_BACK)
    assert first.person_id == worst.pk
    again = take(caller)
    assert again is not None
    assert again.person_id == other.pk
    assert not Delivery.objects.filter(channel=Channel.CALL, attempts__gt=0).exists()


def test_who_waits_longest_for_a_call_back_is_rung_first(caller: Officer) -> None:
    worst, other = builders.resident(phone="+999501"), builders.resident(phone="+999502")
    alert_with_calls()
    Standing.objects.filter(person_id=worst.pk).update(intensity=90)
    rows = Delivery.objects.filter(channel=Channel.CALL)
    rows.update(attempts=1)
    rows.filter(recipient_id=other.pk).update(due_at=clock.now() - timedelta(hours=1))
    call = take(caller)
    assert call is not None
    assert call.person_id == other.pk


def test_an_outcome_whose_worker_is_away_holds_before_anybody_is_rung(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls(asks=False)
    call = end(take(caller), Outcome.TOLD, settle=False)
    Call.objects.update(ended_at=clock.now() - 4 * UNDO_FOR)
    Delivery.objects.filter(channel=Channel.CALL).update(leased_until=clock.now() - UNDO_FOR)
    sweep(clock.now())
    with pytest.raises(CallRefusedError):
        undo_call(call_id=call.pk, now=clock.now(), actor=Actor.officer(caller.pk))
    assert take(builders.officer("duty_officer")) is None
    assert the_call(alert).state == State.DELIVERED
    assert call.person_id == person.pk


def test_what_a_colleague_holds_is_not_ended_for_them(caller: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    assert take(caller) is not None
    row = the_call(alert)
    assert not settle_one(row.batch_id, row.id, End(State.ANSWERED, clock.now()), holds=False)
    assert the_call(alert).state == State.CLAIMED


def test_the_most_urgent_and_the_hardest_hit_come_first(caller: Officer) -> None:
    far, near = builders.resident(phone="+999501"), builders.resident(phone="+999502")
    alert_with_calls(urgency="Future")
    Standing.objects.filter(person_id=near.pk).update(intensity=80)
    call = take(caller)
    assert call is not None
    assert call.person_id == near.pk
    end(call, Outcome.GIVEN_BACK)
    urgent = alert_with_calls(severity="Severe")
    Standing.objects.filter(person_id=far.pk, incident_id=urgent.incident_id).update(intensity=90)
    call = take(caller)
    assert call is not None
    assert (call.batch_id, call.person_id) == (urgent.release.batch_id, far.pk)


def test_an_officer_gets_calls_in_their_countries_and_languages_only(caller: Officer) -> None:
    builders.resident(phone="+999501", language="ru")
    alert_with_calls()
    assert take(caller, countries=frozenset({"DE"})) is None
    assert take(caller, language="az") is None
    assert take(caller, countries=frozenset({"TR"}), language="ru") is not None


@pytest.mark.parametrize(
    ("outcome", "presence", "safety"),
    [
        (Outcome.SAFE, Presence.CONFIRMED, Safety.SAFE),
        (Outcome.HELP, Presence.CONFIRMED, Safety.NEEDS_HELP),
        (Outcome.NOT_THERE, Presence.NEVER_THERE, Safety.NO_ANSWER),
    ],
)
def test_what_somebody_said_is_on_the_roll_as_the_officer_s_word(
    caller: Officer, outcome: Outcome, presence: Presence, safety: Safety
) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    end(take(caller), outcome, told_by="her brother")
    assert (standing(person).presence, standing(person).safety) == (presence, safety)
    assert standing(person).heard_round == 1
    word = Sighting.objects.get(person_id=person.pk)
    assert (word.told_by, word.actor_id) == ("her brother", caller.pk)
    assert the_call(alert).state == State.DELIVERED
    assert batch_tally([alert.release.batch_id]).messages(State.DELIVERED) == 1


def test_a_call_for_help_does_not_wait_for_the_minute_of_undoing(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert_with_calls()
    call = end(take(caller), Outcome.HELP, settle=False)
    assert standing(person).help_open
    with pytest.raises(CallRefusedError):
        undo_call(call_id=call.pk, now=clock.now(), actor=Actor.officer(caller.pk))


def test_any_other_outcome_can_be_undone_for_a_minute(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    call = end(take(caller), Outcome.SAFE, settle=False)
    assert standing(person).safety == Safety.NO_ANSWER
    assert not settle_ended(call_id=call.pk, now=clock.now())
    undo_call(call_id=call.pk, now=clock.now(), actor=Actor.officer(caller.pk))
    assert not settle_ended(call_id=call.pk, now=clock.now() + UNDO_FOR)
    assert the_call(alert).state == State.CLAIMED
    end(call, Outcome.WRONG_NUMBER)
    assert standing(person).safety == Safety.NO_ANSWER
    assert the_call(alert).state == State.INVALID_ADDRESS


def test_lost_jobs_are_made_up_for(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert_with_calls()
    call = end(take(caller), Outcome.SAFE, settle=False)
    Call.objects.filter(pk=call.pk).update(ended_at=clock.now() - UNDO_FOR)
    assert tasks.go_on(0) == 1
    assert standing(person).safety == Safety.SAFE
    assert tasks.go_on(0) == 0


def test_nobody_answers_and_is_rung_again_but_not_for_ever(caller: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    wanted = clock.now() + timedelta(hours=1)
    end(take(caller), Outcome.NO_ANSWER, again_at=wanted)
    waiting = the_call(alert)
    assert (waiting.state, waiting.due_at) == (State.WAITING, wanted)
    assert Attempt.objects.get().outcome == "no_reply"
    assert take(caller) is None
    for _ in range(3):
        call = take(caller, at=clock.now() + timedelta(hours=2))
        Call.objects.filter(officer_id=caller.pk, ended_at=None).update(taken_at=clock.now())
        end(call, Outcome.NO_ANSWER)
    assert the_call(alert).state == State.GAVE_UP
    assert the_call(alert).attempts == 4


def test_a_wrong_number_is_not_used_again(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    end(take(caller), Outcome.WRONG_NUMBER)
    assert the_call(alert).state == State.INVALID_ADDRESS
    assert ContactPoint.objects.get(person=person).last_failed_at is not None
    person.refresh_from_db()
    assert person.reach == 0


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Outcome.LEFT_MESSAGE, State.HANDED), (Outcome.REFUSED, State.UNSUBSCRIBED)],
)
def test_other_ends_of_a_call(caller: Officer, outcome: Outcome, state: State) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    end(take(caller), outcome)
    assert the_call(alert).state == state


def test_one_answer_can_speak_for_the_family(caller: Officer) -> None:
    people = builders.household(3, phone="+999502")
    for person in people:
        builders.stay(person)
    alert_with_calls()
    stranger = builders.resident(phone="+999503")
    chosen = [people[1].pk, people[2].pk, stranger.pk]
    end(take(caller), Outcome.SAFE, of_people=chosen)
    said = [standing(person).safety for person in people]
    assert said == [Safety.NO_ANSWER, Safety.SAFE, Safety.SAFE]
    assert not Standing.objects.filter(person_id=stranger.pk).exists()


def test_one_who_is_not_on_the_roll_takes_nobody_s_answer_along(caller: Officer) -> None:
    away, *people = builders.household(3, phone="+999502")
    for person in people:
        builders.stay(person)
    alert_with_calls()
    call = take(caller)
    assert call is not None
    listed = [
        one.person_id
        for one in sheet_of(call, countries=None, language="en", now=clock.now()).members
    ]
    assert listed == [person.pk for person in people]
    end(call, Outcome.SAFE, of_people=[away.pk, *listed])
    assert [standing(person).safety for person in people] == [Safety.SAFE] * 2
    assert not Standing.objects.filter(person_id=away.pk).exists()


def test_whoever_answered_meanwhile_is_not_rung(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    builders.raw_answer(Asked.objects.get(person_id=person.pk).id)
    drain.run_once()
    assert take(caller) is None
    assert the_call(alert).state == State.ANSWERED
    entry = Entry.objects.get(kind="calls.ended")
    assert (entry.subject_id, entry.detail["outcome"]) == (person.pk, "not_needed")


def test_information_is_told_and_asks_nothing(caller: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls(asks=False)
    end(take(caller), Outcome.TOLD)
    assert the_call(alert).state == State.DELIVERED
    assert not Sighting.objects.exists()


def test_who_spoke_is_forgotten_with_the_person_and_the_call_in_time(caller: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert_with_calls()
    end(take(caller), Outcome.SAFE, told_by="her brother")
    assert forget_told_by(person_ids=[person.pk]) == 1
    assert Call.objects.get().told_by == ""
    assert forget_old_calls(clock.now()) == 0
    assert forget_old_calls(clock.now() + timedelta(days=91)) == 1


def test_a_caller_sees_of_the_party_only_who_is_where_their_posts_answer(caller: Officer) -> None:
    people = builders.household(2, phone="+999502")
    for number, person in enumerate(people):
        builders.stay(person)
        ContactPoint.objects.filter(person=person).update(address=f"+99950{number}")
    alert_with_calls()
    call = take(caller)
    assert call is not None
    fellow = next(person for person in people if person.pk != call.person_id)
    now = clock.now()
    both = sheet_of(call, countries={"TR"}, language="en", now=now)
    assert (len(both.members), len(both.other_numbers)) == (2, 1)
    Standing.objects.filter(person_id=fellow.pk).update(country="DE")
    alone = sheet_of(call, countries={"TR"}, language="en", now=now)
    assert ([one.person_id for one in alone.members], alone.other_numbers) == ([call.person_id], [])
