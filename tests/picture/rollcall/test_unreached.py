"""Whom nothing reached: found whatever became of messages, with a reason and a next step."""

from datetime import timedelta
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.queries import Filters, unreached
from safeconduct.picture.rollcall.rules import Contact, Trace
from safeconduct.picture.rollcall.terms import How, NextStep, Outcome, Unreached
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Round
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders

looking = import_module("safeconduct.picture.rollcall.queries.unreached")
SMS = Contact(Channel.SMS, "+99955500001", exists=True, stopped=False)
MAIL = Contact(Channel.EMAIL, "a@b.invalid", exists=True, stopped=False)
GONE = SMS._replace(exists=False)
CALLED = (How.CALL, Outcome.NO_REPLY)
ASKED = (How.RELATIVE, Outcome.NO_REPLY)
VISITED = (How.VISIT, Outcome.NO_REPLY)


@pytest.mark.parametrize(
    ("trace", "why"),
    [
        (Trace(), Unreached.NO_CONTACT),
        (Trace([SMS._replace(stopped=True)], {State.UNSUBSCRIBED}), Unreached.STOPPED),
        (Trace([SMS], {State.HANDED, State.GAVE_UP}), Unreached.NOT_PROVABLE),
        (Trace([SMS]), Unreached.NOT_WRITTEN),
        (Trace([GONE], {State.INVALID_ADDRESS}), Unreached.BAD_ADDRESS),
        (Trace([GONE, MAIL], {State.INVALID_ADDRESS}), Unreached.FAILED),
        (Trace([SMS], {State.EXPIRED}), Unreached.FAILED),
    ],
)
def test_the_reason_is_the_one_that_lets_most_be_done(trace: Trace, why: Unreached) -> None:
    assert rules.why_unreached(trace) == why


@pytest.mark.parametrize(
    ("trace", "step"),
    [
        (Trace([SMS], {State.HANDED}), (NextStep.CALL, SMS.address)),
        (Trace([SMS._replace(stopped=True)]), (NextStep.CALL, SMS.address)),
        (Trace([SMS], attempts=[CALLED], fellow=7), (NextStep.PARTY, "")),
        (Trace([MAIL], fellow=7), (NextStep.PARTY, "")),
        (Trace([GONE]), (NextStep.VISIT, "")),
        (Trace([GONE], has_kin=True), (NextStep.KIN, "")),
        (Trace([GONE], attempts=[ASKED], fellow=7, has_kin=True), (NextStep.KIN, "")),
        (Trace([GONE], attempts=[ASKED, ASKED], fellow=7, has_kin=True), (NextStep.VISIT, "")),
        (Trace([SMS], attempts=[CALLED, ASKED], fellow=7), (NextStep.VISIT, "")),
        (Trace([SMS], attempts=[CALLED, VISITED]), (NextStep.AGAIN, SMS.address)),
        (
            Trace([SMS], attempts=[(How.CALL, Outcome.WRONG_NUMBER), VISITED]),
            (NextStep.VISIT, ""),
        ),
        (Trace(attempts=[VISITED]), (NextStep.VISIT, "")),
    ],
)
def test_the_next_step_is_the_cheapest_untried(trace: Trace, step: tuple[NextStep, str]) -> None:
    assert rules.next_step(trace) == step


@given(
    st.lists(st.sampled_from([SMS, MAIL, GONE]), max_size=3),
    st.lists(st.tuples(st.sampled_from(list(How)), st.sampled_from(list(Outcome))), max_size=6),
    st.one_of(st.none(), st.just(7)),
)
def test_there_is_always_something_to_do(contacts, attempts, fellow) -> None:
    step, number = rules.next_step(Trace(contacts, (), attempts, fellow))
    assert bool(number) == (step in {NextStep.CALL, NextStep.AGAIN})
    assert step is not NextStep.PARTY or fellow


def asked(*people: Person) -> Round:
    return builders.asked_by_message(people, now=clock.now() - timedelta(hours=3))


def became(person: Person, state: State, *, handed_hours_ago: float = 2) -> None:
    at = clock.now() - timedelta(hours=handed_hours_ago)
    Delivery.objects.filter(recipient_id=person.pk).update(state=state, handed_at=at)


def found(round_: Round, **more) -> list[int]:
    page = unreached(
        round_.incident_id,
        Filters(countries=more.pop("countries", None)),
        batch_ids=[round_.batch_id],
        now=clock.now(),
        **more,
    )
    return [row.person_id for row in page.rows]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "hours", "is_found"),
    [
        (State.WAITING, 2, False),
        (State.CLAIMED, 2, False),
        (State.DELIVERED, 2, False),
        (State.HANDED, 0.5, False),
        (State.HANDED, 2, True),
        (State.INVALID_ADDRESS, 2, True),
        (State.REFUSED_BY_PROVIDER, 2, True),
        (State.EXPIRED, 2, True),
        (State.GAVE_UP, 2, True),
        (State.BLOCKED_BY_OPERATOR, 2, True),
        (State.UNSUBSCRIBED, 2, True),
    ],
)
def test_a_message_without_proof_is_no_message(state: State, hours: float, is_found: bool) -> None:
    (person,) = builders.household(phone="+99955500001")
    round_ = asked(person)
    became(person, state, handed_hours_ago=hours)
    assert found(round_) == ([person.pk] if is_found else [])


