"""A request for help in a browser: asked, answered by an officer, read by who asked."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from safeconduct.ground.kernel import clock
from safeconduct.response.cases import queries
from safeconduct.response.cases.models import Case
from safeconduct.response.cases.terms import Need
from tests import builders
from tests.browser.conftest import Open, is_cut, until, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1280, "height": 900}}


def fine(page: Page, name: str) -> None:
    """Nothing wrong, at a width of a phone; a picture of it where somebody wants one."""
    if folder := os.environ.get("SAFECONDUCT_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    assert violations(page) == []
    assert is_cut(page) == []


@pytest.fixture
def case():
    made = builders.help_photo().case
    builders.help_request(words="Elektrik yoxdur, su da bitir. Uşaqlar üşüyür.", need=Need.SHELTER)
    return Case.objects.get(pk=made.pk)


# Of every word in the names of the list of facts: is any of it on a second line?
BROKEN_WORDS = """() => [...document.querySelectorAll('.summary-list dt')].flatMap((dt) => {
  const text = dt.firstChild, range = document.createRange(), broken = [];
  for (const word of text.data.matchAll(/[^\\s-]+/gu)) {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) {
      broken.push(word[0]);
    }
  }
  return broken;
})"""


def own(case: Case) -> str:
    return "/" + queries.address_of(case, on=clock.now().date()).split("/", 3)[3]


@pytest.mark.parametrize("language", ["az", "ru", "fa"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_its_sender_and_an_officer_talk(
    open_page: Open, case: Case, language: str, size: dict[str, object]
) -> None:
    name = f"{language}-{'phone' if size is PHONE else 'desk'}"
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    desk = open_page("/console/cases/", officer=officer, language=language, **size)
    fine(desk, f"list-{name}")
    desk.locator(f"a[href='/console/cases/{case.pk}/']").click()
    # Loaded when it comes near the screen.
    desk.locator(".photos img").scroll_into_view_if_needed()
    expect(desk.locator(".photos img")).to_have_js_property("naturalWidth", 40)
    assert desk.evaluate(BROKEN_WORDS) == []
    desk.locator("#reply_answer-words").fill("Yoldayıq. Yerinizdə qalın.")
    desk.locator("#note_words").fill("Bacısı zəng edir.")
    # Enter on a choice sends nothing; the note's button sends the note alone.
    desk.locator("input[name=kept_back]").last.press("Enter")
    desk.locator("input[name=kept_back]").first.check()
    desk.locator("button[formaction$='/note/']").click()
    expect(desk.locator(".talk-note")).to_contain_text("Bacısı")
    expect(desk.locator("#reply_answer-words")).to_have_value("Yoldayıq. Yerinizdə qalın.")
    fine(desk, f"kept-{name}")
    desk.locator("#answer button").click()
    expect(desk.locator(".talk-ours")).to_contain_text("Yoldayıq")
    expect(desk.locator("#reply_answer-words")).to_be_empty()
    fine(desk, f"case-{name}")
    phone = open_page(own(case), language=language, **size)
    expect(phone.locator(".talk-ours")).to_contain_text("Yoldayıq")
    fine(phone, f"status-{name}")
    phone.locator("textarea[name=words]").fill("Gözləyirik")
    phone.locator("form[enctype] button").click()
    expect(phone.locator(".talk").first).to_contain_text("Gözləyirik")


def test_a_page_with_a_word_unsent_is_not_left_without_being_asked(
    open_page: Open, case: Case
) -> None:
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    desk = open_page(f"/console/cases/{case.pk}/", officer=officer, **DESK)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.locator("#note_words").fill("Bacısı zəng edir.")
    desk.locator(".wordmark").click()
    until(desk, lambda: asked, "the question whether to leave")
    assert asked == ["beforeunload"]
    kept = "() => JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert "zəng" not in desk.evaluate(kept)
    desk.locator("#note_words").fill("")
    desk.locator(".wordmark").click()
    desk.wait_for_url("**/console/")
