"""The answer page on a telephone: with and without script, left to right and right to left."""

import os
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from safeconduct.wires.intake.models import RawAnswer
from safeconduct.wires.intake.web.texts import texts
from tests import builders
from tests.browser.conftest import OLD_PHONE, come_true, violations
from tests.doors import link

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}
_PICTURES = os.environ.get("SAFECONDUCT_PICTURES")


@pytest.fixture
def door(one_door):
    builders.post(id=2, seat="TR")
    return one_door


@pytest.fixture
def phone(chromium: Browser, door):
    contexts = []

    def opened(path: str, **how: object) -> Page:
        contexts.append(chromium.new_context(base_url=door.url, **PHONE, **how))
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def picture(page: Page, name: str) -> None:
    if _PICTURES:
        page.screenshot(path=Path(_PICTURES) / f"{name}.png", full_page=True)


def fits(page: Page) -> None:
    """Nothing is wider than the phone, and a thumb hits every button."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for button in page.locator("button:visible").all():
        assert button.bounding_box()["height"] >= 48


@pytest.mark.parametrize("language", ["az", "fa"])
def test_answering_without_script(phone, language):
    t = texts(language)
    page = phone(link(7, language=language), java_script_enabled=False)
    expect(page.locator("h1")).to_have_text(t["title"])
    picture(page, f"answer-{language}")

    page.get_by_label(t["all"]).check()
    page.get_by_role("button", name=t["needs_help"]).click()
    expect(page.locator("h1")).to_have_text(t["received_help"])
    expect(page.get_by_role("definition").last).to_have_text(t["all"])
    picture(page, f"thanks-{language}")

    page.get_by_role("button", name=t["safe_now"]).click()
    expect(page.locator("h1")).to_have_text(t["received"])
    said = RawAnswer.objects.order_by("id").values_list("asked_id", "answer", "scope")
    assert list(said) == [(7, 2, 1), (7, 1, 1)]


@pytest.mark.parametrize("language", ["az", "ru", "fa", "ar"])
def test_the_page_fits_a_phone_and_everybody(phone, language):
    page = phone(link(7, language=language), color_scheme="dark" if language == "ru" else "light")
    fits(page)
    assert violations(page) == []
    picture(page, f"page-{language}")
    page.get_by_role("button", name=texts(language)["safe"]).click()
    expect(page.locator("h1")).to_have_text(texts(language)["received"])
    fits(page)
    assert violations(page) == []
    picture(page, f"received-{language}")


def test_a_family_ticks_its_names(phone):
    asked = builders.asked(builders.household(names=("Leyla", "Эльвин", "زهرا")))
    page = phone(link(asked[0].id))
    # Names have a third of a second: on a busy machine the first page may go without.
    for _ in range(20):
        if page.get_by_label("Leyla").count():
            break
        page.reload()
    expect(page.get_by_label("Leyla")).to_be_checked()
    page.get_by_label("زهرا").check()
    fits(page)
    assert violations(page) == []
    picture(page, "names")
    page.get_by_role("button", name=texts("az")["safe"]).click()
    expect(page.get_by_role("definition").last).to_contain_text("2")
    assert RawAnswer.objects.get().others == [asked[0].id, asked[2].id]


def test_an_answer_waits_on_the_phone_until_there_is_a_network(phone):
    t = texts("az")
    page = phone(link(7))
    page.context.set_offline(True)
    page.get_by_role("button", name=t["safe"]).click()
    expect(page.get_by_role("status")).to_have_text(t["not_sent"])
    picture(page, "not-sent")
    assert not RawAnswer.objects.exists()

    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text(t["received"])
    assert RawAnswer.objects.values("key").distinct().count() == 1
    come_true(page, "localStorage.length === 0")


def test_a_second_answer_without_a_network_leaves_the_call_for_help_standing(phone):
    t = texts("az")
    page = phone(link(7))
    page.context.set_offline(True)
    for said in ("needs_help", "safe", "safe"):
        page.get_by_role("button", name=t[said]).click()
        expect(page.get_by_role("status")).to_have_text(t["not_sent"])
    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text(t["received"])
    come_true(page, "localStorage.length === 0")
    told = dict(RawAnswer.objects.order_by("-id").values_list("key", "answer"))
    assert list(told.values())[::-1] == [2, 1], "both, in the order they were given"


def test_an_answer_kept_on_the_phone_is_sent_when_the_page_is_opened_again(phone):
    t = texts("az")
    page = phone(link(7))
    page.context.set_offline(True)
    page.get_by_role("button", name=t["needs_help"]).click()
    expect(page.get_by_role("status")).to_have_text(t["not_sent"])
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(link(7))
    expect(page.locator("h1")).to_have_text(t["received_help"])
    # A phone that hears no reply in time sends again: by its key the drain knows it is one answer.
    assert [answer for _, answer in set(RawAnswer.objects.values_list("key", "answer"))] == [2]


def test_a_phone_of_before_2022_says_what_was_tapped(chromium: Browser, door) -> None:
    t = texts("az")
    with closing(chromium.new_context(base_url=door.url, **PHONE)) as context:
        context.add_init_script(OLD_PHONE)
        page = context.new_page()
        page.goto(link(7))
        page.get_by_role("button", name=t["needs_help"]).click()
        expect(page.locator("h1")).to_have_text(t["received_help"])
    assert RawAnswer.objects.get().answer == 2


@pytest.mark.parametrize(("status", "body"), [(200, "<main>Log in!</main>"), (404, "no such page")])
def test_what_another_than_the_door_says_leaves_the_answer_on_the_phone(phone, status, body):
    t = texts("az")
    page = phone(link(7))
    page.route("**/s/*", lambda route: route.fulfill(status=status, body=body))
    page.get_by_role("button", name=t["needs_help"]).click()
    expect(page.get_by_role("status")).to_have_text(t["barred"])
    assert page.evaluate("localStorage.length") == 1
    page.unroute("**/s/*")
    # After the pause, by itself.
    expect(page.locator("h1")).to_have_text(t["received_help"])
    come_true(page, "localStorage.length === 0")
    assert RawAnswer.objects.get().answer == 2


def test_an_answer_that_is_refused_for_ever_holds_up_no_other(phone):
    t = texts("az")
    page = phone(link(7))

    def filtered(route):
        """An operator's filter that lets anything through but this one answer."""
        if "answer=2" in (route.request.post_data or ""):
            route.fulfill(status=403, body="<h1>Forbidden</h1>")
        else:
            route.continue_()

    page.route("**/s/*", filtered)
    page.get_by_role("button", name=t["needs_help"]).click()
    expect(page.get_by_role("status")).to_have_text(t["barred"])
    page.get_by_role("button", name=t["safe"]).click()
    expect(page.locator("h1")).to_have_text(t["received"])
    # The one that waits is not forgotten over it, and there is still a way to say it.
    expect(page.get_by_role("status")).to_have_text(t["barred"])
    expect(page.locator("#sms")).to_be_visible()
    fits(page)
    assert violations(page) == []
    picture(page, "barred")
    assert [row.answer for row in RawAnswer.objects.all()] == [1]
    page.unroute("**/s/*")
    expect(page.locator("h1")).to_have_text(t["received_help"], timeout=20_000)
    expect(page.locator("#sms")).to_be_hidden()
    come_true(page, "localStorage.length === 0")


def test_a_forged_link_is_kind(phone):
    page = phone("/s/" + "A" * 22, locale="ar")
    expect(page.locator("h1")).to_have_text(texts("ar")["forged"])
    fits(page)
    picture(page, "forged-ar")