@pytest.mark.django_db
def test_who_answered_was_reached_whatever_became_of_the_message() -> None:
    (person,) = builders.household(phone="+99955500001")
    round_ = asked(person)
    became(person, State.GAVE_UP)
    builders.raw_answer(sender="+99955500001", text="1")
    drain.run_once()
    assert found(round_) == []


@pytest.mark.django_db
def test_a_familys_message_speaks_to_whoever_shares_its_address() -> None:
    first, second, third = builders.household(3, phone="+99955500001")
    ContactPoint.objects.filter(person=third).update(address="+99955500003")
    round_ = asked(first, second, third)
    became(first, State.DELIVERED)
    became(third, State.GAVE_UP)
    assert found(round_) == [third.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(("covers", "is_found"), [(3, False), (2, True)])
def test_who_changed_their_number_was_reached_at_the_familys_old_one(
    covers: int, is_found: bool
) -> None:
    first, second, third = builders.household(3, phone="+99955500001")
    round_ = asked(first, second, third)
    became(first, State.DELIVERED)
    Delivery.objects.update(covers=covers)
    ContactPoint.objects.filter(person=third).update(address="+99955500003")
    # Written for fewer than the party has, it may not have been theirs.
    assert found(round_) == ([third.pk] if is_found else [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "is_found"), [(State.WAITING, False), (State.DELIVERED, False), (State.GAVE_UP, True)]
)
def test_a_call_speaks_to_the_whole_party(state: State, is_found: bool) -> None:
    first, child = builders.household(2, phone="+99955500001", shared=False)
    ContactPoint.objects.create(person=child, channel=Channel.EMAIL, address="a@b.invalid")
    round_ = asked(first, child)
    Delivery.objects.filter(recipient_id=child.pk).delete()
    became(first, state)
    assert child.pk in found(round_)
    Delivery.objects.update(channel=Channel.CALL)
    assert (child.pk in found(round_)) == is_found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "hours", "is_told"),
    [
        (State.DELIVERED, 2, True),
        (State.WAITING, 2, True),
        (State.HANDED, 0.5, True),
        (State.HANDED, 2, False),
        (State.GAVE_UP, 2, False),
    ],
)
def test_who_has_no_contact_and_a_relative_who_was_told_is_listed_apart(
    state: State, hours: float, is_told: bool
) -> None:
    first, child = builders.household(2, phone="+99955500001", shared=False)
    round_ = asked(first, child)
    became(first, state, handed_hours_ago=hours)
    assert (child.pk in found(round_)) == (not is_told)
    assert found(round_, through=True) == ([child.pk] if is_told else [])


@pytest.mark.django_db
def test_a_contact_of_their_own_or_a_call_is_not_through_a_relative() -> None:
    first, child = builders.household(2, phone="+99955500001", shared=False)
    round_ = asked(first, child)
    became(first, State.DELIVERED)
    failed = ContactPoint.objects.create(
        person=child, channel=Channel.SMS, address="+99955500009", last_failed_at=clock.now()
    )
    # Their own telephone is silent: they may be anywhere.
    assert found(round_) == [child.pk]
    assert found(round_, through=True) == []
    failed.delete()
    Delivery.objects.update(channel=Channel.CALL)
    assert found(round_) == found(round_, through=True) == []
    # Nobody of another party speaks for them.
    (alone,) = builders.household()
    other = asked(alone)
    assert found(other) == [alone.pk]
    assert found(other, through=True) == []


@pytest.mark.django_db
def test_who_cannot_be_written_to_is_on_the_list_and_only_for_their_post() -> None:
    (person,) = builders.household()
    round_ = asked(person)
    assert found(round_, countries=frozenset({"TR"})) == [person.pk]
    assert found(round_, countries=frozenset({"GE"})) == []


@pytest.mark.django_db
def test_pages_follow_one_another_and_look_at_so_many_at_most(monkeypatch) -> None:
    people = [builders.household()[0] for _ in range(5)]
    (reached,) = builders.household(phone="+99955500001")
    round_ = asked(*people, reached)
    became(reached, State.DELIVERED)
    monkeypatch.setattr(looking, "LOOKED_AT", 3)
    seen, after = [], ""
    for _ in range(9):
        page = unreached(
            round_.incident_id,
            Filters(countries=None),
            batch_ids=[round_.batch_id],
            now=clock.now(),
            after=after,
            limit=2,
        )
        seen += [row.person_id for row in page.rows]
        if not (after := page.after):
            break
    assert sorted(seen) == sorted(person.pk for person in people)
    assert len(seen) == len(set(seen))
