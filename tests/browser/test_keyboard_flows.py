"""Whole ways of a national without a mouse: registering to deleting, reporting, asking, wiping.

Nothing here is clicked: Tab goes to what is wanted, and keys do the rest.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import Person, Stay
from safeconduct.wires.intake.models import RawAnswer
from safeconduct.wires.intake.web.texts import texts
from tests import builders
from tests.browser.conftest import come_true
from tests.browser.test_push import PHONE
from tests.doors import link, open_door
from tests.reportsdoor import ReportsDoor, reports_door

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_STOPS = 120


@pytest.fixture
def door(live_server: Any, settings: Any) -> Iterator[ReportsDoor]:
    builders.findable_country("TR", az="Türkiyə", en="Türkiye")
    builders.post(id=2, seat="TR")
    with reports_door(str(live_server)) as opened:
        settings.ANSWER_URL = opened.url
        yield opened


@pytest.fixture
def phone(chromium: Browser, live_server: Any, door: ReportsDoor) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(path: str) -> Page:
        contexts.append(chromium.new_context(base_url=str(live_server), locale="en", **PHONE))
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _to(page: Page, wanted: Locator) -> None:
    """Tab until the keyboard is there."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not come to {wanted}")


def _type(page: Page, wanted: str, words: str) -> None:
    _to(page, page.locator(wanted))
    page.keyboard.type(words)


def _press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    _to(page, wanted)
    page.keyboard.press(key)


def _send(page: Page) -> Locator:
    return page.locator("main form button[type=submit]:visible").last


def test_a_family_registers_changes_leaves_and_deletes(phone: Callable[..., Page]) -> None:
    page = phone("/me/register/")
    _type(page, "[name=place]", "Türkiye")
    _type(page, "[name=phone]", "+90 532 123 45 67")
    _type(page, "[name=m0-given_name]", "Leyla")
    _press(page, page.locator("button[name=add]"))
    _type(page, "[name=m1-given_name]", "Elvin")
    _press(page, page.get_by_role("button", name="Register", exact=True), "Space")
    expect(page).to_have_url(re.compile("saved=1"))
    assert Person.objects.count() == 2
    record = page.url.split("?")[0]

    _type(page, "[name=m0-family_name]", "Quliyeva")
    # It stands there as it was typed: only another page says that it was kept.
    with page.expect_navigation():
        _press(page, page.get_by_role("button", name="Save", exact=True))
    expect(page.locator("[name=m0-family_name]")).to_have_value("Quliyeva")
    assert Person.objects.filter(family_name="Quliyeva").count() == 1

    _press(page, page.get_by_role("link", name="We have left"))
    expect(page).to_have_url(f"{record}left/")
    _press(page, _send(page))
    expect(page).not_to_have_url(f"{record}left/")
    assert not Stay.objects.filter(departed_on=None).exists()

    page.goto(record)
    _press(page, page.get_by_role("link", name="Delete this record"))
    expect(page).to_have_url(f"{record}delete/")
    _press(page, _send(page))
    expect(page).not_to_have_url(f"{record}delete/")
    assert not Person.objects.exists()


def test_who_is_there_says_so(phone: Callable[..., Page], door: ReportsDoor) -> None:
    page = phone("/")
    _press(page, page.locator("main").get_by_role("link", name="I am here").first)
    page.wait_for_url("**/here/")
    # A choice of the browser's own: its first letters find it.
    _type(page, "[name=country]", "T")
    _type(page, "[name=name]", "Leyla")
    _press(page, page.locator("button.safe"))
    expect(page.locator(".result .reference")).not_to_be_empty()
    # The keyboard is where the news is.
    assert page.locator(".result").evaluate("(one) => one.contains(document.activeElement)")
    (report,) = door.kept
    assert (report.fields["what"], report.fields["country"]) == ("safe", "TR")


def test_who_needs_help_asks_for_it(phone: Callable[..., Page], door: ReportsDoor) -> None:
    page = phone("/help/")
    _press(page, page.locator("[name=what]").first, "Space")
    page.keyboard.press("ArrowRight")
    _type(page, "[name=words]", "We need water")
    _press(page, page.locator("[name=no_sms]"), "Space")
    _type(page, "[name=reach_when]", "after nine")
    _press(page, page.locator("form[data-report] button[type=submit]"))
    expect(page.locator(".result .reference")).not_to_be_empty()
    (report,) = door.kept
    assert report.fields["what"] == "medical"
    assert (report.fields["no_sms"], report.fields["reach_when"]) == ("yes", "after nine")


def test_a_question_is_answered(phone: Callable[..., Page], tmp_path: Path) -> None:
    t = texts("en")
    with open_door(tmp_path) as answers:
        page = phone("about:blank")
        page.goto(answers.url + link(7, language="en"))
        _press(page, page.get_by_role("button", name=t["safe"]))
        expect(page.locator("h1")).to_have_text(t["received"])
        assert set(RawAnswer.objects.values_list("asked_id", "answer")) == {(7, 1)}


def test_the_inbox_is_kept_and_the_phone_wiped(phone: Callable[..., Page]) -> None:
    case = builders.help_request()
    page = phone(f"/me/{builders.link_of(case.party_id, 'en', clock.now())}/messages/")
    _press(page, page.get_by_role("button", name="Keep them on this phone"))
    expect(page.locator("[data-keeping] [role=status]")).to_have_text("Kept on this phone.")
    page.goto("/outbox/")
    expect(page.locator("[data-messages]")).to_be_visible()
    _press(page, page.locator("main a[href='/wipe/']"))
    page.wait_for_url("**/wipe/")
    _press(page, page.get_by_role("button", name="Wipe it now"))
    expect(page.locator("[data-wiped]")).to_be_focused()
    come_true(page, "indexedDB.databases().then((all) => all.length === 0)")
