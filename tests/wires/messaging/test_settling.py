"""Results and receipts against every state a delivery can be in, by the same rule."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction

from safeconduct.ground.kernel import clock
from safeconduct.wires.messaging import queries, rules
from safeconduct.wires.messaging.engine import outbox, results
from safeconduct.wires.messaging.engine.connections import parameters
from safeconduct.wires.messaging.engine.folding import fold
from safeconduct.wires.messaging.engine.outbox import OpenBatch, Results, Slice
from safeconduct.wires.messaging.models import BatchTally, Receipt
from safeconduct.wires.messaging.terms import Channel, Lane, State
from tests import messages

STATES = list(State)
REPORTED = [State.DELIVERED, State.GAVE_UP, State.REFUSED_BY_PROVIDER, State.INVALID_ADDRESS]


def in_every_state() -> tuple[int, list[int]]:
    """A batch with one delivery in each state, counted so; its id and theirs."""
    batch = messages.batch()
    messages.fill(batch.pk, len(STATES))
    lease = clock.now() + timedelta(minutes=1)
    for number, state in enumerate(STATES, start=1):
        messages.put(batch.pk, number, state=int(state), leased_until=lease)
        BatchTally.objects.create(
            batch_id=batch.pk,
            channel=1,
            state=0 if state is State.CLAIMED else state,
            country="TR",
            messages=1,
            people=1,
        )
    BatchTally.objects.create(
        batch_id=batch.pk,
        channel=1,
        state=0,
        country="TR",
        messages=-len(STATES),
        people=-len(STATES),
    )
    return batch.pk, messages.rows(batch.pk, "id")


def counted(batch_id: int) -> dict[State, int]:
    return queries.batch_tally([batch_id]).messages_by_state()


def there(batch_id: int) -> dict[State, int]:
    found: dict[State, int] = {}
    for state in messages.rows(batch_id, "state"):
        named = State.WAITING if state == State.CLAIMED else State(state)
        found[named] = found.get(named, 0) + 1
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("reported", REPORTED)
def test_receipts_move_deliveries_by_the_rule_and_are_counted(reported: State) -> None:
    batch_id, ids = in_every_state()
    now = clock.now()
    for number in ids:
        # Twice, as gateways do.
        for _ in range(2):
            Receipt.objects.create(
                received_at=now, provider="p", batch_id=batch_id, delivery_id=number, state=reported
            )
    assert fold() == 2 * len(ids)
    for before, after in zip(STATES, messages.rows(batch_id, "state"), strict=True):
        assert after == (reported if rules.may_follow(before, reported) else before)
    assert counted(batch_id) == there(batch_id)
    assert fold() == 0


@pytest.mark.django_db
def test_proof_of_delivery_wins_over_a_failure_of_the_same_moment() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 1)
    (number,) = messages.rows(batch.pk, "id")
    for state in (State.GAVE_UP, State.DELIVERED, State.REFUSED_BY_PROVIDER):
        Receipt.objects.create(
            received_at=clock.now(),
            provider="p",
            batch_id=batch.pk,
            delivery_id=number,
            state=state,
        )
    fold()
    assert messages.rows(batch.pk, "state") == [State.DELIVERED]


@pytest.mark.django_db
def test_receipts_about_a_forgotten_batch_do_not_stop_the_others() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 1)
    (number,) = messages.rows(batch.pk, "id")
    for batch_id in (10**9, batch.pk):
        Receipt.objects.create(
            received_at=clock.now(), provider="p", batch_id=batch_id, delivery_id=number, state=3
        )
    assert fold() == 2
    assert messages.rows(batch.pk, "state") == [State.DELIVERED]


async def _settle(batch_id: int, state: State, *, ids: list[int], leases: list[object]) -> None:
    now = clock.now()
    many = len(ids)
    columns = Results(
        ids,
        [int(state)] * many,
        [1] * many,
        [False] * many,
        ["ref"] * many,
        [""] * many,
        [now] * many,
        [now if state is State.WAITING else None] * many,
        leases,
    )
    async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as wire:
        # Again, as after a commit of unknown outcome.
        for _ in range(2):
            await outbox.settle(wire, batch_id=batch_id, provider="p", results=columns)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", [State.HANDED, State.WAITING, State.INVALID_ADDRESS])
@pytest.mark.parametrize("mine", [True, False])
def test_results_move_what_is_ours_by_the_rule_and_are_counted(state: State, mine: bool) -> None:
    batch_id, ids = in_every_state()
    leases = messages.rows(batch_id, "leased_until")
    if not mine:
        leases = [lease - timedelta(seconds=9) for lease in leases]
    asyncio.run(_settle(batch_id, state, ids=ids, leases=leases))
    for before, after in zip(STATES, messages.rows(batch_id, "state"), strict=True):
        # A hand-off happened, whoever holds the lease; anything else is the holder's to say.
        ours = state is State.HANDED or (before is State.CLAIMED and mine)
        assert after == (state if ours and rules.may_follow(before, state) else before)
    assert counted(batch_id) == there(batch_id)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("told", "why"), [(State.DELIVERED, ""), (State.GAVE_UP, "not delivered")])
def test_a_receipt_that_overtakes_our_own_note_counts_and_the_note_adds_to_it(
    told: State, why: str
) -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 1)
    lease = clock.now() + timedelta(minutes=1)
    messages.put(batch.pk, 1, state=1, leased_until=lease)
    (number,) = messages.rows(batch.pk, "id")
    Receipt.objects.create(
        received_at=clock.now(),
        provider="p",
        batch_id=batch.pk,
        delivery_id=number,
        state=told,
        failure=why,
    )
    fold()
    asyncio.run(_settle(batch.pk, State.HANDED, ids=[number], leases=[lease]))
    ((state, failure, provider, reference, settled),) = messages.rows(
        batch.pk, "state, failure, provider, provider_ref, settled_at IS NOT NULL"
    )
    assert (state, failure) == (told, why)
    assert (provider, reference, settled) == ("p", "ref", True)
    assert counted(batch.pk) == {told: 1}


async def _claim_beside(batch: OpenBatch) -> tuple[list[int], list[int]]:
    first, second = [await psycopg.AsyncConnection.connect(**parameters()) for _ in range(2)]
    async with first, second:
        taken = [
            await outbox.claim(
                wire, batch, channel=1, above=0, upto=2**62, limit=6, lease_seconds=60, part=Slice()
            )
            for wire in (first, second)
        ]
    return [c.id for c in taken[0]], [c.id for c in taken[1]]


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_claim_the_same_message() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 10)
    messages.put(batch.pk, 3, due_at=clock.now() + timedelta(hours=1))
    ids = messages.rows(batch.pk, "id")
    known = OpenBatch(batch.pk, Lane.BULK, None, 0.0, False, None, False)
    first, second = asyncio.run(_claim_beside(known))
    assert first == ids[:2] + ids[3:7]
    assert second == ids[7:]


@pytest.mark.django_db(transaction=True)
def test_a_claim_costs_the_same_however_much_has_been_sent() -> None:
    batch = messages.batch()
    messages.fill(batch.pk, 3000)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(
            "UPDATE messaging_delivery SET state = 2 WHERE batch_id = %s AND recipient_id <= 2990",
            [batch.pk],
        )
        last = messages.rows(batch.pk, "id")[2989]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
            f" SELECT id FROM messaging_delivery_{batch.pk} WHERE batch_id = %s AND channel = 1"
            " AND state = 0 AND id > %s ORDER BY id LIMIT 5",
            [batch.pk, last],
        )
        plan = cursor.fetchone()[0][0]["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 20
    assert Channel.SMS == 1


def test_whatever_a_provider_says_can_be_kept() -> None:
    assert results._storable("a\x00b\udcff" + "ə" * 200) == "ab?" + "ə" * 97
    assert results._storable("x" * 101) == "x" * 100
