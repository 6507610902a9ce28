"""The rule by which a provider loses its traffic and wins it back."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.wires.messaging.engine.routing import (
    FIRST_SHARE,
    Course,
    Pace,
    Seen,
    is_sick,
    next_course,
    pause_of,
)

PACE = Pace(window=20, slow=10, out=30, step=10, calm=600, probe=180)
WELL, ILL, QUIET = Seen(good=50), Seen(good=2, bad=48), Seen()

seen = st.builds(
    Seen, st.integers(0, 1000), st.integers(0, 1000), st.sampled_from([None, True, False])
)
courses = st.builds(
    Course,
    st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0]),
    st.floats(0, 1000),
    st.integers(0, 5),
)


def played(observed: list[Seen], *, every: float = 1.0) -> list[float]:
    """Shares second by second, from full."""
    course, shares = Course(), []
    for number, one in enumerate(observed, 1):
        course = next_course(course, one, now=number * every, pace=PACE)
        shares.append(course.share)
    return shares


def test_a_provider_that_fails_is_out_at_once() -> None:
    assert played([WELL, ILL]) == [1.0, 0.0]
    assert played([Seen(good=2, bad=3)])[-1] == 0.0
    assert played([Seen(good=0, bad=2)])[-1] == 1.0
    assert played([Seen(good=4, bad=3)])[-1] == 1.0


def test_it_comes_back_in_steps() -> None:
    shares = played([ILL] + [WELL] * 100)
    assert shares[:30] == [0.0] * 30
    steps = sorted(set(shares))
    assert steps == [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0]
    assert shares[-1] == 1.0
    # Half a minute out, and five steps of ten seconds.
    assert shares.index(1.0) == 80


def test_the_more_often_it_falls_the_longer_it_stays_out() -> None:
    course, now, pauses = Course(), 0.0, []
    for _ in range(7):
        course = next_course(replace(course, share=1.0), ILL, now=now, pace=PACE)
        fell = now
        while course.is_out:
            now += 1
            course = next_course(course, WELL, now=now, pace=PACE)
        pauses.append(now - fell)
    assert pauses == [30, 60, 120, 240, 480, 480, 480]


def test_a_swinging_provider_is_not_followed_in_its_swing() -> None:
    shares = played(([WELL] * 5 + [ILL] * 5) * 120)
    changes = sum(a != b for a, b in pairwise(shares))
    assert changes <= 16
    assert sum(shares) / len(shares) < 0.05


def test_the_link_must_answer_before_anything_is_tried() -> None:
    dead = replace(QUIET, link=False)
    assert set(played([ILL] + [dead] * 500)) == {0.0}
    # A link found dead while all calls go well says more of the test than of the provider.
    assert played([replace(WELL, link=False)])[-1] == 1.0
    assert played([dead])[-1] == 0.0


def test_one_without_calls_comes_back_too_but_slowly() -> None:
    shares = played([ILL] + [QUIET] * 600)
    assert shares[129] == FIRST_SHARE
    assert shares[-1] == 1.0


@given(course=courses, observed=seen, later=st.floats(0, 2000))
def test_a_share_stays_a_share_and_never_leaps_up(
    course: Course, observed: Seen, later: float
) -> None:
    after = next_course(course, observed, now=course.since + later, pace=PACE)
    assert 0.0 <= after.share <= 1.0
    assert after.share <= max(FIRST_SHARE, 2 * course.share)
    if after.share > course.share:
        assert later >= min(PACE.step, PACE.out)
        assert course.is_out or not is_sick(observed)
    if is_sick(observed) and not course.is_out:
        assert after.is_out
    assert 1 <= pause_of(after, PACE) / PACE.out <= 16


@given(good=st.integers(0, 1000), bad=st.integers(0, 1000))
def test_between_well_and_ill_nothing_changes(good: int, bad: int) -> None:
    observed = Seen(good=good, bad=bad)
    if is_sick(observed) or 10 * bad <= good + bad:
        return
    for share in (0.05, 0.4, 1.0):
        course = Course(share=share, since=0.0)
        assert next_course(course, observed, now=500.0, pace=PACE).share == share
