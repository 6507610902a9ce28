"""A phone in a stranger's hand, in Azerbaijani, with the network cut: all of it, and the console.

Pages, door and drains are the processes an installation runs; the browser is a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import pgettext
from playwright.sync_api import Browser, BrowserContext, Page, expect

from safeconduct.ground.ui import icons
from safeconduct.picture.registry.models import Party, Person
from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.response.cases.models import Case, Photo
from safeconduct.response.checkins.models import Reply
from safeconduct.wires.intake.web.texts import texts
from tests import builders
from tests.browser.conftest import is_cut, kept, until, violations
from tests.doors import DoorProcess, PagesProcess, free_port, link, open_door, open_pages, working
from tests.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "az"}
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "az"}
SAID = texts("az")


@dataclass
class House:
    """What an installation runs, and somebody of a list whom it asked whether they are safe."""

    pages: PagesProcess
    door: DoorProcess
    asked: int
    person: Person
    incident: int

    def context(self, chromium: Browser, **how: Any) -> BrowserContext:
        made = chromium.new_context(base_url=self.pages.url, **how)
        made.add_cookies([{"name": "django_language", "value": "az", "url": self.pages.url}])
        return made


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    builders.findable_country("TR", az="Türkiyə", en="Türkiye")
    builders.post(id=2, seat="TR")
    builders.advised()
    incident = builders.incident()
    (person,) = builders.household(names=("Rəşad",))
    (asked,) = builders.asked([person], of=incident)
    port = free_port()
    with open_door(tmp_path / "door", SAFECONDUCT_PUBLIC_URL=f"http://127.0.0.1:{port}") as door:
        how = {
            "SAFECONDUCT_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SAFECONDUCT_ANSWER_URL": door.url,
        }
        with (
            open_pages(tmp_path, port=port, **how) as pages,
            working("worker", "--only", "drain", **how),
            working("worker", "--only", "reports", **how),
        ):
            yield House(pages, door, asked.id, person, incident.pk)


def _registers(page: Page) -> None:
    page.goto("/me/register/")
    page.locator("[name=place]").fill("Türkiyə")
    page.locator("[name=phone]").fill("+90 532 123 45 67")
    page.locator("[name=m0-given_name]").fill("Aysel")
    page.locator("[name=m0-family_name]").fill("Məmmədova")
    page.locator("button[name=add]").click()
    page.locator("[name=m1-given_name]").fill("Nihad")
    page.locator("[name=m1-family_name]").fill("Məmmədov")
    page.locator("form[data-later] button[type=submit]:not([name])").click()
    page.wait_for_url("**/outbox/")
    expect(page.locator(".item-waiting")).to_have_count(1)


def _reads_the_advice(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".notice-warn")).to_be_visible()
    expect(page.locator(".advice")).to_contain_text("2")
    expect(page.locator(".advice li").first).to_be_visible()
    expect(page.locator("a[href^='tel:']").first).to_be_visible()


def _answers(question: Page) -> None:
    question.get_by_role("button", name=SAID["safe"]).click()
    expect(question.get_by_role("status")).to_have_text(SAID["not_sent"])


def _asks_for_help(page: Page) -> None:
    page.goto("/help/")
    page.locator("input[value=trapped]").check()
    page.locator("[name=words]").fill("Çıxış bağlıdır, uşaq yanımdadır")
    page.locator("[name=country]").select_option("TR")
    page.locator("[name=name]").fill("Aysel Məmmədova")
    page.locator("[name=no_sms]").check()
    page.locator("[name=photo]").set_input_files(icons.FOLDER / "icon-192.png")
    expect(page.locator(".photos img")).to_have_count(1)
    page.locator("form[data-report] button[type=submit]").click()
    expect(page.locator(".result [data-when=waiting]").first).to_be_visible()


def _arrived() -> dict[str, int]:
    return {
        "families": Party.objects.filter(people__given_name="Aysel").count(),
        "people": Person.objects.filter(given_name__in=["Aysel", "Nihad"]).count(),
        "replies": Reply.objects.count(),
        "requests": Case.objects.count(),
        "photos": Photo.objects.count(),
    }


ONCE = {"families": 1, "people": 2, "replies": 1, "requests": 1, "photos": 1}


def _on_the_console(desk: Page, house: House) -> None:
    desk.goto("/console/people/")
    desk.locator("[name=text]").fill("Aysel")
    desk.locator("main form button[type=submit]").first.click()
    expect(desk.locator("main")).to_contain_text("Məmmədova")
    desk.goto(reverse("board:person", args=[house.incident, house.person.pk]))
    with translation.override("az"):
        safe = pgettext("safety", "Safe")
    expect(desk.locator("body")).to_contain_text("Rəşad")
    expect(desk.locator("body")).to_contain_text(safe)
    case = Case.objects.get()
    desk.goto("/console/cases/")
    row = desk.locator("tr", has_text="Çıxış bağlıdır")
    expect(row).to_contain_text("Aysel Məmmədova")
    desk.goto(f"/console/cases/{case.pk}/")
    desk.locator(".photos img").scroll_into_view_if_needed()
    expect(desk.locator(".photos img")).to_have_js_property("naturalWidth", 192)
    expect(desk.locator("#answer .notice-warn")).to_contain_text("SMS")
    assert is_cut(desk) == []


def test_a_stranger_with_the_network_cut(chromium: Browser, house: House) -> None:
    phone = house.context(chromium, **PHONE)
    complaints: list[str] = []
    page, question = phone.new_page(), phone.new_page()
    for one in (page, question):
        one.on("pageerror", lambda error: complaints.append(str(error)))
    # With a line: the first page, and the question that came by SMS.
    page.goto("/?place=TR")
    kept(page, "TR")
    question.goto(house.door.url + link(house.asked))
    expect(question.locator("h1")).to_have_text(SAID["title"])

    phone.set_offline(True)
    _registers(page)
    assert violations(page) == []
    _reads_the_advice(page)
    assert is_cut(page) == []
    _answers(question)
    _asks_for_help(page)
    page.goto("/outbox/")
    expect(page.locator(".item-waiting")).to_have_count(2)
    assert not any(_arrived().values())

    phone.set_offline(False)
    expect(page.locator(".item-sent")).to_have_count(2)
    expect(question.locator("h1")).to_have_text(SAID["received"])
    until(page, lambda: _arrived() == ONCE, "everything that was said, once")
    # Asked again and again, nothing is sent twice.
    page.evaluate("sendReports()")
    page.reload()
    page.wait_for_timeout(500)
    assert _arrived() == ONCE
    assert Standing.objects.get(person_id=house.person.pk).safety == Safety.SAFE
    phone.close()
    assert complaints == []

    officer = builders.officer("duty_officer", at=builders.post(id=2))
    office = house.context(chromium, **DESK)
    session = Pages().sign_in(officer).cookies["sessionid"].value
    office.add_cookies([{"name": "sessionid", "value": session, "url": house.pages.url}])
    _on_the_console(office.new_page(), house)
    office.close()
