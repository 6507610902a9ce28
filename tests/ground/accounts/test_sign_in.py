"""Password, second factor, and who is let in where."""

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory, override_settings

from safeconduct.ground.accounts.actions import (
    AccountTakenError,
    DemoRefusedError,
    give_new_password,
    make_officer,
)
from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.accounts.queries import demo_code
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import permissions_of
from safeconduct.ground.missions.actions import create_demo_officers
from tests import builders
from tests.builders import TESTER
from tests.pages import Pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def _demo() -> dict[str, tuple[str, str]]:
    with override_settings(MODE="demo"):
        logins = create_demo_officers(now=clock.now(), actor=TESTER)
    return {login.role: (login.email, login.password) for login in logins}


def test_a_new_officer_sets_a_second_factor_before_the_console_opens(pages: Pages) -> None:
    made = make_officer(
        email="new@mfa.example", name="New", language="az", now=clock.now(), actor=TESTER
    )
    entered = pages.post("/account/login/", {"login": made.email, "password": made.password})
    assert entered["Location"] == "/console/"
    assert pages.get("/console/")["Location"] == "/account/factor/set/"

    again = pages.get("/account/factor/set/")["Location"]
    assert pages.get(again).status_code == 200
    pages.post(again, {"password": made.password})
    page = pages.get("/account/factor/set/")
    assert 'lang="az"' in page.content.decode()
    secret = page.context["form"].secret
    done = pages.post("/account/factor/set/", {"code": _code(secret)})
    assert done["Location"] == "/account/factor/recovery/"
    codes = pages.get("/account/factor/recovery/")
    assert len(codes.context["unused_codes"]) == 10
    assert pages.get("/console/").status_code == 200


def test_with_a_second_factor_a_password_alone_opens_nothing(pages: Pages) -> None:
    made = make_officer(
        email="two@mfa.example", name="Two", language="en", now=clock.now(), actor=TESTER
    )
    builders.give_second_factor(Officer.objects.get(pk=made.id))
    step = pages.post("/account/login/", {"login": made.email, "password": made.password})
    assert step["Location"] == "/account/factor/code/"
    assert pages.get("/console/")["Location"].startswith("/account/login/")
    assert pages.post("/account/factor/code/", {"code": "000000"}).status_code == 200
    assert pages.get("/console/")["Location"].startswith("/account/login/")
    code = _code(builders.TOTP_SECRET)
    assert pages.post("/account/factor/code/", {"code": code})["Location"] == "/console/"
    assert pages.get("/console/").status_code == 200
    # The same six digits read over a shoulder open it to nobody else.
    other = Pages()
    other.post("/account/login/", {"login": made.email, "password": made.password})
    assert other.post("/account/factor/code/", {"code": code}).status_code == 200


def test_a_wrong_password_says_so_and_not_whether_the_account_exists(pages: Pages) -> None:
    builders.officer(email="known@mfa.example")
    answers = []
    for address in ("known@mfa.example", "nobody@mfa.example"):
        page = pages.post("/account/login/", {"login": address, "password": "wrong-wrong"})
        assert page.status_code == 200
        answers.append(re.search(r"error-summary.*?</div>", page.content.decode(), re.DOTALL)[0])
    assert answers[0] == answers[1]


def test_guessing_is_slowed_down(pages: Pages) -> None:
    officer = builders.officer(email="target@mfa.example")
    officer.set_password("right-and-long-enough")
    officer.save()
    for _ in range(5):
        pages.post("/account/login/", {"login": officer.email, "password": "guess-guess"})
    page = pages.post(
        "/account/login/", {"login": officer.email, "password": "right-and-long-enough"}
    )
    assert page.status_code in {200, 429}
    assert "_auth_user_id" not in pages.session


@pytest.mark.parametrize("mode", ["production", "exercise", "test"])
def test_a_demo_officer_is_refused_elsewhere_with_the_right_password(
    pages: Pages, mode: str
) -> None:
    email, password = _demo()["releaser"]
    with override_settings(MODE=mode):
        assert authenticate(None, email=email, password=password) is None
        pages.post("/account/login/", {"login": email, "password": password})
        assert pages.get("/console/")["Location"].startswith("/account/login/")
        assert demo_code(Officer.objects.get(email=email)) is None


