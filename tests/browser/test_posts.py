"""A post's page as somebody in trouble reads it: on a phone, in their language, by keyboard."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.models import Closure, Post
from tests import builders
from tests.browser.conftest import Open, come_true, is_cut, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1360, "height": 900}}


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SAFECONDUCT_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def post() -> Post:
    """An embassy that has described itself whole, closed for a holiday next week."""
    made = builders.placed_post()
    texts = {"az": "Əyyub Əliyev küçəsi 1", "en": "1 Example Street", "ru": "ул. Примерная, 1"}
    told: dict[str, Any] = {
        "hours": {str(day): [["09:00", "13:00"], ["14:00", "17:30"]] for day in range(5)},
        "time_zone": "Europe/Istanbul",
        "services": ["help", "passport", "return", "notary"],
        "telephone": "+999120000900",
        "email": "ankara@mission.example",
    } | dict.fromkeys(("addresses", "directions", "notices"), texts)
    Post.objects.filter(pk=made.pk).update(**told)
    day = clock.now().date() + timedelta(days=6)
    Closure.objects.create(
        post_id=made.pk, first_on=day, last_on=day + timedelta(days=1), names=texts
    )
    return made


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["az", "ru", "fa"])
def test_a_post_is_read_on_any_screen(
    open_page: Open, post: Post, language: str, screen: str
) -> None:
    page = open_page(f"/posts/{language}/{post.pk}/", viewport=SCREENS[screen])
    page.locator("figure img").scroll_into_view_if_needed()
    come_true(page, "document.querySelector('figure img').naturalWidth > 0")
    keep(page, f"post-{language}-{screen}")
    assert not violations(page)
    assert not is_cut(page)


def test_the_duty_number_is_reached_by_keyboard(open_page: Open, post: Post) -> None:
    page = open_page("/posts/az/")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.href?.startsWith('tel:')"):
            break
    assert page.evaluate("document.activeElement.href") == f"tel:{post.emergency_number}"
    style = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"{style}.outlineStyle !== 'none' || {style}.boxShadow !== 'none'")
