"""Officers' accounts: invited by mail, barred, let in again, and by whom."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.missions.access import permissions_of
from safeconduct.ground.missions.actions import appoint
from safeconduct.wires.messaging.engine import sweeper
from safeconduct.wires.messaging.engine.wording import Wording
from safeconduct.wires.messaging.models import Batch, BatchText, Delivery
from safeconduct.wires.messaging.terms import State
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
LIST = "/console/officers/"
PASSWORD = "eleven green lanterns"
INVITED = {
    "email": "Novice@mfa.example",
    "name": "Novice",
    "language": "az",
    "role": "duty_officer",
    "post": "",
}


@pytest.fixture
def admin(pages: Pages) -> Pages:
    return pages.sign_in(builders.officer("administrator"))


def _link() -> str:
    """The path of the link in the newest mail, rendered as it would leave."""
    sent = Delivery.objects.order_by("-id").first()
    assert sent is not None
    batch = Batch.objects.get(pk=sent.batch_id)
    texts = BatchText.objects.filter(batch=batch)
    wording = Wording(
        [(text.language, text.channel, text.subject, text.body) for text in texts],
        purpose=batch.link_purpose,
        expires_on=batch.link_expires_on,
    )
    _, _, body = wording.render(sent.channel, sent.language, sent.subject_id, sent.post_id)
    (url,) = re.findall(r"https?://\S+", body)
    return str(url).removeprefix(settings.PUBLIC_URL)


def _accept(path: str, password: str = PASSWORD) -> int:
    typed = {"new_password1": password, "new_password2": password}
    return int(Pages().post(path, typed).status_code)


def test_a_letter_is_over_when_it_has_left(admin: Pages) -> None:
    admin.post(LIST, INVITED)
    Delivery.objects.update(state=State.HANDED)
    sweeper.sweep(clock.now())
    assert Batch.objects.get().finished_at is not None


def test_an_invited_officer_sets_a_password_once_and_then_an_authenticator(admin: Pages) -> None:
    assert admin.post(LIST, INVITED).status_code == 302
    officer = Officer.objects.get(email="novice@mfa.example")
    assert not officer.has_usable_password()
    assert permissions_of(officer)
    assert "Invited" in admin.get(LIST).content.decode()
    path = _link()
    assert path.startswith("/account/invited/")
    page = Pages().get(path)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "novice@mfa.example" in page.content.decode()
    assert _accept(path, "short") == 422
    assert _accept(path) == 302
    assert Pages().get(path).status_code == _accept(path) == 404
    novice = Pages()
    novice.post("/account/login/", {"login": "novice@mfa.example", "password": PASSWORD})
    assert novice.get("/console/")["Location"] == "/account/factor/set/"
    kinds = set(Entry.objects.filter(subject_id=officer.pk).values_list("kind", flat=True))
    assert {"accounts.made", "accounts.invited", "accounts.accepted"} <= kinds


def test_an_address_that_has_an_account_is_not_invited_twice(admin: Pages) -> None:
    admin.post(LIST, INVITED)
    again = admin.post(LIST, INVITED | {"email": "novice@mfa.example"})
    assert again.status_code == 422
    assert "There is an account with this address already." in again.content.decode()
    assert Delivery.objects.count() == 1


def test_a_new_link_ends_the_old_one_the_password_and_the_authenticator(admin: Pages) -> None:
    admin.post(LIST, INVITED)
    officer = Officer.objects.get(email="novice@mfa.example")
    first = _link()
    _accept(first)
    officer.refresh_from_db()
    builders.give_second_factor(officer)
    signed_in = Pages().sign_in(officer)
    assert signed_in.get("/console/").status_code == 200
    assert "stop working at once" in admin.get(f"{LIST}{officer.pk}/link/").content.decode()
    assert admin.post(f"{LIST}{officer.pk}/link/").status_code == 302
    officer.refresh_from_db()
    assert not officer.has_usable_password()
    assert signed_in.get("/console/").status_code == 302
    second = _link()
    assert _accept(first) == 404
    assert _accept(second) == 302


def test_a_link_too_old_or_made_by_somebody_else_opens_nothing(admin: Pages) -> None:
    admin.post(LIST, INVITED)
    officer = Officer.objects.get(email="novice@mfa.example")
    path = _link()
    with clock.stopped_at(clock.now() + timedelta(days=365)):
        assert Pages().get(path).status_code == 404
    other = tokens.Link(officer.pk, clock.now().date(), "az", officer.invitation)
    forged = tokens.mint(other, purpose="registration")
    assert Pages().get(f"/account/invited/{forged}").status_code == 404


def test_whoever_is_barred_is_out_with_the_next_click(admin: Pages) -> None:
    officer = builders.appointed_officer()
    theirs = Pages().sign_in(officer)
    assert theirs.get("/console/").status_code == 200
    assert admin.get(f"{LIST}{officer.pk}/bar/").status_code == 200
    admin.post(f"{LIST}{officer.pk}/bar/")
    assert theirs.get("/console/")["Location"].startswith("/account/login/")
    assert "Barred" in admin.get(LIST).content.decode()
    admin.post(f"{LIST}{officer.pk}/let-in/")
    assert Officer.objects.get(pk=officer.pk).is_active
    kinds = list(Entry.objects.filter(subject_id=officer.pk).values_list("kind", flat=True))
    assert {"accounts.barred", "accounts.let_in"} <= set(kinds)


def test_nobody_bars_their_own_account(admin: Pages) -> None:
    own = Officer.objects.get()
    page = admin.post(f"{LIST}{own.pk}/bar/", follow=True)
    assert "Nobody bars their own account" in page.content.decode()
    assert Officer.objects.get().is_active


def test_an_administrator_of_one_post_touches_only_its_own_officers(pages: Pages) -> None:
    here, there = builders.post(id=2, seat="TR"), builders.post(id=3, seat="DE")
    pages.sign_in(builders.officer("administrator", at=here))
    own = builders.appointed_officer()
    both = builders.officer("releaser", at=here, email="both@mfa.example")
    appoint(
        officer_id=both.pk,
        role="duty_officer",
        post_id=there.pk,
        now=clock.now(),
        actor=builders.TESTER,
    )
    everywhere = builders.officer("duty_officer")
    shown = pages.get(LIST).content.decode()
    assert own.email in shown
    for other in (both, everywhere):
        assert other.email not in shown
        assert pages.post(f"{LIST}{other.pk}/link/").status_code == 404
    assert pages.post(LIST, INVITED).status_code == 422
    assert pages.post(LIST, INVITED | {"post": "3"}).status_code == 422
    assert pages.post(LIST, INVITED | {"post": "2"}).status_code == 302
