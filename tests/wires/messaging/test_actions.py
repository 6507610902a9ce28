from datetime import date, timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import actions, queries
from safeconduct.wires.messaging.actions import BatchRefusedError, TextDraft
from safeconduct.wires.messaging.models import Batch, Delivery
from safeconduct.wires.messaging.terms import Channel, Lane, State
from tests import messages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong",
    [
        {"not_after": timedelta(seconds=0)},
        {"texts": []},
        {"texts": [TextDraft("az", 1, "  ")]},
        {"link_purpose": ""},
        {"link_expires_on": None},
    ],
)
def test_a_batch_that_could_not_be_sent_is_refused(wrong: dict[str, object]) -> None:
    now = clock.now()
    right = {
        "lane": Lane.URGENT,
        "not_after": timedelta(hours=1),
        "exercise": False,
        "texts": [TextDraft("az", 1, "Zəlzələ {link}")],
        "link_purpose": "answer",
        "link_expires_on": date(2027, 1, 1),
        "now": now,
        "actor": messages.TESTER,
    }
    asked = right | wrong
    asked["not_after"] = now + asked["not_after"]
    with pytest.raises(BatchRefusedError):
        actions.open_batch(**asked)


@pytest.mark.parametrize("anew", [False, True])
def test_a_chunk_may_be_repeated_and_counts_once(anew) -> None:
    batch = messages.batch()
    assert messages.fill(batch.pk, 5, covers=2, anew=anew) == 5
    # Also where nobody expected to find any of them there.
    assert messages.fill(batch.pk, 7, covers=2, anew=anew) == 2
    tally = queries.batch_tally([batch.pk])
    assert tally.messages() == 7
    assert tally.people(State.WAITING, channel=Channel.SMS, country="TR") == 14
    assert messages.rows(batch.pk, "state") == [State.WAITING] * 7


def test_one_recipient_may_be_written_to_on_two_channels() -> None:
    batch = messages.batch()
    assert messages.fill(batch.pk, 3) + messages.fill(batch.pk, 3, channel=Channel.EMAIL) == 6
    tally = queries.batch_tally([batch.pk])
    assert tally.messages_by_channel() == {Channel.SMS: 3, Channel.EMAIL: 3}
    assert tally.messages_by_state() == {State.WAITING: 6}
    assert tally.messages_by_channel() == {Channel.SMS: 3, Channel.EMAIL: 3}
    assert tally.people(channel=Channel.SMS) == tally.people(channel=Channel.EMAIL) == 3


def test_what_joins_a_stopped_batch_ends_at_once() -> None:
    batch = messages.batch()
    assert actions.stop_batch(batch_id=batch.pk, now=clock.now(), actor=messages.TESTER)
    assert not actions.stop_batch(batch_id=batch.pk, now=clock.now(), actor=messages.TESTER)
    messages.fill(batch.pk, 2)
    assert messages.rows(batch.pk, "state") == [State.STOPPED] * 2
    assert queries.batch_tally([batch.pk]).messages(State.STOPPED) == 2


def test_what_joins_after_the_expiry_ends_at_once() -> None:
    past = clock.now() - timedelta(hours=2)
    batch = messages.batch(now=past)
    messages.fill(batch.pk, 1)
    assert messages.rows(batch.pk, "state") == [State.EXPIRED]


def test_a_machine_whose_clock_is_ahead_delays_and_ends_nothing(monkeypatch) -> None:
    batch = messages.batch(lasts=timedelta(minutes=5))
    ahead = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: ahead)
    messages.fill(batch.pk, 1)
    assert messages.rows(batch.pk, "state") == [State.WAITING]
    (due_at,) = messages.rows(batch.pk, "due_at")
    assert due_at < ahead


def test_a_finished_batch_opens_again_for_newcomers() -> None:
    batch = messages.batch()
    Batch.objects.filter(pk=batch.pk).update(finished_at=clock.now())
    messages.fill(batch.pk, 1)
    batch.refresh_from_db()
    assert batch.finished_at is None


def test_a_batch_is_filled_once() -> None:
    batch, now = messages.batch(), clock.now()
    actions.fill_finished(batch.pk, now=now)
    actions.fill_finished(batch.pk, now=now + timedelta(hours=1))
    batch.refresh_from_db()
    assert batch.filled_at == now


def test_every_channel_tried_is_told_with_its_failure(
    django_assert_num_queries: object,
) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 2)
    messages.fill(batch.pk, 1, channel=Channel.EMAIL)
    messages.put(batch.pk, 2, state=int(State.INVALID_ADDRESS), failure="http 400")
    with django_assert_num_queries(1):
        tried = queries.tried_for([1, 2, 3], [batch.pk])
    assert [entry.channel for entry in tried[1]] == [Channel.SMS, Channel.EMAIL]
    assert (tried[2][0].state, tried[2][0].failure) == (State.INVALID_ADDRESS, "http 400")
    assert tried[3] == []


def test_a_person_who_left_leaves_no_address_on_messages_that_have_ended() -> None:
    found = messages.batch()
    messages.fill(found.pk, 2)
    messages.put(found.pk, 1, state=State.DELIVERED)
    messages.put(found.pk, 2, state=State.DELIVERED)
    assert actions.forget_recipients([1]) == 1
    kept = dict(messages.rows(found.pk, "recipient_id, address"))
    assert kept[1] == ""
    assert kept[2] != ""


def test_messages_go_90_days_after_their_batch_has_ended_and_counters_stay() -> None:
    now = clock.now()
    old, young = messages.batch(), messages.batch()
    for found, days in ((old, 91), (young, 89)):
        messages.fill(found.pk, 1)
        Batch.objects.filter(pk=found.pk).update(finished_at=now - timedelta(days=days))
    assert actions.drop_old_batches(now) == 1
    assert actions.drop_old_batches(now) == 0
    assert not Delivery.objects.filter(batch_id=old.pk).exists()
    assert Delivery.objects.filter(batch_id=young.pk).exists()
