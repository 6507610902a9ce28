from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.accounts import rules
from tests.letters import ANY

modes = st.sampled_from(["demo", "test", "exercise", "production", "DEMO", ""])


@given(modes, st.booleans())
def test_demo_officers_sign_in_in_demo_mode_only(mode: str, active: bool) -> None:
    allowed = rules.may_sign_in(is_active=active, is_demo=True, mode=mode)
    assert allowed == (active and mode == "demo")


@given(modes)
def test_a_closed_account_never_signs_in(mode: str) -> None:
    assert not rules.may_sign_in(is_active=False, is_demo=False, mode=mode)
    assert rules.may_sign_in(is_active=True, is_demo=False, mode=mode)


@given(st.text(ANY, min_size=1), st.text(ANY, min_size=1), st.text(ANY, min_size=1))
def test_demo_passwords_differ_by_installation_and_officer(
    email: str, key: str, other: str
) -> None:
    password = rules.demo_password(email, key)
    assert len(password) == 19
    assert password == rules.demo_password(email, key)
    if other != key:
        assert password != rules.demo_password(email, other)
        assert rules.demo_secret(email, key) != rules.demo_secret(email, other)
