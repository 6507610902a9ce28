"""Links as they arrive: too late, cut short, in capitals, previewed. Each page is kind and fits."""

import http.client
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.tokens import Link, mint
from safeconduct.wires.intake.models import RawAnswer
from safeconduct.wires.intake.terms import ANSWER_LINK
from safeconduct.wires.intake.web.texts import texts
from tests.browser.conftest import violations
from tests.browser.test_answer_page import PHONE, fits
from tests.doors import DoorProcess, link

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def too_late() -> str:
    told = Link(7, clock.now().date() - timedelta(days=1), "fa", 2)
    return f"/s/{mint(told, purpose=ANSWER_LINK)}"


BROKEN = {
    "cut": lambda: link(7)[:-3],
    "capitals": lambda: link(7).upper(),
    "small letters": lambda: link(7).lower(),
    "longer": lambda: f"{link(7)}xyz",
    "over-long": lambda: "/s/" + "a" * 5000,
    "the name alone": lambda: "/",
}
# As telephones and people hand a link on: what surrounds it goes along.
SURROUNDED = ["{}.", "{})", "{}/", "{}%E2%80%9D", "{}%E2%80%8F", "{}%20Salam", "{}?fbclid=x", "{}…"]


@pytest.fixture
def phone(chromium: Browser, one_door: DoorProcess) -> Iterator[Page]:
    with closing(chromium.new_context(base_url=one_door.url, locale="fa", **PHONE)) as context:
        yield context.new_page()


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_link_is_told_kindly_in_the_telephones_language(phone: Page, kind: str) -> None:
    phone.goto(BROKEN[kind]())
    expect(phone.locator("html[lang=fa][dir=rtl] h1")).to_have_text(texts("fa")["forged"])
    fits(phone)
    assert violations(phone) == []


def test_an_expired_link_is_told_kindly_in_its_own_language(phone: Page) -> None:
    phone.goto(too_late())
    expect(phone.locator("html[lang=fa][dir=rtl] h1")).to_have_text(texts("fa")["expired"])
    # Whoever needs help reads how to get it all the same.
    expect(phone.locator("a.tel")).to_have_attribute("href", "tel:+999120000002")
    expect(phone.locator("#sms a").first).to_be_visible()
    fits(phone)
    assert violations(phone) == []
    phone.get_by_role("link", name="Azərbaycanca").click()
    expect(phone.locator("html[lang=az] h1")).to_have_text(texts("az")["expired"])


def test_what_surrounds_a_link_is_no_part_of_it(phone: Page) -> None:
    for around in SURROUNDED:
        phone.goto(around.format(link(7)))
        expect(phone.locator("h1")).to_have_text(texts("az")["title"])
    phone.get_by_role("button", name=texts("az")["safe"]).click()
    expect(phone.locator("h1")).to_have_text(texts("az")["received"])
    assert RawAnswer.objects.get().asked_id == 7


def test_whoever_only_looks_says_nothing(phone: Page, one_door: DoorProcess) -> None:
    """Previews, scanners and browsers that fetch ahead."""
    for method, headers in (
        ("GET", {"User-Agent": "WhatsApp/2.23"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("HEAD", {}),
        ("OPTIONS", {"Origin": "https://example.org"}),
        ("PROPFIND", {}),
        ("PUT", {}),
    ):
        asking = http.client.HTTPConnection("127.0.0.1", one_door.port, timeout=20)
        with closing(asking):
            asking.request(method, f"{link(7)}?answer=1&key={uuid4()}", headers=headers)
            assert asking.getresponse().read() is not None
    # Enter before anything was chosen, and a page that was left and come back to.
    phone.goto(f"{link(7)}?answer=1")
    phone.keyboard.press("Enter")
    phone.reload()
    phone.go_back()
    assert not RawAnswer.objects.exists()
