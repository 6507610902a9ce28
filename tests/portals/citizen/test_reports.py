"""The pages for "I am here" and "I need help": forms to the door, nobody's own, without script."""

import re
from typing import Any

import pytest

from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
# What the door reads of a report (docs/developers).
_HELP = {
    "key", "lang", "record", "what", "words", "country", "place", "lat", "lon", "accuracy",
    "name", "phone", "email", "people", "with", "injuries", "reach_how", "reach_when", "photo",
    "no_call", "no_sms", "no_mail", "no_push", "share",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _door(settings: Any) -> None:
    settings.ANSWER_URL = "https://answers.example"


def _names(page: str) -> set[str]:
    return set(re.findall(r'<(?:input|select|textarea|button)[^>]* name="(\w+)"', page))


def test_the_help_form_goes_to_the_door_with_all_it_reads(pages: Pages) -> None:
    answer = pages.get("/help/")
    page = answer.content.decode()
    assert 'action="https://answers.example/help"' in page
    assert 'enctype="multipart/form-data"' in page
    assert _names(page) == _HELP
    policy = answer["Content-Security-Policy"]
    assert "form-action 'self' https://answers.example" in policy
    assert "connect-src 'self' https://answers.example" in policy
    assert "csrfmiddlewaretoken" not in page


def test_the_here_form_offers_safe_and_help(pages: Pages) -> None:
    page = pages.get("/here/").content.decode()
    assert 'action="https://answers.example/here"' in page
    assert re.findall(r'name="what" value="(\w+)"', page) == ["safe", "help"]
    # Enter presses a form's first button: it must say nothing.
    assert page.index("<button hidden disabled>") < page.index('value="safe"')


@pytest.mark.parametrize("address", ["/here/", "/help/"])
def test_each_time_a_page_is_opened_it_has_a_key_of_its_own(pages: Pages, address: str) -> None:
    keys = [
        re.search(r'name="key" value="([0-9a-f-]{36})"', pages.get(address).content.decode())[1]
        for _ in range(2)
    ]
    assert keys[0] != keys[1]
    assert pages.get(address)["Cache-Control"] == "no-store"


def test_the_country_chosen_before_is_filled_in(pages: Pages) -> None:
    builders.country("TR")
    builders.country("GE")
    pages.cookies["where"] = "TR:745044"
    assert '<option value="TR" selected>' in pages.get("/help/").content.decode()


def test_every_tile_has_a_word_beside_its_picture(pages: Pages) -> None:
    page = pages.get("/help/").content.decode()
    tiles = re.findall(r'class="tile">.*?</label>', page)
    assert len(tiles) == 10
    assert all("<svg" in tile and re.search(r"<span>[^<]+</span>", tile) for tile in tiles)


@pytest.mark.parametrize("address", ["/here/", "/help/", "/outbox/"])
def test_one_can_leave_a_sensitive_page_at_once(pages: Pages, settings: Any, address: str) -> None:
    settings.EXIT_URL = "https://weather.example/"
    page = pages.get(address).content.decode()
    assert re.search(r'href="https://weather.example/" rel="noreferrer nofollow" data-exit', page)


def test_the_outbox_says_what_holds_without_script(pages: Pages) -> None:
    assert "<noscript>" in pages.get("/outbox/").content.decode()


def test_after_i_am_safe_the_page_promises_no_answer(pages: Pages) -> None:
    """Who needs nothing has a page that says so: there is nothing to add to and nothing to end."""
    page = pages.get("/here/").content.decode()
    assert '<span data-about="here">See what you told us</span>' in page
    assert '<span data-about="help">See what becomes of it' in page
