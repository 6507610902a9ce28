"""A heap of ids is taken once, in parts, and lies there again when nothing came of it."""

import pytest
from django.db import transaction

from safeconduct.ground.kernel.heaps import Heap

pytestmark = pytest.mark.django_db
HEAPS = [
    Heap("rollcall_news", about="incident_id", whom="person_id"),
    Heap("messaging_proof", about="batch_id", whom="recipient_id"),
]


@pytest.fixture(params=HEAPS, ids=lambda heap: heap.table)
def heap(request) -> Heap:
    return request.param


def test_what_was_put_is_taken_once_by_what_it_is_about(heap) -> None:
    heap.put(1, [10, 11])
    heap.put(2, {20})
    heap.put(3, [])
    taken = heap.take()
    assert {about: sorted(ids) for about, ids in taken.items()} == {1: [10, 11], 2: [20]}
    assert heap.take() == {}


def test_no_more_is_taken_than_asked_for(heap) -> None:
    heap.put(1, range(5))
    first, rest = heap.take(2)[1], heap.take()[1]
    assert len(first) == 2
    assert sorted(first + rest) == list(range(5))


def test_what_nothing_came_of_lies_there_again(heap) -> None:
    heap.put(1, [10])
    with transaction.atomic():
        assert heap.take() == {1: [10]}
        transaction.set_rollback(True)
    assert heap.take() == {1: [10]}
