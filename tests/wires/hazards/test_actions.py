"""Signals are kept once, replaced by better ones, and what fails is a problem for people."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel.actor import Actor
from safeconduct.wires.hazards import queries
from safeconduct.wires.hazards.actions import (
    add_feed,
    keep_readings,
    receive_signals,
    solve_problem,
)
from safeconduct.wires.hazards.engine.sniff import read_bytes
from safeconduct.wires.hazards.models import Feed, Problem, Signal
from tests.wires.hazards.messages import cap, contours, quake

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
ACTOR = Actor.system("test")
RING = [[49, 40], [51, 40], [51, 41], [49, 41], [49, 40]]


def receive(payload: bytes | dict) -> list[Signal]:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return receive_signals(raw, feed=None, now=NOW, actor=ACTOR)


def test_the_same_message_twice_is_one_signal():
    (first,) = receive(cap())
    (second,) = receive(cap())
    assert first.pk == second.pk
    assert Signal.objects.count() == 1
    assert Entry.objects.filter(kind="hazards.received").count() == 1


def test_a_signal_keeps_what_was_read():
    (signal,) = receive(cap(("10:00:00+04:00", "10:00:00Z")))
    signal.refresh_from_db()
    assert signal.outcome == "tolerated"
    assert "“Z”" in queries.sentence(signal.repairs[0])
    assert signal.cells_from
    assert len(signal.cells_from) == len(signal.cells_until)
    assert signal.hazard == "earthquake"
    assert not Problem.objects.exists()


def test_a_refused_message_is_a_problem_once_and_not_returned():
    assert receive(b"<html/>") == []
    assert receive(b"<html/>") == []
    (problem,) = Problem.objects.all()
    assert "web page" in queries.sentence(problem.note)
    assert list(queries.signals()) == []


def test_an_area_nobody_can_place_is_a_problem():
    code = "<geocode><valueName>UGC</valueName><value>CAZ009</value></geocode>"
    (signal,) = receive(cap(("<polygon>40,49 40,50 41,50 41,49 40,49</polygon>", code)))
    (problem,) = queries.open_problems()
    assert problem.signal_id == signal.pk
    assert "UGC CAZ009" in queries.sentence(problem.note)
    assert list(queries.signals(unresolved=True)) == [signal]
    solve_problem(problem=problem, now=NOW, actor=ACTOR)
    assert list(queries.open_problems()) == []


def test_what_a_feed_does_in_every_message_is_one_open_problem():
    odd = [cap(("duty@example.org", "duty officer"), ("TEST-1", name)) for name in ("A", "B", "C")]
    first, second = [receive(one)[0] for one in odd[:2]]
    (problem,) = queries.open_problems()
    assert problem.signal_id == first.pk
    assert "CAP forbids" in queries.sentence(problem.note)
    assert second.reason == problem.note
    solve_problem(problem=problem, now=NOW, actor=ACTOR)
    (third,) = receive(odd[2])
    assert [one.signal_id for one in queries.open_problems()] == [third.pk]


def test_each_warning_on_no_map_is_a_problem_of_its_own():
    nowhere = ("<polygon>40,49 40,50 41,50 41,49 40,49</polygon>", "")
    for name in ("A", "B"):
        receive(cap(nowhere, ("TEST-1", name)))
    assert queries.open_problems().count() == 2


def test_a_shakemap_replaces_the_estimate_and_no_later_estimate_replaces_it():
    (estimate,) = receive(quake())
    (measured,) = receive(contours((6.0, RING)))
    (later,) = receive(quake(updated=1767300000000))
    estimate.refresh_from_db()
    measured.refresh_from_db()
    later.refresh_from_db()
    assert estimate.superseded_by_id == measured.pk
    assert measured.superseded_by_id is None
    assert later.superseded_by_id == measured.pk
    assert list(queries.signals()) == [measured]


def test_a_later_message_about_the_same_earthquake_replaces_the_earlier():
    (first,) = receive(quake())
    (second,) = receive(quake(updated=1767300000000, mag=6.9))
    first.refresh_from_db()
    assert first.superseded_by_id == second.pk


def referring(kind: str, *changes: tuple[str, str]) -> bytes:
    """A message an hour later that names the first."""
    reference = "duty@example.org,TEST-1,2026-03-01T10:00:00+04:00"
    return cap(
        ("TEST-1", "TEST-2"),
        ("10:00:00", "11:00:00"),
        ("<msgType>Alert", f"<msgType>{kind}"),
        ("</scope>", f"</scope><references>{reference}</references>"),
        *changes,
    )


def test_a_cap_update_replaces_what_it_refers_to():
    (first,) = receive(cap())
    (second,) = receive(referring("Update"))
    first.refresh_from_db()
    assert first.superseded_by_id == second.pk


@pytest.mark.parametrize(
    "later",
    [
        referring("Ack"),
        referring("Error"),
        referring("Update", ("<status>Actual", "<status>Test")),
        referring("Cancel", ("<status>Actual", "<status>Exercise")),
    ],
)
def test_neither_a_receipt_nor_a_drill_takes_the_place_of_a_warning(later):
    (first,) = receive(cap())
    (second,) = receive(later)
    first.refresh_from_db()
    assert first.superseded_by_id is None
    assert queries.standing(first) == first
    assert second.references
    assert first in queries.signals()


LINK = "https://example.org/1.cap"


def line(number: int = 1, minute: int = 0) -> Signal:
    """What an index says of a message, written so many minutes after that was sent."""
    entry = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:{number}</id>
      <title>Storm</title><updated>2026-03-01T06:{minute:02}:00Z</updated>
      <link href="{LINK}"/></entry></feed>"""
    return receive(entry.encode())[0]


def message(at: datetime = NOW) -> Signal:
    (reading,) = read_bytes(cap())
    whole = replace(reading, facts={**reading.facts, "link": LINK})
    return keep_readings([whole], feed=None, now=at, actor=ACTOR)[0]


def test_entries_that_share_a_home_page_replace_none_but_their_own_former_selves():
    first, other, again = line(1), line(2, minute=5), line(1, minute=9)
    for one in (first, other, again):
        one.refresh_from_db()
    assert first.superseded_by_id == again.pk
    assert (other.superseded_by_id, again.superseded_by_id) == (None, None)


def test_a_message_replaces_its_line_in_the_index_and_is_not_replaced_by_it():
    before = line(1, minute=5)
    full = message(at=NOW + timedelta(minutes=6))
    after = line(1, minute=6)
    later = line(1, minute=30)
    for one in (before, full, after, later):
        one.refresh_from_db()
    assert (before.superseded_by_id, after.superseded_by_id) == (full.pk, full.pk)
    # This one was written after the message was fetched: it may be about another.
    assert (full.superseded_by_id, later.superseded_by_id) == (None, None)


def test_another_earthquake_replaces_nothing():
    (first,) = receive(quake())
    receive(quake(ids=",us_other,") | {"id": "us_other"})
    first.refresh_from_db()
    assert first.superseded_by_id is None


def test_a_feed_is_added_once():
    for _ in range(2):
        add_feed(url="https://e.org/x", name="X", every_seconds=60, now=NOW, actor=ACTOR)
    assert Feed.objects.count() == 1
    (health,) = queries.feed_health(NOW)
    assert health.is_late
