"""Which signal stands, which is real, and whose area is worth asking for, and when."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.hazards import rules
from safeconduct.wires.hazards.terms import ASKED_FOR

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    facts: dict[str, Any] = field(default_factory=lambda: {"basis": "point", "magnitude": 6.5})
    sent: datetime | None = NOON
    status: str = "Actual"
    msg_type: str = "Alert"
    severity: str = "Severe"
    onset: datetime | None = NOON
    expires: datetime | None = None
    received_at: datetime = NOON
    asked_at: datetime | None = None


POINT = Told()
MEASURED = Told(facts={"basis": "shakemap"})
LATER = NOON + timedelta(hours=1)


def test_a_measured_area_stands_however_late_the_estimate_is_repeated():
    assert rules.replaces(MEASURED, replace(POINT, sent=LATER))
    assert not rules.replaces(replace(POINT, sent=LATER), MEASURED)


def test_between_equals_the_later_stands_and_of_two_equally_late_neither():
    assert rules.replaces(replace(POINT, sent=LATER), POINT)
    assert not rules.replaces(POINT, POINT)
    assert rules.replaces(POINT, replace(POINT, sent=None))


def test_a_message_stands_in_place_of_its_line_in_an_index_whatever_either_says():
    line = Told(facts={"basis": "index"}, sent=LATER)
    for message in (Told(facts={}), Told(facts={}, msg_type="Cancel")):
        assert rules.replaces(message, line)
        assert not rules.replaces(line, message)


def test_what_takes_an_event_back_is_outranked_by_no_area():
    withdrawn = replace(POINT, msg_type="Cancel", sent=LATER)
    assert rules.replaces(withdrawn, MEASURED)
    assert not rules.replaces(MEASURED, withdrawn)


@pytest.mark.parametrize("kind", ["Ack", "Error"])
def test_a_receipt_of_a_warning_stands_in_its_place_never(kind):
    assert not rules.replaces(replace(POINT, msg_type=kind, sent=LATER), POINT)
    assert rules.replaces(replace(POINT, sent=LATER), replace(POINT, msg_type=kind))


@pytest.mark.parametrize("status", ["Test", "Exercise", "System", "Draft"])
def test_a_drill_replaces_drills_and_nothing_real(status):
    drill = replace(POINT, status=status)
    later = replace(drill, sent=LATER)
    assert not rules.replaces(later, POINT)
    assert not rules.replaces(replace(later, msg_type="Cancel"), POINT)
    assert rules.replaces(later, drill)
    assert rules.replaces(replace(POINT, sent=LATER), drill)


def test_another_episode_is_outranked_by_no_area_of_the_former():
    drawn = Told(facts={"basis": "drawn", "episodeid": "7"})
    later = Told(facts={"episodeid": "8"}, sent=LATER)
    assert rules.replaces(later, drawn)
    assert not rules.replaces(drawn, later)
    assert rules.replaces(drawn, replace(later, facts={"episodeid": "7"}))


@pytest.mark.parametrize(
    ("status", "real"),
    [("Actual", True), ("", True), ("Test", False), ("Exercise", False), ("Draft", False)],
)
def test_drills_tests_and_drafts_are_not_real(status, real):
    assert rules.is_real(replace(POINT, status=status)) is real


@pytest.mark.parametrize(("kind", "warns"), [("Alert", True), ("Update", True), ("Cancel", False)])
def test_a_withdrawal_warns_of_nothing(kind, warns):
    assert rules.warns(replace(POINT, msg_type=kind)) is warns


def test_a_signal_has_expired_once_its_own_time_is_over():
    assert not rules.is_expired(POINT, now=NOON)
    assert rules.is_expired(replace(POINT, expires=NOON), now=NOON)
    assert not rules.is_expired(replace(POINT, expires=LATER), now=NOON)


def test_only_what_is_grave_real_and_estimated_is_worth_asking_about():
    assert rules.deserves_its_area(POINT)
    assert rules.deserves_its_area(replace(POINT, severity="Unknown", facts={}))
    assert rules.deserves_its_area(replace(POINT, severity="Minor"))
    assert not rules.deserves_its_area(replace(POINT, severity="Minor", facts={"magnitude": 5.9}))
    assert not rules.deserves_its_area(replace(POINT, severity="Minor", facts={"magnitude": None}))
    assert not rules.deserves_its_area(MEASURED)
    assert not rules.deserves_its_area(replace(POINT, status="Test"))
    assert not rules.deserves_its_area(replace(POINT, msg_type="Cancel"))


@given(st.integers(0, int(ASKED_FOR.total_seconds())))
def test_whoever_was_never_asked_about_is_due_for_a_week(seconds):
    assert rules.is_due(POINT, now=NOON + timedelta(seconds=seconds))


def test_pauses_grow_with_the_age_of_the_event():
    asked = replace(POINT, asked_at=NOON + timedelta(hours=1))
    assert not rules.is_due(asked, now=NOON + timedelta(minutes=66))
    assert rules.is_due(asked, now=NOON + timedelta(minutes=67))
    assert not rules.is_due(POINT, now=NOON + ASKED_FOR + timedelta(seconds=1))


def test_a_moment_yet_to_come_makes_no_event_young_for_ever():
    forged = replace(POINT, onset=NOON + timedelta(days=900))
    assert not rules.is_due(forged, now=NOON + ASKED_FOR + timedelta(seconds=1))
    early = replace(POINT, asked_at=NOON)
    assert rules.is_due(early, now=NOON - timedelta(seconds=0))


def test_a_flood_that_began_long_ago_is_as_young_as_its_news():
    flood = replace(POINT, facts={}, onset=NOON - timedelta(days=60))
    assert rules.is_due(flood, now=NOON)
    quake = replace(POINT, onset=NOON - timedelta(days=60))
    assert not rules.is_due(quake, now=NOON)


def test_references_name_sender_and_identifier():
    assert rules.named(["a@b.org,X,1,2026", "nonsense"]) == [("a@b.org", "X,1")]


@pytest.mark.parametrize(("later", "earlier"), [("10", "9"), ("2", "None"), ("1", "9" * 4_400)])
def test_of_episodes_stamped_with_one_hour_the_highest_stands(later, earlier):
    ninth = Told(facts={"basis": "drawn", "episodeid": earlier})
    tenth = Told(facts={"episodeid": later})
    assert rules.replaces(tenth, ninth)
    assert not rules.replaces(ninth, tenth)
