"""Answers from the door into replies and standings, each once, none lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall.models import Sighting, Standing
from safeconduct.picture.rollcall.terms import Presence, Safety, Witness
from safeconduct.response.checkins import queries
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Reply, Unclear
from safeconduct.response.checkins.terms import Reason
from safeconduct.wires.intake.models import RawAnswer
from safeconduct.wires.intake.terms import Answer, Scope
from tests import builders

pytestmark = pytest.mark.django_db
PHONE = "+99955500001"


def standing(asked) -> Standing:
    return Standing.objects.get(incident_id=asked.incident_id, person_id=asked.person_id)


def an_hour_ago():
    return clock.now() - timedelta(hours=1)


def asked(people: int = 1, **more):
    return builders.asked(builders.household(people, **more), now=an_hour_ago())


def test_an_answer_becomes_reply_sighting_and_standing() -> None:
    (one,) = asked()
    raw = builders.raw_answer(one.id, Answer.SAFE)
    assert drain.run_once() == 1
    reply = Reply.objects.get()
    assert (reply.asked_id, reply.person_id, reply.answer) == (one.id, one.person_id, 1)
    assert reply.key == raw.key
    sighting = Sighting.objects.get()
    assert (sighting.witness, sighting.safety) == (Witness.SELF, Safety.SAFE)
    row = standing(one)
    assert (row.presence, row.safety, row.heard_round) == (Presence.CONFIRMED, Safety.SAFE, 1)
    assert not RawAnswer.objects.exists()
    assert Entry.objects.get(kind="checkins.replies_recorded").detail["count"] == 1


def test_nothing_waiting_is_nothing_done() -> None:
    assert drain.run_once() == 0


def test_the_same_key_twice_is_one_answer() -> None:
    (one,) = asked()
    key = uuid4()
    builders.raw_answer(one.id, Answer.SAFE, key=key)
    builders.raw_answer(one.id, Answer.SAFE, key=key)
    drain.run_once()
    builders.raw_answer(one.id, Answer.NEEDS_HELP, key=key)
    drain.run_once()
    assert Reply.objects.count() == Sighting.objects.count() == 1
    assert standing(one).safety == Safety.SAFE


def test_a_later_safe_from_the_same_link_stands_beside_the_call() -> None:
    (one,) = asked()
    builders.raw_answer(one.id, Answer.NEEDS_HELP)
    builders.raw_answer(one.id, Answer.SAFE)
    drain.run_once()
    row = standing(one)
    assert row.help_open
    assert row.conflict
    assert Reply.objects.count() == 2


def test_all_of_us_speaks_for_the_party_that_was_asked() -> None:
    family = asked(3)
    (stranger,) = builders.asked(builders.household(), on=None)
    builders.raw_answer(family[0].id, Answer.SAFE, scope=Scope.ALL_OF_US)
    drain.run_once()
    assert [standing(one).safety for one in family] == [Safety.SAFE] * 3
    assert standing(stranger).safety == Safety.NO_ANSWER
    witnesses = Sighting.objects.order_by("person_id").values_list("witness", flat=True)
    assert list(witnesses) == [Witness.SELF, Witness.PARTY, Witness.PARTY]
    assert set(Reply.objects.values_list("answered_by_id", flat=True)) == {family[0].id}


def test_a_list_speaks_for_exactly_those_of_the_party_in_it() -> None:
    family = asked(3)
    (stranger,) = asked()
    others = [family[1].id, stranger.id]
    builders.raw_answer(family[0].id, Answer.SAFE, scope=Scope.LISTED, others=others)
    drain.run_once()
    spoken = [standing(one).safety for one in (*family, stranger)]
    assert spoken == [Safety.NO_ANSWER, Safety.SAFE, Safety.NO_ANSWER, Safety.NO_ANSWER]


def test_a_list_of_strangers_goes_to_a_person() -> None:
    (one,) = asked()
    (stranger,) = asked()
    builders.raw_answer(one.id, Answer.SAFE, scope=Scope.LISTED, others=[stranger.id])
    drain.run_once()
    assert Unclear.objects.get().reason == Reason.UNKNOWN_LINK
    assert standing(stranger).safety == Safety.NO_ANSWER


def test_statements_are_dated_between_question_and_arrival() -> None:
    (one,) = asked()
    tomorrow = clock.now() + timedelta(days=1)
    raw = builders.raw_answer(one.id, stated_at=tomorrow)
    drain.run_once()
    assert standing(one).stated_at == raw.received_at
    assert Reply.objects.get().stated_at == tomorrow


def test_not_there_keeps_safety_unanswered() -> None:
    (one,) = asked()
    builders.raw_answer(one.id, Answer.NOT_THERE)
    drain.run_once()
    row = standing(one)
    assert (row.presence, row.safety) == (Presence.NEVER_THERE, Safety.NO_ANSWER)
    assert row.heard_round == 1


@pytest.mark.parametrize("sender", [PHONE, PHONE[1:]])
def test_a_digit_from_a_number_of_one_person_is_an_answer(sender: str) -> None:
    (one,) = asked(phone=PHONE)
    builders.raw_answer(sender=sender, text="٢")
    drain.run_once()
    assert standing(one).help_open
    assert not Unclear.objects.exists()


def test_a_digit_from_a_number_of_several_is_not_guessed_at() -> None:
    family = asked(2, phone=PHONE)
    builders.raw_answer(sender=PHONE, text="1")
    drain.run_once()
    unclear = Unclear.objects.get()
    assert unclear.reason == Reason.SEVERAL_PEOPLE
    assert [one[1] for one in unclear.candidates] == [one.id for one in family]
    assert unclear.countries == ["TR"]
    assert not Reply.objects.exists()


def test_a_number_shared_with_somebody_who_was_not_asked_is_not_guessed_at() -> None:
    (one,) = asked(phone=PHONE)
    builders.household(phone=PHONE)
    builders.raw_answer(sender=PHONE, text="1")
    drain.run_once()
    unclear = Unclear.objects.get()
    assert unclear.reason == Reason.SEVERAL_PEOPLE
    assert [asked_id for _, asked_id, _ in unclear.candidates] == [one.id]
    assert not standing(one).heard_round


def test_a_digit_long_after_the_question_goes_to_a_person() -> None:
    (one,) = asked(phone=PHONE)
    builders.raw_answer(sender=PHONE, text="1", received_at=clock.now() + timedelta(days=8))
    drain.run_once()
    unclear = Unclear.objects.get()
    assert (unclear.reason, len(unclear.candidates)) == (Reason.QUESTION_CLOSED, 1)
    assert not standing(one).heard_round


@pytest.mark.parametrize(
    ("sender", "text", "reason"),
    [
        ("+99955509999", "1", Reason.NO_NUMBER),
        (PHONE, "we are fine but my son is lost", Reason.UNREADABLE),
        ("", "1", Reason.NO_NUMBER),
    ],
)
def test_what_cannot_be_read_goes_to_a_person(sender: str, text: str, reason: Reason) -> None:
    asked(phone=PHONE)
    raw = builders.raw_answer(None, None, sender=sender, text=text)
    RawAnswer.objects.filter(pk=raw.pk).update(text=text)
    drain.run_once()
    unclear = Unclear.objects.get()
    assert (unclear.reason, unclear.sender, unclear.text) == (reason, sender, text)


def test_somebody_who_was_not_asked_goes_to_a_person() -> None:
    builders.household(phone=PHONE)
    builders.raw_answer(sender=PHONE, text="1")
    drain.run_once()
    assert Unclear.objects.get().reason == Reason.NOT_ASKED


def test_two_open_incidents_are_two_questions() -> None:
    people = builders.household(phone=PHONE)
    for _ in range(2):
        builders.asked(people, now=an_hour_ago())
    builders.raw_answer(sender=PHONE, text="1")
    drain.run_once()
    assert Unclear.objects.get().reason == Reason.SEVERAL_QUESTIONS


def test_a_link_that_speaks_for_nobody_goes_to_a_person() -> None:
    (one,) = asked()
    builders.raw_answer(one.id + 999_999)
    builders.raw_answer(one.id + 5)
    builders.raw_answer(1)
    drain.run_once()
    reasons = set(Unclear.objects.values_list("reason", flat=True))
    assert (Unclear.objects.count(), reasons) == (3, {Reason.UNKNOWN_LINK})


def test_an_answer_we_never_offered_goes_to_a_person() -> None:
    (one,) = asked()
    builders.raw_answer(one.id, 9)
    drain.run_once()
    assert Unclear.objects.get().reason == Reason.BROKEN


def test_an_answer_after_the_incident_goes_to_a_person() -> None:
    (one,) = asked()
    Incident.objects.filter(pk=one.incident_id).update(closed_at=clock.now())
    builders.raw_answer(one.id, received_at=clock.now() + timedelta(seconds=5))
    builders.raw_answer(one.id, received_at=an_hour_ago() + timedelta(minutes=1))
    drain.run_once()
    assert Unclear.objects.get().reason == Reason.CLOSED
    assert Reply.objects.count() == 1


def test_one_answer_nobody_can_read_does_not_hold_up_the_others() -> None:
    family = asked(3)
    for one in family:
        builders.raw_answer(one.id)
    # An instant that PostgreSQL keeps and Python has no number for.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_rawanswer SET stated_at = '12345-01-01Z' WHERE asked_id = %s",
            [family[1].id],
        )
    drained = drain.Drain()
    assert sum(drained.run_once() for _ in range(3)) == 3
    assert [standing(one).safety for one in family] == [Safety.SAFE, Safety.NO_ANSWER, Safety.SAFE]
    assert Unclear.objects.get().reason == Reason.BROKEN
    assert Unclear.objects.get().asked_id == family[1].id


@pytest.mark.parametrize("fault", [AttributeError, Incident.DoesNotExist])
def test_whatever_one_answer_raises_it_is_set_aside_alone(monkeypatch, fault) -> None:
    (one,) = asked(phone=PHONE)
    builders.raw_answer(sender=PHONE, text="poison")
    builders.raw_answer(one.id)
    real = drain.read_all

    def choosy(cursor, raws):
        if any(raw.text == "poison" for raw in raws):
            raise fault("of a kind nobody thought of")
        return real(cursor, raws)

    monkeypatch.setattr(drain, "read_all", choosy)
    drained = drain.Drain()
    assert sum(drained.run_once() for _ in range(2)) == 2
    assert standing(one).safety == Safety.SAFE
    assert Unclear.objects.get().reason == Reason.BROKEN


def test_a_broken_call_for_help_comes_first_and_with_whom_it_is_of() -> None:
    (one,) = asked(phone=PHONE)
    builders.raw_answer(sender=PHONE, text="hm")
    builders.raw_answer(one.id, Answer.NEEDS_HELP)
    builders.raw_answer(one.id, Answer.SAFE)
    builders.raw_answer(sender=PHONE, text="SOS")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE intake_rawanswer SET stated_at = '12345-01-01Z' WHERE text <> 'hm'")
    drained = drain.Drain()
    assert sum(drained.run_once() for _ in range(4)) == 4
    waiting = list(queries.unclear_answers(None))
    assert [unclear.calls for unclear in waiting] == [True, True, False, False]
    linked, written = waiting[:2]
    assert linked.reason == written.reason == Reason.BROKEN
    assert linked.candidates == [[one.incident_id, one.id, one.person_id]]
    assert linked.countries == ["TR"]
    assert (written.text, written.candidates) == ("SOS", [])


def test_who_has_proven_a_number_is_read_before_who_only_typed_it() -> None:
    (one,) = asked(phone=PHONE)
    builders.household(phone=PHONE)
    builders.raw_answer(sender=PHONE, text="1")
    drain.run_once()
    assert Unclear.objects.get().reason == Reason.SEVERAL_PEOPLE
    ContactPoint.objects.filter(person_id=one.person_id).update(verified_at=clock.now())
    builders.raw_answer(sender=PHONE, text="safe")
    drain.run_once()
    assert standing(one).safety == Safety.SAFE
    assert Unclear.objects.count() == 1


def test_an_unclear_answer_repeated_is_one() -> None:
    key = uuid4()
    for _ in range(2):
        builders.raw_answer(sender=PHONE, text="hm", key=key)
        drain.run_once()
    assert Unclear.objects.count() == 1


def test_somebody_no_longer_on_the_roll_goes_to_a_person() -> None:
    one, other = asked(2)
    Standing.objects.filter(person_id=one.person_id).delete()
    builders.raw_answer(one.id, scope=Scope.ALL_OF_US)
    drain.run_once()
    assert standing(other).safety == Safety.SAFE
    assert Unclear.objects.get().reason == Reason.UNKNOWN_LINK
    assert Reply.objects.count() == 1


def test_answers_for_two_incidents_are_folded_together() -> None:
    (one,) = asked()
    (other,) = asked()
    builders.raw_answer(one.id)
    builders.raw_answer(other.id, Answer.NEEDS_HELP)
    assert drain.run_once() == 2
    assert standing(one).safety == Safety.SAFE
    assert standing(other).help_open
