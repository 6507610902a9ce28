"""STOP, START and a number that turned out to be somebody's."""

from datetime import timedelta

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry import actions, rules
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.wires.messaging.models import Delivery
from safeconduct.wires.messaging.queries import batch_tally
from safeconduct.wires.messaging.terms import Channel, Lane, State
from tests import builders, messages

pytestmark = pytest.mark.django_db
PHONE = "+99955500001"


def wish(change, *, channel: Channel = Channel.SMS) -> list[int]:
    return change(channel=channel, address=PHONE, now=clock.now(), actor=builders.TESTER)


def test_stop_and_start_are_for_everybody_at_the_address_and_written_down() -> None:
    family = builders.household(2, phone=PHONE)
    assert wish(actions.stop_contact) == [person.pk for person in family]
    assert wish(actions.stop_contact) == []
    assert ContactPoint.objects.filter(stopped_at=None).count() == 0
    assert wish(actions.start_contact) == [person.pk for person in family]
    assert wish(actions.start_contact) == []
    entries = Entry.objects.filter(subject_kind="person").order_by("id")
    assert [entry.kind for entry in entries] == ["registry.stopped"] * 2 + ["registry.started"] * 2
    assert {str(entry.detail) for entry in entries} == {"{'channel': 'sms'}"}


def test_a_stop_on_one_channel_leaves_the_other() -> None:
    (person,) = builders.household(phone=PHONE)
    assert wish(actions.stop_contact, channel=Channel.EMAIL) == []
    assert ContactPoint.objects.get(person=person).stopped_at is None


def test_a_stop_ends_what_waits_for_the_address_but_nothing_urgent() -> None:
    (person, other) = [*builders.household(phone=PHONE), *builders.household(phone="+99955500002")]
    bulk, second = messages.batch(), messages.batch()
    urgent = messages.batch(lane=Lane.URGENT)
    for batch in (bulk, second, urgent):
        messages.fill(batch.pk, person.pk, first=person.pk, address=PHONE, covers=2)
    messages.fill(bulk.pk, person.pk, first=person.pk, address=PHONE, channel=Channel.CALL)
    messages.fill(bulk.pk, person.pk, first=person.pk, channel=Channel.EMAIL)
    messages.fill(bulk.pk, other.pk, first=other.pk, address="+99955500002")
    Delivery.objects.filter(batch_id=second.pk).update(state=State.HANDED)
    wish(actions.stop_contact)
    ended = Delivery.objects.filter(state=State.UNSUBSCRIBED)
    assert set(ended.values_list("batch_id", "recipient_id", "channel")) == {
        (bulk.pk, person.pk, Channel.SMS),
        (bulk.pk, person.pk, Channel.CALL),
    }
    assert all(row.settled_at for row in ended)
    tally = batch_tally([bulk.pk])
    assert tally.messages_by_state() == {State.WAITING: 2, State.UNSUBSCRIBED: 2}
    assert tally.people(State.UNSUBSCRIBED, channel=Channel.SMS) == 2
    assert batch_tally([urgent.pk]).messages_by_state() == {State.WAITING: 1}


def add(person, address: str) -> bool:
    return actions.add_contact(
        person_id=person.pk,
        channel=Channel.SMS,
        address=address,
        now=clock.now(),
        actor=builders.TESTER,
    )


def test_a_number_is_added_once_and_makes_its_person_reachable() -> None:
    (person,) = builders.household()
    assert add(person, "00999 555 00001")
    assert not add(person, PHONE)
    person.refresh_from_db()
    assert person.reach == Channel.SMS
    assert ContactPoint.objects.get(person=person).address == PHONE
    assert Entry.objects.filter(kind="registry.contact_added").count() == 1


def test_what_is_no_number_is_refused() -> None:
    (person,) = builders.household()
    with pytest.raises(rules.ContactRefusedError):
        add(person, "12345")


@pytest.mark.parametrize(
    ("channel", "ends"), [(Channel.SMS, State.UNSUBSCRIBED), (Channel.CALL, State.CLAIMED)]
)
def test_a_stop_ends_what_a_sender_holds_but_no_call_an_officer_is_on(
    channel: Channel, ends: State
) -> None:
    (person,) = builders.household(phone=PHONE)
    bulk = messages.batch()
    messages.fill(bulk.pk, person.pk, first=person.pk, address=PHONE, channel=channel)
    lease = clock.now() + timedelta(minutes=1)
    Delivery.objects.update(state=State.CLAIMED, leased_until=lease)
    wish(actions.stop_contact)
    assert Delivery.objects.get().state == ends


def test_the_record_says_that_they_wrote_stop(pages) -> None:
    person = builders.registered_person()
    ContactPoint.objects.filter(person=person).update(stopped_at=clock.now())
    pages.sign_in(builders.officer(at=builders.post()))
    page = pages.get(f"/console/people/{person.pk}/").content.decode()
    assert "wrote STOP" in page
