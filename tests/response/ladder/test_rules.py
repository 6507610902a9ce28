"""What a plan may be, which one holds, and when a step's time has come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.response.ladder import rules
from safeconduct.response.ladder.queries import our_plans
from safeconduct.response.ladder.rules import Flaw, Plan
from safeconduct.response.ladder.terms import Ending, Step, StopsOn
from safeconduct.wires.hazards.terms import Severity
from safeconduct.wires.messaging.terms import Channel

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PUSH, SMS, EMAIL, CALL = Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.CALL
FOUR = (Step(PUSH, 0), Step(SMS, 120), Step(EMAIL, 600), Step(CALL, 1800))


@pytest.mark.parametrize(
    ("steps", "flaw"),
    [
        ([], Flaw.NONE_AT_ALL),
        ([Step(SMS, 0), Step(SMS, 60)], Flaw.TWICE),
        ([Step(SMS, 60)], Flaw.LATE_START),
        ([Step(CALL, 0)], Flaw.CALL_FIRST),
        ([Step(CALL, 0), Step(SMS, 60)], Flaw.CALL_FIRST),
        ([Step(SMS, 0), Step(EMAIL, 0)], Flaw.OUT_OF_ORDER),
        ([Step(SMS, 0), Step(EMAIL, 60), Step(CALL, 30)], Flaw.OUT_OF_ORDER),
        ([Step(SMS, 0), Step(CALL, 24 * 3600 + 1)], Flaw.TOO_LATE),
        (FOUR, None),
    ],
)
def test_steps_that_make_no_plan_are_named(steps: list[Step], flaw: Flaw | None) -> None:
    assert rules.flaw_of(steps) is flaw


def test_ours_hold_for_every_severity_and_make_plans() -> None:
    assert {plan.severity for plan in our_plans()} == set(Severity.values)
    assert not any(rules.flaw_of(plan.steps) for plan in our_plans())


def test_nobody_is_called_where_no_life_hangs_on_it() -> None:
    called = {p.severity for p in our_plans() if CALL in {step.channel for step in p.steps}}
    assert called == {"Extreme", "Severe", "Unknown"}


def test_the_narrowest_plan_that_knows_all_the_countries_holds() -> None:
    everywhere = Plan("Severe", frozenset(), FOUR)
    two = Plan("Severe", frozenset({"TR", "SY"}), FOUR[:1])
    one = Plan("Severe", frozenset({"TR"}), (Step(SMS, 0),))
    plans = [everywhere, two, one, Plan("Minor", frozenset({"TR"}), (Step(EMAIL, 0),))]
    assert rules.steps_for("Severe", ["TR"], plans) == one.steps
    assert rules.steps_for("Severe", ["TR", "SY"], plans) == two.steps
    assert rules.steps_for("Severe", ["TR", "GE"], plans) == everywhere.steps
    assert rules.steps_for("Severe", [], plans) == everywhere.steps
    assert rules.steps_for("Extreme", ["TR"], plans) == ()


def test_the_first_step_somebody_can_take_begins_at_the_release() -> None:
    found = rules.rungs(FOUR, [SMS, EMAIL], began_at=AT)
    begins = [rung.begins_at for rung in found]
    assert begins == [None, AT, AT + timedelta(seconds=600), AT + timedelta(seconds=1800)]


def test_whoever_gave_no_number_is_not_called() -> None:
    assert rules.rungs(FOUR, [EMAIL], began_at=AT)[3].begins_at is None


@given(st.integers(0, 4000))
def test_steps_fall_due_one_after_the_other(seconds: int) -> None:
    due = rules.steps_due(FOUR, began_at=AT, now=AT + timedelta(seconds=seconds))
    assert due == sum(step.after <= seconds for step in FOUR) >= 1


@given(st.integers(0, 4000), st.integers(0, 5), st.integers(0, 2_000_000))
def test_a_look_is_never_put_off_beyond_a_step_nor_ten_seconds(
    seconds: int, waiting: int, messages: int
) -> None:
    now = AT + timedelta(seconds=seconds)
    lead = rules.lead(messages)
    pause = rules.pause_before_next_look(FOUR, began_at=AT, waiting=waiting, now=now, lead=lead)
    assert timedelta(0) < pause <= timedelta(seconds=2 if waiting else 10)
    starts = [AT + timedelta(seconds=step.after) - lead for step in FOUR]
    assert all(now + pause <= start for start in starts if start > now)


def test_a_step_is_laid_out_ahead_by_as_long_as_that_takes_and_no_longer() -> None:
    assert rules.lead(0) == timedelta(0)
    assert rules.lead(100_000) == timedelta(seconds=10)
    assert rules.lead(1_000_000) == rules.lead(50_000_000) == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("seconds", "done", "aim"),
    # Begun with the release, nothing near; the second near, then due; the third overdue while
    # the fourth is near goes alone.
    [
        (0, 1, 1),
        (FOUR[1].after - 31, 1, 1),
        (FOUR[1].after - 29, 1, 2),
        (FOUR[1].after, 1, 2),
        (FOUR[3].after - 1, 2, 3),
        (FOUR[3].after - 1, 3, 4),
        (FOUR[3].after, 4, 4),
    ],
)
def test_what_is_overdue_goes_before_what_is_near(seconds: int, done: int, aim: int) -> None:
    now = AT + timedelta(seconds=seconds)
    half_a_minute = timedelta(seconds=30)
    assert rules.next_aim(FOUR, done=done, began_at=AT, now=now, lead=half_a_minute) == aim


def test_a_release_sees_to_the_first_step_unless_that_is_a_call() -> None:
    assert rules.steps_laid_out(FOUR) == 1
    assert rules.steps_laid_out((Step(CALL, 0),)) == 0
    assert rules.written_channels(FOUR) == (PUSH, SMS, EMAIL)


def test_a_question_ends_with_an_answer_and_information_with_proof() -> None:
    assert rules.usual_stop(asks=True) is StopsOn.ANSWER
    assert rules.usual_stop(asks=False) is StopsOn.DELIVERY


def test_why_a_climb_is_over() -> None:
    known = {"not_after": AT, "stopped": False, "closed": False, "now": AT - timedelta(seconds=1)}
    assert rules.ending_of(**known) is None
    assert rules.ending_of(**known | {"now": AT}) is Ending.EXPIRED
    assert rules.ending_of(**known | {"closed": True}) is Ending.CLOSED
    assert rules.ending_of(**known | {"stopped": True, "closed": True}) is Ending.STOPPED
