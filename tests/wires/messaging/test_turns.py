"""Who is next: urgent before bulk, posts and batches in turn, countries within their limits."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.messaging.engine.buckets import Bucket, Limits
from safeconduct.wires.messaging.engine.claims import fair_shares
from safeconduct.wires.messaging.engine.outbox import OpenBatch
from safeconduct.wires.messaging.engine.pressure import LEAST_RATE, next_rate
from safeconduct.wires.messaging.engine.stock import Stock, worth_holding
from safeconduct.wires.messaging.terms import Lane


@dataclass(frozen=True)
class Item:
    post: int
    batch: int
    country: str
    number: int


def stock() -> Stock[Item]:
    """A stock without messages."""
    return Stock(lambda item: (item.post, item.batch, item.country), patience=30.0)


def items(post: int, batch: int, many: int, country: str = "TR") -> list[Item]:
    return [Item(post, batch, country, number) for number in range(many)]


def picked(of: Stock[Item], many: int, *, now: float = 0.0) -> list[Item]:
    found = [of.pick(now=now) for _ in range(many)]
    return [item for item in found if item is not None]


def test_a_post_with_forty_batches_gets_no_more_than_a_post_with_one() -> None:
    held = stock()
    for batch in range(40):
        held.put(items(1, batch, 50), Lane.BULK, now=0.0)
    held.put(items(2, 99, 100), Lane.BULK, now=0.0)
    first = Counter(item.post for item in picked(held, 100))
    assert first == {1: 50, 2: 50}


def test_batches_of_a_post_take_turns_in_both_lanes() -> None:
    for lane in Lane:
        held = stock()
        held.put(items(1, 10, 500), lane, now=0.0)
        held.put(items(1, 11, 5), lane, now=0.0)
        assert Counter(item.batch for item in picked(held, 10)) == {10: 5, 11: 5}


def test_urgent_goes_first_and_each_queue_keeps_its_order() -> None:
    held = stock()
    held.put(items(1, 1, 3), Lane.BULK, now=0.0)
    held.put(items(1, 2, 3), Lane.URGENT, now=0.0)
    assert [(item.batch, item.number) for item in picked(held, 9)] == [
        (2, 0),
        (2, 1),
        (2, 2),
        (1, 0),
        (1, 1),
        (1, 2),
    ]
    assert len(held) == 0


def test_bulk_trickles_when_urgent_ones_flood_for_long() -> None:
    held = stock()
    held.put(items(1, 1, 100), Lane.BULK, now=0.0)
    held.put(items(1, 2, 4000), Lane.URGENT, now=0.0)
    assert {item.batch for item in picked(held, 1000, now=29.0)} == {2}
    later = Counter(item.batch for item in picked(held, 1000, now=31.0))
    assert later == {1: 50, 2: 950}
    # As long as the flood lasts.
    assert Counter(item.batch for item in picked(held, 100, now=32.0))[1] == 5


def test_a_flood_of_urgent_ones_neither_starves_bulk_nor_leaves_it_claimed() -> None:
    held, worth, rate = stock(), 200, 100
    held.put(items(1, 1, worth), Lane.BULK, now=0.0)
    left_at, most_held = [0.0], []
    # Ten minutes of a provider that takes a hundred a second, second by second.
    for second in range(600):
        now = float(second)
        held.put(items(2, 2, worth - held.size(Lane.URGENT)), Lane.URGENT, now=now)
        room = worth_holding(worth, Lane.BULK, urgent_waits=True)
        held.shed(room)
        held.put(items(1, 1, room - held.size(Lane.BULK)), Lane.BULK, now=now)
        most_held.append(held.size(Lane.BULK))
        for nth in range(rate):
            item = held.pick(now=now + nth / rate)
            if item is not None and item.batch == 1:
                left_at.append(now + nth / rate)
    assert max(later - earlier for earlier, later in pairwise([*left_at, 600.0])) <= 60
    assert max(most_held) == worth // 20
    # What is held leaves within seconds, once bulk moves: no lease of a minute runs out on it.
    assert len(left_at) > 500


def test_what_is_shed_is_the_surplus_of_bulk_and_nothing_urgent() -> None:
    held = stock()
    held.put(items(1, 1, 30), Lane.BULK, now=0.0)
    held.put(items(1, 2, 30), Lane.URGENT, now=0.0)
    assert [item.number for item in held.shed(10)] == list(range(20))
    assert (held.size(Lane.BULK), held.size(Lane.URGENT), len(held)) == (10, 30, 40)
    assert held.held_under((1, 1)) == 10
    assert held.shed(10) == []


@given(st.integers(0, 5000), st.booleans())
def test_bulk_is_held_whole_without_urgent_ones_and_a_little_of_it_beside_them(
    worth: int, urgent_waits: bool
) -> None:
    bulk = worth_holding(worth, Lane.BULK, urgent_waits=urgent_waits)
    assert worth_holding(worth, Lane.URGENT, urgent_waits=urgent_waits) == worth
    assert bulk == worth if not urgent_waits else bulk <= max(1, worth // 20)
    assert bool(bulk) is bool(worth)


def test_bulk_that_has_just_come_has_not_been_waiting() -> None:
    held = stock()
    held.put(items(1, 2, 100), Lane.URGENT, now=100.0)
    held.put(items(1, 1, 100), Lane.BULK, now=100.0)
    assert {item.batch for item in picked(held, 60, now=100.0)} == {2}


def test_a_reserved_hand_takes_urgent_ones_only() -> None:
    held = stock()
    held.put(items(1, 1, 1), Lane.BULK, now=0.0)
    assert held.pick(now=99.0, urgent_only=True) is None
    assert held.pick(now=99.0, bulk=False) is None
    assert held.pick(now=99.0) is not None


def test_a_country_that_may_have_nothing_keeps_nobody_waiting() -> None:
    held = stock()
    held.put(items(1, 1, 10, "TR"), Lane.BULK, now=0.0)
    held.put(items(1, 1, 3, "DE"), Lane.BULK, now=0.0)
    got = [held.pick(now=0.0, may=lambda item: item.country != "TR") for _ in range(4)]
    assert [item and item.country for item in got] == ["DE", "DE", "DE", None]
    assert held.held_under((1, 1)) == 10
    assert (held.held_for("TR"), held.held_for("DE")) == (10, 0)


def test_what_was_held_too_long_is_dropped_from_the_front() -> None:
    held = stock()
    held.put(items(1, 1, 5), Lane.BULK, now=0.0)
    dropped = held.drop(lambda item: item.number < 2)
    assert [item.number for item in dropped] == [0, 1]
    assert (len(held), held.held_under((1,))) == (3, 3)
    assert len(held.drop()) == 3
    assert (len(held), held.pick(now=0.0)) == (0, None)


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from("ABC"), st.integers(1, 9)),
        max_size=30,
    )
)
def test_everything_put_in_comes_out_once(put: list[tuple[int, int, str, int]]) -> None:
    held, expected = stock(), []
    for number, (post, batch, country, many) in enumerate(put):
        some = [Item(post, batch, country, 100 * number + n) for n in range(many)]
        held.put(some, Lane(number % 2), now=0.0)
        expected += some
    assert sorted(picked(held, len(expected) + 1), key=repr) == sorted(expected, key=repr)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=30, unique=True),
    st.integers(0, 2000),
)
def test_posts_share_alike_what_is_worth_holding(pairs: list[tuple[int, int]], room: int) -> None:
    batches = [_batch(post, number) for number, (post, _) in enumerate(pairs)]
    shares = fair_shares(batches, room)
    posts = {batch.post_id for batch in batches}
    for post in posts:
        own = [share for batch, share in shares if batch.post_id == post]
        assert room / len(posts) <= sum(own) <= room / len(posts) + len(own)
        assert max(own) == min(own) >= 1


def _batch(post: int, number: int) -> OpenBatch:
    return OpenBatch(number, Lane.BULK, post, 0.0, False, None, False)


@given(
    rate=st.floats(0.5, 500),
    costs=st.lists(st.integers(1, 6), min_size=20, max_size=200),
    senders=st.integers(1, 5),
)
def test_no_more_parts_leave_than_agreed(rate: float, costs: list[int], senders: int) -> None:
    bucket, now = Bucket(rate, now=0.0), 0.0
    bucket.divide(senders)
    for cost in costs:
        while wait := bucket.wait(1, now):
            now += wait
        bucket.spend(cost)
    # What may be saved up, and the last text, which is paid off afterwards.
    saved = max(1.0, rate / senders / 10)
    assert sum(costs) <= now * rate / senders + saved + max(costs) + 0.001


def test_a_limit_is_shared_unless_it_is_each_process_s_own() -> None:
    options = {"per_second": 300, "countries": {"TR": {"per_second": 30}}}
    shared, own = Limits(options, now=0.0), Limits(options | {"per_process": True}, now=0.0)
    for limits in (shared, own):
        limits.divide(3)
    assert (shared.own.per_second, shared.countries["TR"].per_second) == (100, 10)
    assert (own.own.per_second, own.countries["TR"].per_second) == (300, 30)
    shared.divide(1)
    assert shared.own.per_second == 300
    assert not Limits({}, now=0.0).any


def test_bulk_gives_way_while_answers_pile_up() -> None:
    rate = next_rate(None, age=0.0, taken=1000)
    assert rate is None
    falling = [rate := next_rate(rate, age=20.0, taken=1000) for _ in range(30)]
    assert falling[0] == 700
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == LEAST_RATE
    assert next_rate(LEAST_RATE, age=7.0, taken=10) == LEAST_RATE
    rising = [rate := next_rate(rate, age=1.0, taken=rate) for _ in range(5)]
    assert rising == sorted(rising)
    assert next_rate(900.0, age=1.0, taken=100) is None


@given(st.one_of(st.none(), st.floats(LEAST_RATE, 1e5)), st.floats(0, 1000), st.floats(0, 1e5))
def test_bulk_never_stands_still(rate: float | None, age: float, taken: float) -> None:
    after = next_rate(rate, age=age, taken=taken)
    assert after is None or after >= LEAST_RATE
