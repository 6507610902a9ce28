"""Warnings on this phone, offered after an answer: never by themselves, and not after a No."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.wires.intake.web.texts import texts
from safeconduct.wires.messaging.terms import Channel
from tests import builders
from tests.browser.conftest import is_cut, violations
from tests.browser.test_push import PHONE, SERVICE, _subscribing
from tests.doors import link, open_door
from tests.push import Browser
from tests.reportsdoor import reports_door

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# How often the browser was asked for leave, and what it says.
_ASKED = """
window.asked = 0;
Notification.requestPermission = async () => { window.asked += 1; return "SAID"; };
Object.defineProperty(Notification, "permission", {
  get: () => (window.asked ? "SAID" : "BEFORE"),
});
"""


@pytest.fixture
def phone(chromium: Chromium, live_server: Any, settings: Any) -> Iterator[Callable[..., Page]]:
    provided = {"push": {"kind": "webpush", "channel": "push"}}
    settings.MESSAGING = settings.MESSAGING | {"PROVIDERS": provided}
    settings.PUBLIC_URL = str(live_server)
    builders.post(id=2, seat="TR")
    contexts = []

    def opened(*, says: str = "granted", before: str = "default", language: str = "en") -> Page:
        context = chromium.new_context(base_url=str(live_server), locale=language, **PHONE)
        contexts.append(context)
        address = {"name": "django_language", "value": language, "url": str(live_server)}
        context.add_cookies([address])
        page = context.new_page()
        page.add_init_script(_ASKED.replace("SAID", says).replace("BEFORE", before))
        _subscribing(page, Browser())
        return page

    with reports_door(str(live_server)) as door:
        settings.ANSWER_URL = door.url
        yield opened
        for context in contexts:
            context.close()


def _safe(page: Page) -> None:
    page.goto("/here/")
    page.locator("[name=country]").select_option("TR")
    page.locator("button.safe").click()
    expect(page.locator(".result .reference")).not_to_be_empty()


def _offer(page: Page) -> Any:
    return page.locator("[data-offer]")


def test_it_is_asked_for_by_a_tap_after_the_receipt_and_a_no_is_remembered(
    phone: Callable[..., Page],
) -> None:
    page = phone()
    _safe(page)
    expect(_offer(page)).to_be_visible()
    assert violations(page) == []
    assert is_cut(page) == []
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="No, thanks").click()
    expect(_offer(page)).to_be_hidden()
    _safe(page)
    page.wait_for_timeout(300)
    expect(_offer(page)).to_be_hidden()
    assert page.evaluate("window.asked") == 0
    assert not ContactPoint.objects.filter(channel=Channel.PUSH).exists()


@pytest.mark.parametrize("language", ["az", "fa"])
def test_a_tap_switches_it_on(phone: Callable[..., Page], language: str) -> None:
    page = phone(language=language)
    page.goto("/warn/?place=TR")
    expect(_offer(page)).to_be_visible()
    assert violations(page) == []
    assert is_cut(page) == []
    assert page.evaluate("window.asked") == 0
    page.locator("[data-yes]").click()
    expect(page.locator("[data-step=done]")).to_be_visible()
    assert page.evaluate("window.asked") == 1
    point = ContactPoint.objects.get(channel=Channel.PUSH)
    assert point.address.startswith(SERVICE)
    # Who is warned already is not asked again.
    page.evaluate("document.dispatchEvent(new CustomEvent('said', { detail: {} }))")
    expect(page.locator("[data-step=ask]")).to_be_hidden()
    page.locator("[data-own]").click()
    page.wait_for_url("**/me/**")


def test_a_refusal_of_the_browser_is_not_asked_about_again(phone: Callable[..., Page]) -> None:
    page = phone(says="denied")
    page.goto("/warn/?place=TR")
    page.locator("[data-yes]").click()
    expect(page.locator("[data-step=denied]")).to_be_visible()
    _safe(page)
    page.wait_for_timeout(300)
    expect(_offer(page)).to_be_hidden()
    other = phone(before="denied")
    _safe(other)
    other.wait_for_timeout(300)
    expect(_offer(other)).to_be_hidden()
    assert not Person.objects.exists()


def test_after_an_answer_it_is_one_link_away(
    phone: Callable[..., Page], live_server: Any, tmp_path: Path
) -> None:
    key = "A" * 43
    how = {
        "SAFECONDUCT_PUBLIC_URL": str(live_server),
        "SAFECONDUCT_PROVIDERS": '{"push": {"kind": "webpush", "channel": "push"}}',
        "SAFECONDUCT_VAPID_KEY": key,
    }
    t = texts("az")
    with open_door(tmp_path, **how) as door:
        page = phone(language="az")
        page.goto(door.url + link(7))
        expect(page.locator("h1")).to_have_text(t["title"])
        assert page.locator(".offer").count() == 0
        page.get_by_role("button", name=t["safe"]).click()
        expect(page.locator(".offer")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("link", name=t["warn_me"]).click()
        page.wait_for_url("**/warn/")
        expect(_offer(page)).to_be_visible()
        page.goto(door.url + link(7))
        page.get_by_role("button", name=t["safe"]).click()
        page.get_by_role("button", name=t["warn_no"]).click()
        expect(page.locator(".offer")).to_be_hidden()
        page.goto(door.url + link(7))
        page.get_by_role("button", name=t["safe"]).click()
        expect(page.locator("h1")).to_have_text(t["received"])
        expect(page.locator(".offer")).to_be_hidden()
