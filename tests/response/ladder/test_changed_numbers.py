"""Whoever changed their number since is not sent a step again that went to the old one for them."""

import pytest

from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.registry.withdrawing import Way, note_removed
from safeconduct.response.alerts.models import Alert
from safeconduct.response.ladder.engine import heeding
from safeconduct.response.ladder.engine.reached import people_by_country
from safeconduct.response.ladder.engine.story import story_of
from safeconduct.response.ladder.models import Climb
from safeconduct.response.ladder.terms import Step
from safeconduct.wires.messaging.actions import forget_recipients
from safeconduct.wires.messaging.models import Delivery, SpokenTo
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders
from tests.response.ladder.test_climbing import answer, look, released, sent, settle

pytestmark = pytest.mark.django_db
SMS, EMAIL, CALL = Channel.SMS, Channel.EMAIL, Channel.CALL
TEXT_FIRST = (Step(SMS, 0), Step(EMAIL, 600))


def family(size: int = 2) -> list[Person]:
    """Some who share a telephone."""
    people = builders.household(size, phone="+999502")
    for person in people:
        builders.stay(person)
    return people


def mails(*people: Person) -> None:
    """From now on each has an address of their own, for the next step."""
    for person in people:
        address = f"{person.pk}@b.invalid"
        ContactPoint.objects.create(person=person, channel=EMAIL, address=address)


def changed(person: Person, address: str = "+999503") -> None:
    ContactPoint.objects.filter(person=person, channel=SMS).update(address=address)


def edit(person: Person, address: str) -> None:
    """As every way to change a number does it: by form, by list, by browser."""
    note_removed([Way(person.pk, SMS, point) for point in numbers(person)])
    changed(person, address)


def numbers(person: Person) -> list[str]:
    points = ContactPoint.objects.filter(person=person, channel=SMS)
    return list(points.values_list("address", flat=True))


def texts(alert: Alert) -> list[tuple[str, State]]:
    rows = Delivery.objects.filter(batch_id=alert.release.batch_id, channel=SMS).order_by("id")
    return [(row.address, State(row.state)) for row in rows]


@pytest.mark.parametrize("state", [State.WAITING, State.HANDED, State.DELIVERED])
def test_a_question_is_not_texted_again_to_the_new_number(state: State) -> None:
    _first, second = family()
    alert = released(steps=TEXT_FIRST)
    settle(alert, state)
    changed(second)
    look(alert, minutes=10)
    assert texts(alert) == [("+999502", state)]


def test_what_failed_at_the_old_number_is_tried_at_the_new_one() -> None:
    _first, second = family()
    alert = released(steps=TEXT_FIRST)
    settle(alert, State.INVALID_ADDRESS)
    changed(second)
    look(alert, minutes=10)
    assert texts(alert) == [("+999502", State.INVALID_ADDRESS), ("+999503", State.WAITING)]


@pytest.mark.parametrize("state", [State.WAITING, State.DELIVERED, State.INVALID_ADDRESS])
def test_what_spoke_to_some_of_the_family_is_not_texted_again_to_one_of_them(state: State) -> None:
    first, second, third = family(3)
    changed(third, "+999504")
    alert = released(steps=TEXT_FIRST)
    settle(alert, state)
    edit(second, "+999503")
    look(alert, minutes=10)
    again = ["+999503"] if state == State.INVALID_ADDRESS else []
    assert [address for address, _ in texts(alert)] == ["+999502", "+999504", *again]
    if not again:
        story = story_of(Climb.objects.get(batch_id=alert.release.batch_id), second)
        through = {met.step.channel: met.through_id for met in story.steps}
        assert through[SMS] == first.pk
    # Who leaves leaves nothing of it behind, and neither do messages that are dropped.
    assert {row.person_id for row in SpokenTo.objects.all()} == {second.pk}
    forget_recipients([second.pk])
    assert not SpokenTo.objects.exists()


def test_information_that_spoke_to_some_of_the_family_ends_the_steps_of_each() -> None:
    people = family(3)
    changed(people[2], "+999504")
    alert = released(asks=False, steps=TEXT_FIRST)
    settle(alert, State.DELIVERED)
    edit(people[1], "+999503")
    mails(*people)
    look(alert, minutes=30)
    assert set(sent(alert)) == {SMS}
    assert people_by_country(alert.release.batch_id) == {"TR": (3, 3)}


def test_what_was_written_for_some_of_the_family_may_not_have_been_theirs() -> None:
    first, second, third = family(3)
    changed(third, "+999504")
    alert = released(steps=TEXT_FIRST)
    assert len(texts(alert)) == 2
    changed(second)
    look(alert, minutes=10)
    assert [address for address, _ in texts(alert)] == ["+999502", "+999504", "+999503"]
    assert set(sent(alert, first)) == set(sent(alert, third)) == {SMS}


def test_information_that_arrived_at_the_old_number_ends_the_steps() -> None:
    first, second = family()
    alert = released(asks=False, steps=TEXT_FIRST)
    settle(alert, State.DELIVERED)
    changed(second)
    mails(first, second)
    look(alert, minutes=30)
    assert set(sent(alert)) == {SMS}


def test_information_goes_on_by_the_next_step_to_whoever_changed_their_number() -> None:
    first, second = family()
    alert = released(asks=False, steps=TEXT_FIRST)
    settle(alert, State.GAVE_UP)
    mails(first, second)
    changed(second)
    look(alert, minutes=30)
    assert EMAIL in sent(alert, second)


def test_a_call_to_one_at_home_and_one_there_asks_nobody_who_was_not_meant() -> None:
    first, _at_home = builders.household(2, phone="+999502")
    builders.stay(first)
    alert = released(asks=False, steps=(Step(SMS, 0), Step(CALL, 60)))
    settle(alert, State.GAVE_UP)
    ContactPoint.objects.filter(person=_at_home).update(address="+999505")
    look(alert, minutes=5)
    settle(alert, State.GAVE_UP, channel=CALL)
    look(alert, minutes=6)
    rows = Delivery.objects.filter(batch_id=alert.release.batch_id)
    assert set(rows.values_list("recipient_id", flat=True)) == {first.pk}


@pytest.mark.parametrize("by_news", [True, False])
def test_the_familys_message_waits_for_who_changed_their_number_and_is_silent(
    by_news: bool,
) -> None:
    first, second = family()
    alert = released(steps=TEXT_FIRST)
    changed(second)

    def heard(person: Person) -> None:
        answer(person)
        if by_news:
            heeding.heed(now=alert.release.released_at)
        else:
            look(alert, minutes=10 if person == first else 11)

    heard(first)
    assert texts(alert) == [("+999502", State.WAITING)]
    heard(second)
    assert texts(alert) == [("+999502", State.ANSWERED)]


def test_who_was_called_with_the_family_is_sent_nothing_more_of_information() -> None:
    first, second = builders.household(2)
    ContactPoint.objects.create(person=first, channel=SMS, address="+999504")
    for person in (first, second):
        builders.stay(person)
    mails(first, second)
    alert = released(asks=False, steps=(Step(EMAIL, 0), Step(CALL, 60)))
    look(alert, minutes=2)
    settle(alert, State.DELIVERED, channel=CALL)
    look(alert, minutes=3)
    assert sent(alert, second) == {EMAIL: State.ANSWERED}
