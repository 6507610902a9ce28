from datetime import timedelta

import pytest
from django.db import connection

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import actions, queries
from safeconduct.wires.messaging.engine.sweeper import sweep
from safeconduct.wires.messaging.models import Batch, BatchTally
from safeconduct.wires.messaging.terms import State
from tests import messages

pytestmark = pytest.mark.django_db


def test_what_a_dead_sender_held_comes_back_and_is_flagged() -> None:
    batch, now = messages.batch(), clock.now()
    messages.fill(batch.pk, 3)
    messages.put(batch.pk, 1, state=1, leased_until=now - timedelta(seconds=1))
    messages.put(batch.pk, 2, state=1, leased_until=now + timedelta(seconds=50))
    assert sweep(now) == 1
    assert messages.rows(batch.pk, "state, maybe_twice") == [(0, True), (1, False), (0, False)]


def test_nothing_waits_beyond_the_expiry() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 3)
    messages.put(batch.pk, 3, state=int(State.HANDED))
    BatchTally.objects.create(
        batch_id=batch.pk, channel=1, state=0, country="TR", messages=-1, people=-1
    )
    assert sweep(batch.not_after - timedelta(seconds=1)) == 0
    assert sweep(batch.not_after) == 2
    assert messages.rows(batch.pk, "state") == [State.EXPIRED, State.EXPIRED, State.HANDED]
    tally = queries.batch_tally([batch.pk])
    assert (tally.messages(State.EXPIRED), tally.messages(State.WAITING)) == (2, 0)


def test_a_stopped_batch_ends_named_and_finishes() -> None:
    batch, now = messages.batch(), clock.now()
    messages.fill(batch.pk, 3, covers=3)
    actions.fill_finished(batch.pk, now=now)
    actions.stop_batch(batch_id=batch.pk, now=now, actor=messages.TESTER)
    sweep(now)
    batch.refresh_from_db()
    assert messages.rows(batch.pk, "state") == [State.STOPPED] * 3
    assert queries.batch_tally([batch.pk]).people(State.STOPPED) == 9
    assert queries.batch_tally([batch.pk]).people(State.WAITING) == 0
    assert batch.finished_at == now


def test_what_was_put_in_while_the_batch_was_finished_is_found_again() -> None:
    batch, now = messages.batch(), clock.now()
    messages.fill(batch.pk, 1)
    # As two transactions leave it that did not see each other.
    Batch.objects.filter(pk=batch.pk).update(filled_at=now, finished_at=now)
    sweep(now + timedelta(seconds=5))
    batch.refresh_from_db()
    assert batch.finished_at is None
    messages.put(batch.pk, 1, state=int(State.HANDED))
    sweep(now + timedelta(seconds=10))
    batch.refresh_from_db()
    assert batch.finished_at == now + timedelta(seconds=10)


def test_a_batch_stays_open_while_it_fills_or_a_sender_holds_some_of_it() -> None:
    batch, now = messages.batch(), clock.now()
    messages.fill(batch.pk, 1)
    messages.put(batch.pk, 1, state=int(State.HANDED))
    sweep(now)
    batch.refresh_from_db()
    assert batch.finished_at is None
    actions.fill_finished(batch.pk, now=now)
    messages.put(batch.pk, 1, state=1, leased_until=now + timedelta(minutes=1))
    sweep(now)
    batch.refresh_from_db()
    assert batch.finished_at is None
    messages.put(batch.pk, 1, state=int(State.HANDED))
    sweep(now)
    batch.refresh_from_db()
    assert batch.finished_at == now


def test_counters_are_squashed_and_keep_their_sum() -> None:
    batch = messages.batch()
    for number in range(70):
        messages.fill(batch.pk, number + 1, first=number + 1, covers=2)
    before = queries.batch_tally([batch.pk])
    sweep(clock.now())
    assert BatchTally.objects.filter(batch_id=batch.pk).count() == 1
    assert queries.batch_tally([batch.pk]) == before


def test_only_one_sweeps_at_a_time(django_db_blocker: object) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('messaging sweep'))")
        batch = messages.batch()
        messages.fill(batch.pk, 1)
        assert sweep(batch.not_after) == 0
    finally:
        other.close()
