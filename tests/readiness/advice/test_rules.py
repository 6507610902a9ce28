"""What may be approved, by whom, and what a change of level is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.readiness.advice import rules
from safeconduct.readiness.advice.rules import (
    Candidate,
    LevelIn,
    Obstacle,
    change_between,
    has_lapsed,
    may_follow,
    obstacle_to_approve,
    obstacle_to_submit,
    since,
    usual_review,
)
from safeconduct.readiness.advice.terms import AreaKind, Asks, Change, EditionState, Words

TODAY = date(2026, 11, 22)
SAID = Words("Head", "Why", "Do", "Short")
ALL = dict.fromkeys(("az", "en", "ru"), SAID)
WHOLE = LevelIn(2, AreaKind.COUNTRY, {}, ALL)


def candidate(**more: object) -> Candidate:
    values = {
        "state": EditionState.SUBMITTED,
        "writers": frozenset({1}),
        "levels": [WHOLE],
        "sections": {"safety": frozenset(ALL)},
        "review_on": TODAY + timedelta(days=30),
    } | more
    return Candidate(**values)


def test_whoever_wrote_a_word_of_it_never_approves_it() -> None:
    assert obstacle_to_approve(candidate(), approver_id=1, today=TODAY) is Obstacle.OWN_WORDS
    assert obstacle_to_approve(candidate(), approver_id=2, today=TODAY) is None


@pytest.mark.parametrize(
    ("more", "obstacle"),
    [
        ({"levels": []}, Obstacle.NO_COUNTRY_LEVEL),
        ({"levels": [LevelIn(2, AreaKind.COUNTRY, {}, {"az": SAID})]}, Obstacle.NO_WORDS),
        (
            {"levels": [LevelIn(2, AreaKind.COUNTRY, {}, ALL | {"ru": Words("x", "", "y", "z")})]},
            Obstacle.NO_WORDS,
        ),
        (
            {"levels": [WHOLE, LevelIn(4, AreaKind.CITIES, {"az": "Sərhəd"}, ALL)]},
            Obstacle.NO_AREA_NAME,
        ),
        ({"sections": {"laws": frozenset({"az"})}}, Obstacle.SECTION_LACKS_LANGUAGE),
        ({"review_on": None}, Obstacle.NO_REVIEW),
        ({"review_on": TODAY}, Obstacle.REVIEW_PASSED),
        ({"review_on": TODAY + timedelta(days=366)}, Obstacle.REVIEW_TOO_LATE),
    ],
)
def test_what_is_missing_stops_the_writer_and_the_approver(more, obstacle) -> None:
    drafted = candidate(state=EditionState.DRAFT, **more)
    assert obstacle_to_submit(drafted, today=TODAY) is obstacle
    assert obstacle_to_approve(candidate(**more), approver_id=2, today=TODAY) is obstacle


def test_only_a_draft_is_submitted_and_only_what_was_submitted_is_approved() -> None:
    drafted = candidate(state=EditionState.DRAFT)
    assert obstacle_to_submit(drafted, today=TODAY) is None
    assert obstacle_to_submit(candidate(), today=TODAY) is Obstacle.WRONG_STATE
    assert obstacle_to_approve(drafted, approver_id=2, today=TODAY) is Obstacle.WRONG_STATE


def test_high_levels_are_read_again_sooner() -> None:
    high = candidate(
        levels=[LevelIn(4, AreaKind.COUNTRY, {}, ALL)], review_on=TODAY + timedelta(days=200)
    )
    assert obstacle_to_approve(high, approver_id=2, today=TODAY) is Obstacle.REVIEW_TOO_LATE
    assert usual_review([1, 3], today=TODAY) < usual_review([1, 2], today=TODAY)


def test_what_was_approved_only_ever_ends() -> None:
    assert not any(may_follow(EditionState.PAST, state) for state in EditionState)
    assert [s for s in EditionState if may_follow(EditionState.LIVE, s)] == [EditionState.PAST]
    assert not may_follow(EditionState.DRAFT, EditionState.LIVE)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (None, {"": 1}, Change.FIRST),
        ({"": 1}, {"": 1}, Change.NONE),
        ({"": 1}, {"": 3}, Change.RAISED),
        ({"": 3, "Border": 4}, {"": 2}, Change.LOWERED),
        ({"": 2}, {"": 2, "Border": 4}, Change.AREAS),
        ({"": 2, "Border": 4}, {"": 2, "Border": 3}, Change.AREAS),
    ],
)
def test_a_change_of_level_is_the_countrys_first(before, after, change) -> None:
    assert change_between(before, after) is change


@given(st.dates(), st.integers(0, 400))
def test_advice_lapses_the_day_after_its_review(day: date, later: int) -> None:
    try:
        today = day + timedelta(days=later)
    except OverflowError:
        return
    assert has_lapsed(day, today=today) is (later > 0)
    assert not has_lapsed(None, today=today)


def test_words_that_read_the_same_are_as_old_as_they_were() -> None:
    old, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    assert since((SAID, old), SAID, now) == old
    assert since((SAID, old), Words("New", "Why", "Do", "Short"), now) == now
    assert since(None, SAID, now) == now


@pytest.mark.parametrize(
    ("state", "review_on", "standing"),
    [
        (EditionState.LIVE, date(2026, 2, 1), rules.Standing.IN_FORCE),
        (EditionState.LIVE, date(2026, 1, 1), rules.Standing.LAPSED),
        (EditionState.PAST, date(2026, 2, 1), rules.Standing.REPLACED),
    ],
)
def test_what_an_approved_text_is_worth_to_whoever_speaks_from_it(
    state: EditionState, review_on: date, standing: rules.Standing
) -> None:
    assert rules.standing_of(state, review_on, today=date(2026, 1, 15)) is standing


@pytest.mark.parametrize(
    ("asks", "severity", "level", "clashes"),
    [
        (Asks.LEAVE, "Extreme", 1, [rules.Clash.TOLD_TO_LEAVE]),
        (Asks.LEAVE, "Extreme", 3, []),
        (Asks.LEAVE, "Extreme", 0, []),
        (Asks.CLEAR, "Minor", 4, [rules.Clash.TOLD_ALL_CLEAR]),
        (Asks.CLEAR, "Extreme", 1, []),
        (Asks.CARE, "Extreme", 2, [rules.Clash.LOUD_WHERE_CALM]),
        (Asks.SHELTER, "Severe", 1, [rules.Clash.LOUD_WHERE_CALM]),
        (Asks.SHELTER, "Severe", 2, []),
        (Asks.CARE, "Moderate", 1, []),
    ],
)
def test_what_is_said_is_held_against_the_level_of_its_place(
    asks: Asks, severity: str, level: int, clashes: list[rules.Clash]
) -> None:
    assert rules.clashes_with_level(asks, severity, level) == clashes


def test_opposite_instructions_clash_and_equal_ones_do_not() -> None:
    assert rules.clash_between(Asks.SHELTER, Asks.LEAVE) is rules.Clash.LEAVE_AND_SHELTER
    assert rules.clash_between(Asks.LEAVE, Asks.LEAVE) is None
    assert rules.clash_between(Asks.CARE, Asks.CLEAR) is None


def test_what_endangers_whoever_obeys_is_told_apart() -> None:
    assert rules.is_dangerous(rules.Clash.LOUD_WHERE_CALM, "Extreme")
    assert not rules.is_dangerous(rules.Clash.LOUD_WHERE_CALM, "Severe")
    assert not rules.is_dangerous(rules.Clash.TOLD_ALL_CLEAR, "Extreme")
    assert rules.is_dangerous(rules.Clash.LEAVE_AND_SHELTER, "Minor")


@pytest.mark.parametrize(
    ("left", "soon"), [(None, False), (-1, False), (0, True), (30, True), (31, False)]
)
def test_officers_are_reminded_a_month_before_a_review(left: int | None, soon: bool) -> None:
    day = None if left is None else TODAY + timedelta(days=left)
    assert rules.is_due_soon(day, today=TODAY) is soon
