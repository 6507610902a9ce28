"""A warden's list: who is on it, what its link opens, what an outcome changes, how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.access import LinkNotOpenError
from safeconduct.picture.rollcall.models import Attempt, Sighting, Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.alerts.models import Alert
from safeconduct.response.calls import actions
from safeconduct.response.calls.access import call_for, link_of, list_by_link
from safeconduct.response.calls.engine.listing import Narrowing
from safeconduct.response.calls.engine.warden_page import page_of
from safeconduct.response.calls.models import Call, WardenCall, WardenList
from safeconduct.response.calls.queries import last_ended
from safeconduct.response.calls.terms import UNDO_FOR, Outcome
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Asked
from safeconduct.wires.messaging.engine.sweeper import sweep
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders
from tests.pages import Pages
from tests.response.calls.test_calls import alert_with_calls, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Officer:
    return builders.officer("duty_officer", at=builders.post(id=2, seat="TR"))


def handed(officer: Officer, **more: Any) -> WardenList:
    content = {
        "narrowing": Narrowing(frozenset({"TR"})),
        "warden": "Rasim",
        "language": "en",
        "country": "TR",
        "count": 50,
        "lasts": timedelta(hours=6),
        "now": clock.now(),
        "actor": Actor.officer(officer.pk),
    }
    return actions.hand_over(**content | more)


def note(call: WardenCall, outcome: Outcome, *, settle: bool = True, **said: Any) -> Call:
    noted = actions.note_outcome(
        warden_call_id=call.pk, outcome=outcome, told_by="Rasim", now=clock.now(), **said
    )
    if settle:
        actions.settle_ended(call_id=noted.pk, now=clock.now() + UNDO_FOR)
    return noted


def state(alert: Alert) -> State:
    return State(Delivery.objects.get(batch_id=alert.release.batch_id, channel=Channel.CALL).state)


def test_a_list_holds_at_most_fifty_and_nobody_else_is_given_them(officer: Officer) -> None:
    for number in range(52):
        builders.resident(phone=f"+9995{number:02}")
    alert_with_calls()
    made = handed(officer, count=500)
    assert made.calls.count() == 50
    assert Entry.objects.filter(kind="calls.handed_over").count() == 50
    assert take(officer).person_id not in set(made.calls.values_list("person_id", flat=True))
    assert handed(officer).calls.count() == 1


def test_a_warden_sees_no_number_of_who_must_not_be_called(officer: Officer) -> None:
    person = builders.resident(phone="+999501777")
    asked = {"person_id": person.pk, "party_id": person.party_id, "people": [person.pk]}
    builders.help_request(details={"no_call": "yes"}, **asked)
    alert_with_calls()
    (one,) = page_of(handed(officer), now=clock.now()).to_call
    assert (one.no_call, one.number) == (True, "")


def test_without_anybody_to_call_no_list_is_made(officer: Officer) -> None:
    builders.resident(phone="+999501")
    alert_with_calls()
    with pytest.raises(actions.NobodyToCallError):
        handed(officer, narrowing=Narrowing(frozenset({"DE"})))


def test_the_link_opens_this_list_while_it_lasts(officer: Officer) -> None:
    builders.resident(phone="+999501")
    alert_with_calls()
    made, now = handed(officer), clock.now()
    assert list_by_link(link_of(made), now) == made
    for token, at in ((link_of(made)[:-1] + "x", now), (link_of(made), made.until)):
        with pytest.raises(LinkNotOpenError):
            list_by_link(token, at)
    actions.end_list(list_id=made.pk, now=now, actor=builders.TESTER)
    with pytest.raises(LinkNotOpenError):
        list_by_link(link_of(made), now)


def test_an_outcome_takes_effect_after_a_minute_and_says_who_told(officer: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    (call,) = handed(officer).calls.all()
    note(call, Outcome.SAFE, settle=False)
    assert state(alert) is State.CLAIMED
    noted = note_settled(call)
    assert state(alert) is State.DELIVERED
    assert Standing.objects.get(person_id=person.pk).safety == Safety.SAFE
    assert Sighting.objects.get(person_id=person.pk).told_by == "Rasim"
    assert (noted.officer_id, noted.warden_list_id) == (officer.pk, call.of_id)
    with pytest.raises(actions.CallRefusedError):
        note(call, Outcome.HELP)


def note_settled(call: WardenCall) -> Call:
    noted = Call.objects.get(delivery_id=call.delivery_id)
    actions.settle_ended(call_id=noted.pk, now=clock.now() + UNDO_FOR)
    return noted


def test_what_a_warden_wrote_down_is_not_the_officers_to_undo(officer: Officer) -> None:
    builders.resident(phone="+999501")
    alert_with_calls()
    (call,) = handed(officer).calls.all()
    noted = note(call, Outcome.SAFE, settle=False)
    assert last_ended(officer.pk) is None
    with pytest.raises(Http404):
        call_for(noted.pk, officer=officer)


def test_a_call_for_help_does_not_wait(officer: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert_with_calls()
    (call,) = handed(officer).calls.all()
    note(call, Outcome.HELP, settle=False)
    assert Standing.objects.get(person_id=person.pk).help_open


def test_an_outcome_can_be_undone_within_the_minute(officer: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    (call,) = handed(officer).calls.all()
    note(call, Outcome.WRONG_NUMBER, settle=False)
    assert actions.undo_outcome(warden_call_id=call.pk, now=clock.now())
    assert not Call.objects.exists()
    note(call, Outcome.SAFE)
    assert not actions.undo_outcome(warden_call_id=call.pk, now=clock.now())
    assert state(alert) is State.DELIVERED


def test_whoever_did_not_answer_stays_on_the_list(officer: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert = alert_with_calls()
    (call,) = handed(officer).calls.all()
    note(call, Outcome.NO_ANSWER)
    note(call, Outcome.NO_ANSWER)
    assert state(alert) is State.CLAIMED
    assert Attempt.objects.filter(person_id=person.pk).count() == 2
    call.refresh_from_db()
    assert (call.tries, call.ended_at) == (2, None)
    note(call, Outcome.SAFE)
    assert state(alert) is State.DELIVERED


def test_a_family_is_written_down_together_or_one_of_them(officer: Officer) -> None:
    people = builders.household(2, phone="+999502")
    for person in people:
        builders.stay(person)
    alert_with_calls()
    (call,) = handed(officer).calls.all()
    note(call, Outcome.SAFE, of_people=[people[1].pk])
    assert heard() == {people[1].pk}
    Call.objects.all().delete()
    WardenCall.objects.update(ended_at=None)
    note(call, Outcome.SAFE, of_people=None)
    assert heard() == {person.pk for person in people}


def heard() -> set[int]:
    found = Standing.objects.filter(heard_round__gt=0)
    return set(found.values_list("person_id", flat=True))


def test_a_list_taken_back_frees_what_was_not_called(officer: Officer) -> None:
    people = [builders.resident(phone=f"+99950{number}") for number in range(2)]
    alert_with_calls()
    made = handed(officer)
    first, second = made.calls.all()
    note(first, Outcome.SAFE)
    actions.end_list(list_id=made.pk, now=clock.now(), actor=builders.TESTER)
    actions.end_list(list_id=made.pk, now=clock.now(), actor=builders.TESTER)
    assert take(officer).person_id == second.person_id
    assert {one.pk for one in people} == {first.person_id, second.person_id}
    assert Entry.objects.filter(kind="calls.list_ended").count() == 1


def test_a_list_whose_time_is_over_frees_them_too(officer: Officer) -> None:
    builders.resident(phone="+999501")
    alert = alert_with_calls()
    made = handed(officer)
    Delivery.objects.filter(channel=Channel.CALL).update(
        leased_until=clock.now() - timedelta(seconds=1)
    )
    sweep(clock.now())
    assert state(alert) is State.WAITING
    with pytest.raises(actions.CallRefusedError):
        actions.note_outcome(
            warden_call_id=made.calls.get().pk,
            outcome=Outcome.SAFE,
            told_by="",
            now=made.until,
        )


def test_numbers_are_shown_only_while_somebody_is_to_be_called(officer: Officer) -> None:
    person = builders.resident(phone="+999501777")
    alert = alert_with_calls()
    made, now = handed(officer), clock.now()
    (one,) = page_of(made, now=now).to_call
    assert (one.number, one.is_open, one.heard) == ("+999501777", True, False)
    builders.raw_answer(Asked.objects.get(person_id=person.pk).id)
    drain.run_once()
    (one,) = page_of(made, now=now).to_call
    assert (one.number, one.is_open, one.heard) == ("", False, True)
    (one,) = page_of(made, now=alert.expires_at).to_call
    assert (one.number, one.over) == ("", True)


def test_an_exercise_shows_no_number(officer: Officer) -> None:
    builders.resident(phone="+999501777")
    alert_with_calls(exercise=True)
    page = page_of(handed(officer), now=clock.now())
    assert page.exercise
    assert [one.number for one in page.to_call] == [""]


def test_a_warden_calls_without_an_account(pages: Pages, officer: Officer) -> None:
    builders.resident(phone="+999501777")
    alert = alert_with_calls()
    at_desk = pages.sign_in(officer)
    form = {"warden": "Rasim", "page_language": "en", "country": "TR", "count": 5, "hours": 6}
    assert at_desk.post("/console/calls/wardens/", form).status_code == 302
    made = WardenList.objects.get()
    assert f"/me/warden/{link_of(made)}/" in at_desk.get("/console/calls/wardens/").text
    warden, address = Pages(), f"/me/warden/{link_of(made)}/"
    page = warden.get(address)
    assert page["Cache-Control"] == "no-store"
    assert "tel:+999501777" in page.text
    number = made.calls.get().pk
    assert warden.post(f"{address}{number}/", {"outcome": "dance"}).status_code == 302
    assert not Call.objects.exists()
    assert warden.post(f"{address}{number}/", {"outcome": "safe"}).status_code == 302
    assert "tel:" not in warden.get(address).text
    assert warden.post(f"{address}{number}/undo/").status_code == 302
    assert state(alert) is State.CLAIMED
    assert at_desk.post(f"/console/calls/wardens/{made.pk}/end/").status_code == 302
    assert warden.get(address).status_code == 404


def test_a_link_reaches_no_call_of_another_list(pages: Pages, officer: Officer) -> None:
    for number in range(2):
        builders.resident(phone=f"+99950{number}")
    alert_with_calls()
    mine, others = handed(officer, count=1), handed(officer, count=1)
    number = others.calls.get().pk
    address = f"/me/warden/{link_of(mine)}/{number}/"
    assert pages.post(address, {"outcome": "safe"}).status_code == 404
    assert not Call.objects.exists()


def test_whoever_leaves_the_registry_leaves_the_list(officer: Officer) -> None:
    person = builders.resident(phone="+999501")
    alert_with_calls()
    made = handed(officer)
    actions.forget_told_by(person_ids=[person.pk])
    assert page_of(made, now=clock.now()).to_call == []


def test_old_lists_are_forgotten(officer: Officer) -> None:
    builders.resident(phone="+999501")
    alert_with_calls()
    made = handed(officer)
    assert actions.forget_old_lists(made.until + timedelta(days=89)) == 0
    assert actions.forget_old_lists(made.until + timedelta(days=91)) > 0
