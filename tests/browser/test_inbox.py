"""The inbox: warnings and the post's answers, kept on the phone if its owner says so, and wiped."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from safeconduct.ground.kernel import clock
from safeconduct.response.cases import actions
from safeconduct.response.cases.models import Case
from tests import builders
from tests.browser.conftest import come_true, is_cut, kept, until, violations
from tests.browser.test_first_screen import _LEFT, _NOTHING
from tests.browser.test_push import PHONE
from tests.reportsdoor import reports_door

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(chromium: Browser, live_server: Any, settings: Any) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(path: str, *, language: str = "en") -> Page:
        context = chromium.new_context(base_url=str(live_server), locale=language, **PHONE)
        contexts.append(context)
        address = {"name": "django_language", "value": language, "url": str(live_server)}
        context.add_cookies([address])
        page = context.new_page()
        page.goto(path)
        return page

    with reports_door(str(live_server)) as door:
        settings.ANSWER_URL = door.url
        # Links of requests lead to the pages.
        settings.PUBLIC_URL = str(live_server)
        yield opened
        for context in contexts:
            context.close()


@pytest.fixture
def case() -> Case:
    """A request of somebody who is registered alone, answered once."""
    made = builders.help_request(words="Pasportum itib")
    _answer(made, "Sabah saat onda gəlin")
    return made


def _answer(case: Case, words: str) -> None:
    actions.reply(case_id=case.pk, words=words, seen=None, now=clock.now(), actor=builders.TESTER)


def _inbox(case: Case) -> str:
    return f"/me/{builders.link_of(case.party_id, 'en', clock.now())}/messages/"


@pytest.mark.parametrize("language", ["az", "fa"])
def test_the_posts_answers_stand_in_the_inbox_and_lead_to_the_request(
    phone: Callable[..., Page], case: Case, language: str
) -> None:
    page = phone(_inbox(case), language=language)
    expect(page.locator("[data-found]")).to_contain_text("Sabah saat onda gəlin")
    expect(page.locator("[data-found]")).to_contain_text("Pasportum itib")
    expect(page.locator("[data-exit]")).to_be_visible()
    assert violations(page) == []
    assert is_cut(page) == []
    # Nothing is kept before somebody says so.
    page.wait_for_load_state("networkidle")
    assert page.evaluate("get('inbox').then((held) => held ?? null)") is None
    page.locator("[data-found] a").first.click()
    expect(page.locator(".talk-ours")).to_contain_text("Sabah saat onda gəlin")


def test_what_is_kept_is_read_without_a_line_grows_and_goes(
    phone: Callable[..., Page], case: Case
) -> None:
    page = phone(_inbox(case))
    page.get_by_role("button", name="Keep them on this phone").click()
    expect(page.locator("[data-keeping] [role=status]")).to_have_text("Kept on this phone.")
    kept(page)
    _answer(case, "Pasportunuz hazırdır")
    # Opened again it is kept with what has come since, and nobody is asked again.
    page.reload()
    expect(page.locator("[data-found]")).to_contain_text("Pasportunuz hazırdır")
    expect(page.get_by_role("button", name="Keep them on this phone")).to_be_hidden()

    page.context.set_offline(True)
    page.goto("/outbox/")
    held = page.locator("[data-messages]")
    for words in ("Sabah saat onda gəlin", "Pasportunuz hazırdır", "Pasportum itib"):
        expect(held).to_contain_text(words)
    assert is_cut(page) == []
    # Who keeps their record here need not write their name when they ask for help.
    page.goto("/help/")
    expect(page.locator("[name=record]")).not_to_have_value("")
    expect(page.locator("[data-record]")).to_be_visible()

    page.goto("/outbox/")
    held.get_by_role("button", name="Take the messages off this phone").click()
    expect(held).to_be_hidden()
    come_true(page, "get('inbox').then((one) => !one)")


@pytest.mark.parametrize("offline", [False, True])
def test_wiping_takes_the_answers_off_the_phone(
    phone: Callable[..., Page], case: Case, offline: bool
) -> None:
    page = phone(_inbox(case))
    page.get_by_role("button", name="Keep them on this phone").click()
    expect(page.locator("[data-keeping] [role=status]")).to_have_text("Kept on this phone.")
    kept(page)
    page.context.set_offline(offline)
    page.goto("/wipe/")
    page.get_by_role("button", name="Wipe it now").click()
    expect(page.locator("[data-wiped]")).to_be_visible()
    until(page, lambda: page.evaluate(_LEFT) == _NOTHING, "nothing")
    page.context.set_offline(False)
    page.goto("/outbox/")
    expect(page.locator("[data-messages]")).to_be_hidden()
    assert "Pasportum itib" not in page.content()


def test_a_familys_inbox_keeps_no_word_of_a_request_it_may_not_read(
    phone: Callable[..., Page],
) -> None:
    people = builders.household(2)
    case = builders.help_request(
        words="Ərim məni döyür",
        person_id=people[0].pk,
        party_id=people[0].party_id,
        people=[people[0].pk],
    )
    _answer(case, "Bu gün gəlin")
    page = phone(_inbox(case))
    page.get_by_role("button", name="Keep them on this phone").click()
    expect(page.locator("[data-keeping] [role=status]")).to_have_text("Kept on this phone.")
    held = page.evaluate("get('inbox').then(JSON.stringify)")
    assert case.reference in held
    assert "döyür" not in held
    assert "Bu gün" not in held
