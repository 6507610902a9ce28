"""What nationals do online, in a browser that runs no script: from registering to forgetting.

The answer page, the request for help and wiping have theirs beside what they are tests of.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from safeconduct.picture.registry.models import EmergencyContact, Person, Stay
from tests import builders
from tests.browser.conftest import Open

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("every page"),
]
BARE = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}


@pytest.fixture
def bare(open_page: Open) -> Page:
    """A telephone in Türkiye whose browser runs no script."""
    builders.post(id=2, seat="TR")
    builders.findable_country("TR", az="Türkiyə", en="Türkiye")
    builders.city(spellings=("Adana",))
    return open_page("/", language="en", **BARE)


def _send(page: Page) -> None:
    page.locator("main form button[type=submit]:visible").last.click()


def test_registering_changing_leaving_and_deleting(bare: Page) -> None:
    bare.get_by_role("link", name="Register").first.click()
    bare.locator("[name=m0-given_name]").fill("Leyla")
    bare.locator("[name=place]").fill("Adana")
    bare.locator("[name=phone]").fill("+90 532 123 45 67")
    bare.locator("main form").filter(has=bare.locator("[name=place]")).locator(
        "button[type=submit]:not([name])"
    ).last.click()
    expect(bare).to_have_url(re.compile("saved=1"))
    assert Person.objects.get().given_name == "Leyla"
    record = bare.url.split("?")[0]

    bare.goto(f"{record}kin/")
    bare.locator("[name=name]").fill("Kamran")
    bare.locator("[name=phone]").fill("+994 50 123 45 67")
    _send(bare)
    assert EmergencyContact.objects.count() == 1

    bare.goto(f"{record}left/")
    _send(bare)
    assert Stay.objects.exclude(stay_until=None, departed_on=None).count() == 1

    bare.goto(f"{record}delete/")
    _send(bare)
    assert not Person.objects.exists()
    expect(bare.locator("h1")).to_be_visible()


def test_saying_that_one_is_still_there_and_choosing_what_one_agrees_to(bare: Page) -> None:
    token = builders.still_link()["token"]
    bare.goto(f"/me/still/{token}/")
    bare.locator("button[value=still]").click()
    expect(bare).to_have_url(re.compile("said=still"))
    bare.goto(f"/me/{builders.record_link()['token']}/consent/")
    bare.locator("main button[value=yes]").first.click()
    expect(bare.locator("main")).to_contain_text("Saved. It holds from now on.")
    expect(bare.locator("main")).to_contain_text("You agreed on")


def test_no_page_promises_a_key_that_does_nothing(bare: Page) -> None:
    bare.goto(f"/me/{builders.record_link()['token']}/looked/")
    assert bare.get_by_role("link", name="Leave this page now").is_visible()
    assert not bare.locator(".quick-exit .hint").is_visible()


def test_following_a_request_and_writing_to_the_post(bare: Page) -> None:
    bare.goto(f"/me/request/{builders.request_link()['token']}/")
    bare.locator("main textarea").first.fill("Biz hələ də buradayıq")
    bare.locator("form:has(textarea) button[type=submit]").first.click()
    expect(bare.locator("main")).to_contain_text("Biz hələ də buradayıq")


def test_checking_a_message_reading_advice_and_finding_a_post(bare: Page) -> None:
    code = builders.coded()["code"]
    bare.goto("/verify/")
    bare.locator("main input:visible, main textarea:visible").first.fill(str(code))
    _send(bare)
    expect(bare.locator("main")).to_contain_text("Yes, this message is from us")

    builders.advised()
    bare.goto("/advice/en/")
    bare.locator("main a[href*='/advice/en/TR']").first.click()
    expect(bare.locator("h1")).to_be_visible()
    assert bare.url.endswith("/advice/en/TR/")

    bare.goto("/posts/en/")
    bare.locator("main a[href*='/posts/en/']").first.click()
    expect(bare.locator("h1")).to_contain_text("Embassy")


def test_changing_the_language_of_any_page(bare: Page) -> None:
    bare.goto("/help/")
    bare.locator(".languages a[lang=fa]").click()
    expect(bare.locator("html")).to_have_attribute("dir", "rtl")
    assert bare.url.endswith("/help/")