def test_a_demo_session_ends_where_demo_mode_ends(pages: Pages) -> None:
    email, _ = _demo()["duty_officer"]
    with override_settings(MODE="demo"):
        pages.sign_in(Officer.objects.get(email=email))
        assert pages.get("/console/").status_code == 200
    assert pages.get("/console/")["Location"].startswith("/account/login/")


def test_no_other_door_lets_a_demo_officer_in(pages: Pages) -> None:
    email, _ = _demo()["duty_officer"]
    with pytest.raises(PermissionDenied):
        pages.sign_in(Officer.objects.get(email=email))
    assert "_auth_user_id" not in pages.session


def test_demo_officers_are_shown_their_code_and_only_they(pages: Pages) -> None:
    email, password = _demo()["duty_officer"]
    with override_settings(MODE="demo"):
        pages.post("/account/login/", {"login": email, "password": password})
        page = pages.get("/account/factor/code/")
        code = page.context["demo_code"]
        assert code in page.content.decode()
        assert pages.post("/account/factor/code/", {"code": code})["Location"] == "/console/"
        assert demo_code(builders.officer(email="real@mfa.example")) is None


def test_demo_officers_cannot_be_made_outside_demo_mode() -> None:
    with pytest.raises(DemoRefusedError):
        create_demo_officers(now=clock.now(), actor=TESTER)


def test_the_demo_has_an_officer_for_each_role_and_two_to_release() -> None:
    first, second = _demo(), _demo()
    assert first == second
    held = {role: permissions_of(Officer.objects.get(email=first[role][0])) for role in first}
    assert "alerts.release" in held["releaser"]
    assert "alerts.draft" in held["duty_officer"]
    assert "alerts.release" not in held["duty_officer"]
    assert not any(name.startswith("rollcall") for name in held["administrator"])


def test_an_address_has_one_account() -> None:
    builders.officer(email="one@mfa.example")
    with pytest.raises(AccountTakenError):
        make_officer(
            email="ONE@mfa.example", name="Again", language="en", now=clock.now(), actor=TESTER
        )


def test_a_new_password_takes_the_lost_telephone_away() -> None:
    officer = builders.officer(email="lost@mfa.example")
    password = give_new_password(officer_id=officer.pk, now=clock.now(), actor=TESTER)
    officer.refresh_from_db()
    assert officer.check_password(password)
    assert not officer.authenticator_set.exists()


def test_secrets_rest_encrypted() -> None:
    officer = builders.officer(email="secret@mfa.example")
    kept = officer.authenticator_set.get(type="totp").data["secret"]
    assert builders.TOTP_SECRET not in kept


def test_nobody_signs_up_and_no_mail_resets_a_password(pages: Pages) -> None:
    for path in ("/account/signup/", "/account/password/reset/", "/account/email/"):
        assert pages.get(path).status_code == 404


def test_signing_in_and_out_is_remembered(pages: Pages) -> None:
    officer = builders.officer(email="seen@mfa.example")
    pages.sign_in(officer)
    assert pages.get("/account/logout/").status_code == 200
    pages.post("/account/logout/")
    assert pages.get("/console/")["Location"].startswith("/account/login/")
    kinds = list(Entry.objects.filter(actor_id=officer.pk).values_list("kind", flat=True))
    assert kinds[-2:] == ["accounts.signed_in", "accounts.signed_out"]


def test_account_pages_open(pages: Pages) -> None:
    pages.sign_in(builders.officer(email="me@mfa.example"))
    for path in ("/account/factor/", "/account/password/"):
        assert pages.get(path).status_code == 200


def test_a_request_without_anybody_is_a_national_we_do_not_know() -> None:
    from django.contrib.auth.models import AnonymousUser

    from safeconduct.ground.accounts.access import actor_of, officer_of

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert actor_of(request).id is None
    with pytest.raises(TypeError):
        officer_of(request)
