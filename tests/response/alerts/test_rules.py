"""Who may release what, and which state may follow which."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.response.alerts import rules
from safeconduct.response.alerts.rules import Candidate, Obstacle
from safeconduct.response.alerts.terms import AlertState, CapScope, MsgType

NOW = datetime(2026, 2, 6, 1, 17, tzinfo=UTC)
ids = st.integers(1, 5)
severities = st.sampled_from(["Extreme", "Severe", "Moderate", "Minor", "Unknown"])
texts = st.lists(st.sampled_from(["safe? {link}", "safe?", " "]), max_size=3)
candidates = st.builds(
    Candidate,
    state=st.sampled_from(AlertState),
    severity=severities,
    writers=st.frozensets(ids, min_size=1, max_size=3),
    expires_at=st.sampled_from([NOW - timedelta(1), NOW, NOW + timedelta(1)]),
    asks=st.booleans(),
    sms_texts=texts.map(tuple),
)


@given(candidates, ids)
def test_whoever_wrote_a_grave_alert_never_releases_it(alert: Candidate, officer: int) -> None:
    free = rules.obstacle_to_release(alert, releaser_id=officer, now=NOW) is None
    if free and rules.needs_second_person(alert.severity):
        assert officer not in alert.writers
        assert alert.state is AlertState.SUBMITTED


@given(candidates, ids)
def test_nothing_expired_wordless_or_released_is_released(alert: Candidate, officer: int) -> None:
    if rules.obstacle_to_release(alert, releaser_id=officer, now=NOW) is None:
        assert alert.expires_at > NOW
        assert alert.sms_texts
        assert all(text.strip() for text in alert.sms_texts)
        assert not alert.asks or all("{link}" in text for text in alert.sms_texts)
        assert alert.state in {AlertState.DRAFT, AlertState.SUBMITTED}


@given(candidates, ids)
def test_a_mild_alert_in_order_is_released_by_anybody(alert: Candidate, officer: int) -> None:
    in_order = (
        alert.state in {AlertState.DRAFT, AlertState.SUBMITTED}
        and alert.expires_at > NOW
        and alert.sms_texts
        and all("{link}" in text for text in alert.sms_texts)
    )
    if in_order and alert.severity in {"Moderate", "Minor"}:
        assert rules.obstacle_to_release(alert, releaser_id=officer, now=NOW) is None


@given(st.lists(st.sampled_from(AlertState), min_size=2))
def test_no_way_leads_back_from_a_release(path: list[AlertState]) -> None:
    walked = all(rules.may_follow(before, after) for before, after in pairwise(path))
    if walked and AlertState.RELEASED in path:
        rest = path[path.index(AlertState.RELEASED) + 1 :]
        assert set(rest) <= {AlertState.STOPPED}


def test_each_obstacle_is_named() -> None:
    good = Candidate(
        AlertState.SUBMITTED, "Severe", frozenset({1}), NOW + timedelta(1), True, ("{link}",)
    )
    asked = {
        Obstacle.WRONG_STATE: {"state": AlertState.RELEASED},
        Obstacle.EXPIRED: {"expires_at": NOW},
        Obstacle.NO_TEXT: {"sms_texts": ()},
        Obstacle.NO_LINK: {"sms_texts": ("hello",)},
        Obstacle.NOT_SUBMITTED: {"state": AlertState.DRAFT},
        Obstacle.OWN_WORDS: {"writers": frozenset({2})},
    }
    assert rules.obstacle_to_release(good, releaser_id=2, now=NOW) is None
    for obstacle, change in asked.items():
        assert (
            rules.obstacle_to_release(replace(good, **change), releaser_id=2, now=NOW) is obstacle
        )


@given(st.lists(st.sampled_from(["TR", "YE", "SD", "AZ"])))
def test_the_most_careful_country_decides_the_scope(countries: list[str]) -> None:
    table = {"YE": CapScope.PRIVATE, "SD": CapScope.RESTRICTED}
    scope = rules.default_scope(countries, table)
    if "YE" in countries:
        assert scope is CapScope.PRIVATE
    elif "SD" in countries:
        assert scope is CapScope.RESTRICTED
    else:
        assert scope is CapScope.PUBLIC


def test_only_what_is_public_and_no_exercise_is_published() -> None:
    assert rules.is_published("Public", exercise=False)
    assert not rules.is_published("Public", exercise=True)
    assert not rules.is_published("Restricted", exercise=False)
    assert not rules.is_published("Private", exercise=False)


def test_only_production_calls_anything_actual() -> None:
    assert rules.cap_status("production", exercise=False) == "Actual"
    assert rules.cap_status("production", exercise=True) == "Exercise"
    assert rules.cap_status("exercise", exercise=False) == "Exercise"
    assert rules.cap_status("demo", exercise=False) == "Test"


def test_expired_cancelled_and_cancelling_messages_are_not_active() -> None:
    soon = NOW + timedelta(hours=1)
    assert rules.is_active("a", MsgType.ALERT, soon, [], NOW)
    assert not rules.is_active("a", MsgType.ALERT, soon, ["a"], NOW)
    assert not rules.is_active("a", MsgType.CANCEL, soon, [], NOW)
    assert not rules.is_active("a", MsgType.ALERT, NOW, [], NOW)


def test_what_is_grave_or_immediate_goes_first() -> None:
    assert rules.is_urgent("Severe", "Future")
    assert rules.is_urgent("Minor", "Immediate")
    assert not rules.is_urgent("Moderate", "Expected")
