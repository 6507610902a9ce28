"""First words folded by PostgreSQL are what the rules say of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.picture.rollcall import rules
from safeconduct.picture.rollcall.engine.first import outcome
from safeconduct.picture.rollcall.rules import Sighting, Standing
from safeconduct.picture.rollcall.terms import Presence, Safety, Witness

NOON = datetime(2023, 2, 6, 12, tzinfo=UTC)
moments = st.integers(-10_000, 10_000).map(lambda n: NOON + timedelta(seconds=n / 7))
# Whoever is silent: on the roll, and nothing said of them.
silent = st.builds(
    lambda presence, heard_round: Standing(presence=presence, heard_round=heard_round),
    st.sampled_from(Presence),
    st.integers(0, 3),
)


@given(
    silent,
    st.tuples(st.sampled_from([one for one in Presence if one]), st.sampled_from(Safety)),
    st.tuples(moments, moments),
    st.integers(0, 4),
)
def test_what_a_first_word_makes_follows_from_the_word_alone(
    base, said, times, round_number
) -> None:
    (presence, safety), (said_at, received_at) = said, times
    word = Sighting(Witness.SELF, presence, safety, said_at, received_at, 7, round_number)
    found = outcome(presence, safety)
    moment = rules.moment_of(said_at)
    assert rules.standing_after(base, word) == Standing(
        found.becomes_presence,
        found.becomes_safety,
        found.conflict,
        found.help_open,
        said_at,
        max(base.heard_round, round_number),
        {"1": rules.Word(moment, presence, moment if safety else 0, safety)},
        said_at if found.is_there else None,
        received_at if found.calls else None,
        None,
    )


def test_a_word_that_depends_on_what_was_known_before_has_no_such_outcome() -> None:
    with pytest.raises(ValueError, match="looking at the standing"):
        outcome(Presence.UNKNOWN, Safety.SAFE)
