"""Background sync as Chromium fires it: the pages closed, the line back, everything sent once.

Only the browser knows when there is signal; DevTools says so in its place.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests import builders
from tests.browser.conftest import kept, until, worker_of
from tests.browser.test_push import PHONE
from tests.reportsdoor import ReportsDoor, reference_of, reports_door

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_TAGS = "registration.sync.getTags()"


class Phone:
    """A phone whose worker outlives its pages, and DevTools in the place of its radio."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context, self.origin, self.number = context, origin, ""
        # A page of nobody's: it keeps the phone's screen on, and nothing of ours is open in it.
        self._blank: Page = context.new_page()
        self._tools: CDPSession = context.new_cdp_session(self._blank)
        self._tools.on("ServiceWorker.workerRegistrationUpdated", self._seen)
        self._tools.send("ServiceWorker.enable")

    def _seen(self, event: dict[str, Any]) -> None:
        for registration in event["registrations"]:
            if registration["scopeURL"].startswith(self.origin):
                self.number = registration["registrationId"]

    def wait(self, milliseconds: int = 50) -> None:
        self._blank.wait_for_timeout(milliseconds)

    def says(self, script: str) -> Any:
        """What the worker says: it may have been put to sleep, then the next one answers."""
        return worker_of(self._blank).evaluate(script)

    def until(self, script: str, value: object) -> None:
        until(self._blank, lambda: self.says(script) == value, script)

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(path)
        return page

    def kept(self) -> None:
        kept(self._blank)
        until(self._blank, lambda: self.number, "DevTools' word of the worker")

    def signal(self, tag: str, *, last: bool = False) -> None:
        """The browser's own word that there is a line again."""
        told = {"origin": self.origin, "registrationId": self.number, "tag": tag}
        self._tools.send("ServiceWorker.dispatchSyncEvent", told | {"lastChance": last})


@pytest.fixture
def door(settings: Any, live_server: Any) -> Iterator[ReportsDoor]:
    with reports_door(str(live_server)) as opened:
        settings.ANSWER_URL = opened.url
        builders.country("TR")
        yield opened


@pytest.fixture
def phone(chromium: Browser, live_server: Any, door: ReportsDoor) -> Iterator[Phone]:
    context = chromium.new_context(base_url=str(live_server), locale="en", **PHONE)
    yield Phone(context, str(live_server))
    context.close()


def _ask(page: Page) -> None:
    page.locator("input[value=trapped]").check()
    page.locator("[name=words]").fill("Su yoxdur")
    page.locator("form button[type=submit]").click()
    expect(page.get_by_role("heading", name="Saved on this phone, not sent yet")).to_be_visible()


def test_the_browser_sends_it_once_with_every_page_closed(phone: Phone, door: ReportsDoor) -> None:
    page = phone.open("/help/")
    phone.kept()
    # No line: whoever tries is hung up on, page and worker alike.
    door.ways[:] = ["refuse"] * 200
    _ask(page)
    phone.until(_TAGS, ["reports"])
    page.close()
    assert door.kept == []
    assert phone.says("listed('report ').then((all) => all.length)") == 1

    # A signal that was none: what could not be sent stays.
    phone.signal("reports")
    phone.wait(500)
    assert door.kept == []
    door.ways.clear()
    phone.signal("reports", last=True)
    phone.until("listed('receipt ').then((all) => all.length)", 1)
    phone.signal("reports")
    phone.signal("reports")
    phone.wait(300)
    (report,) = door.kept
    assert report.fields["words"] == "Su yoxdur"
    assert phone.says("listed('report ').then((all) => all.length)") == 0
    # Whoever opens the app then reads that it went.
    page = phone.open("/outbox/")
    said = page.locator(".item-sent .reference")
    expect(said).to_have_text(reference_of(report.fields["key"]))


def test_an_answer_tapped_without_signal_goes_the_same_way(phone: Phone, door: ReportsDoor) -> None:
    page = phone.open("/help/")
    phone.kept()
    page.close()
    door.ways[:] = ["refuse"] * 200
    keep = """put("answer KEY", { key: "KEY", link: "DOOR/help", lang: "en", tag: "x",
      action: "safe", at: Date.now() })"""
    phone.says(keep.replace("DOOR", door.url).replace("KEY", str(uuid4())))
    phone.signal("answers")
    phone.wait(300)
    assert phone.says("kept().then((all) => all.length)") == 1
    door.ways.clear()
    phone.signal("answers", last=True)
    phone.until("kept().then((all) => all.length)", 0)
    phone.signal("answers")
    phone.wait(300)
    assert len(door.kept) == 1
