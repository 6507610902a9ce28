"""Whose country it is, without a database."""

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.missions.rules import concerns, covers

COUNTRIES = st.frozensets(st.sampled_from("ABCD"))


@given(COUNTRIES, COUNTRIES)
def test_whoever_answers_for_all_of_it_is_concerned(touched, own) -> None:
    assert concerns(touched, own) is bool(touched & own)
    assert covers(touched, own) is (bool(touched) and touched <= own)
    assert concerns(touched, None)
    assert covers(touched, None)


def test_what_touches_no_country_is_for_those_of_all() -> None:
    assert not covers([], frozenset("A"))
    assert not concerns([], frozenset("A"))
