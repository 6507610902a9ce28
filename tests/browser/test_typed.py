"""What an officer typed is not lost with a session or a line, and does not outlive its use."""

import re

import pytest
from playwright.sync_api import Page, expect

from safeconduct.ground.accounts.models import Officer
from safeconduct.picture.incidents.models import LogEntry
from tests import builders
from tests.browser.conftest import Open, is_cut, violations
from tests.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Körpü bağlıdır, iki avtobus gözləyir."


def _written(page: Page) -> None:
    page.get_by_role("textbox").fill(LONG)
    page.locator("form:has(textarea) button").click()


def _kept(page: Page) -> object:
    return page.evaluate("sessionStorage.getItem('typed')")


def _sign_in(page: Page, officer: Officer) -> None:
    session = Pages().sign_in(officer).cookies["sessionid"].value
    origin = "/".join(page.url.split("/")[:3])
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": origin}])


def test_an_ended_session_loses_no_text(open_page: Open) -> None:
    incident = builders.incident()
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    page = open_page(f"/console/incidents/{incident.pk}/", officer=officer)
    page.context.clear_cookies(name="sessionid")
    _written(page)
    expect(page).to_have_url(re.compile("/account/login/"))
    expect(page.locator("#typed")).to_be_visible()
    _sign_in(page, officer)
    # Where signing in leads to: the address of the button, which is no page.
    page.goto(f"/console/incidents/{incident.pk}/note/")
    expect(page).to_have_url(re.compile(f"/console/incidents/{incident.pk}/$"))
    assert violations(page) == []
    assert is_cut(page) == []
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("textbox")).to_have_value(LONG)
    page.locator("form:has(textarea) button").dblclick()
    expect(page.get_by_text(LONG)).to_be_visible()
    expect(page.locator("#typed")).to_be_hidden()
    assert _kept(page) is None
    assert LogEntry.objects.filter(text=LONG).count() == 1


def _lost(open_page: Open) -> Page:
    """The console's first page after the line broke under a note."""
    incident = builders.incident()
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    page = open_page(f"/console/incidents/{incident.pk}/", officer=officer)
    page.route("**/note/", lambda route: route.abort())
    _written(page)
    expect(page).to_have_url(re.compile("chrome-error"))
    page.goto("/console/")
    return page


def test_what_a_lost_line_kept_is_offered_elsewhere_and_gone_with_the_officer(
    open_page: Open,
) -> None:
    page = _lost(open_page)
    expect(page.get_by_role("button", name="Put it back")).to_be_hidden()
    page.get_by_role("link", name="Open the page where you typed it").click()
    expect(page.get_by_role("button", name="Put it back")).to_be_visible()
    assert LONG in str(_kept(page))
    # Whoever signs in after them in this tab is offered nothing of theirs.
    _sign_in(page, builders.officer("releaser", at=builders.post(id=3)))
    page.goto("/console/")
    expect(page.locator("#typed")).to_be_hidden()
    assert _kept(page) is None


def test_an_answer_that_was_sent_is_not_offered_beside_a_note_that_waits(open_page: Open) -> None:
    case = builders.help_request(words="The bridge is gone.")
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    page = open_page(f"/console/cases/{case.pk}/", officer=officer)
    answer, note = page.locator("[name=answer-words]"), page.locator("[name=words]")
    answer.fill("Help is on its way.")
    note.fill(LONG)
    page.get_by_role("button", name="Send the answer").click()
    expect(answer).to_have_value("")
    expect(note).to_have_value(LONG)
    expect(page.locator("#typed")).to_be_hidden()
    assert _kept(page) is None


CHOICES = """
() => {
  const form = document.querySelector("[name=words]").form;
  const many = Object.assign(document.createElement("select"), { name: "many", multiple: true });
  for (const value of "abc") many.append(new Option(value, value));
  const rows = [1, 2].map(() => Object.assign(document.createElement("input"), { name: "row" }));
  form.append(many, ...rows);
}
"""


def test_all_forms_of_a_page_are_put_back_with_all_their_values(open_page: Open) -> None:
    case = builders.help_request(words="The bridge is gone.")
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    path = f"/console/cases/{case.pk}/"
    page = open_page(path, officer=officer)
    page.route(
        "**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.locator("[name=answer-words]").fill("Help is on its way.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page).to_have_url(re.compile("chrome-error"))
    page.goto(path)
    page.evaluate(CHOICES)
    page.locator("[name=words]").fill(LONG)
    page.locator("[name=many]").select_option(["a", "c"])
    page.locator("[name=row]").first.fill("one")
    page.locator("[name=row]").last.fill("two")
    page.locator("form:has([name=words]) button").last.click()
    expect(page).to_have_url(re.compile("chrome-error"))

    # Elsewhere the way to it is shown; there one tap puts everything back.
    page.goto("/console/")
    expect(page.get_by_role("button", name="Put it back")).to_be_hidden()
    page.get_by_role("link", name="Open the page where you typed it").click()
    page.evaluate(CHOICES)
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("[name=answer-words]")).to_have_value("Help is on its way.")
    expect(page.locator("[name=words]")).to_have_value(LONG)
    expect(page.locator("[name=many]")).to_have_values(["a", "c"])
    expect(page.locator("[name=row]").first).to_have_value("one")
    expect(page.locator("[name=row]").last).to_have_value("two")
    expect(page.locator("#typed")).to_be_hidden()
    assert _kept(page) is None


def test_what_two_pages_kept_is_offered_one_after_the_other(open_page: Open) -> None:
    page = _lost(open_page)
    case = builders.help_request(words="The bridge is gone.")
    page.goto(f"/console/cases/{case.pk}/")
    expect(page.get_by_role("button", name="Put it back")).to_be_hidden()
    page.route(
        "**/cases/**",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.locator("[name=answer-words]").fill("Help is on its way.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page).to_have_url(re.compile("chrome-error"))
    page.goto(f"/console/cases/{case.pk}/")
    page.get_by_role("button", name="Forget it").click()
    link = page.get_by_role("link", name="Open the page where you typed it")
    expect(link).to_have_attribute("href", re.compile("/console/incidents/"))
    link.click()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("textbox")).to_have_value(LONG)
    assert _kept(page) is None


def test_signing_out_forgets_it(open_page: Open) -> None:
    page = _lost(open_page)
    expect(page.locator("#typed")).to_be_visible()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(re.compile("/account/login/"))
    assert _kept(page) is None
