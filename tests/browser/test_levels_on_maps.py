"""Levels on a map: made by clicks in the console, read on a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import Area, AreaKind
from tests import builders
from tests.browser.conftest import Open, come_true, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = {"az": "Sərhəd bölgəsi", "en": "Border area", "ru": "Приграничье"}


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SAFECONDUCT_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def draft() -> Edition:
    builders.city(population=1_800_000)
    builders.city(306571, name="Konya", at=(37.87, 32.48), population=900_000)
    builders.city(323786, name="Ankara", at=(39.92, 32.85), population=3_500_000)
    return builders.edition()


def write_words(page: Page) -> None:
    for code in ("az", "en", "ru"):
        for name in ("name", "headline", "why", "do", "short"):
            page.locator(f"[name={code}-{name}]").fill("Word")


def click_at(page: Page, share_x: float, share_y: float) -> None:
    box = page.locator(".area-canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * share_x, box["y"] + box["height"] * share_y)


def test_towns_a_circle_and_a_line_are_made_by_clicks(open_page: Open, draft: Edition) -> None:
    duty = builders.officer("duty_officer")
    page = open_page(f"/console/advice/editions/{draft.pk}/area/", officer=duty)
    page.wait_for_selector("#area-map[data-ready=yes]")
    assert not violations(page)
    page.locator(".area-town", has_text="Konya").scroll_into_view_if_needed()
    spot = page.locator(".area-town", has_text="Konya").bounding_box()
    assert spot is not None
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"])
    expect(page.locator("[name=cities]")).to_have_value("Konya")
    expect(page.locator("#area-map [role=status]")).to_have_text("Konya")
    keep(page, "area-towns")
    page.get_by_role("button", name="A line around it").click()
    for share in ((0.3, 0.3), (0.6, 0.3), (0.6, 0.7), (0.2, 0.9)):
        click_at(page, *share)
    page.get_by_role("button", name="Take the last one back").click()
    assert len(page.locator("[name=corners]").input_value().splitlines()) == 3
    page.get_by_role("button", name="A circle", exact=True).click()
    click_at(page, 0.5, 0.5)
    assert len(page.locator("[name=corners]").input_value().splitlines()) == 36
    expect(page.locator("[name=kind][value=outline]")).to_be_checked()
    keep(page, "area-circle")
    page.locator("[name=level][value='3']").check()
    write_words(page)
    page.get_by_role("button", name="Save and see").click()
    page.wait_for_url("**/editions/*/")
    made = LevelText.objects.get(edition=draft, kind=AreaKind.OUTLINE)
    assert len(made.corners) == 36
    assert made.cells_from


@pytest.mark.parametrize("language", ["az", "ru", "fa"])
def test_the_map_of_levels_is_read_on_a_phone(open_page: Open, language: str) -> None:
    area = Area(AreaKind.CITIES, NAMES, [builders.city().pk], 90.0)
    builders.live_edition(level=2, areas=((4, area),))
    page = open_page(f"/advice/{language}/TR/", viewport={"width": 390, "height": 844})
    drawn = page.locator(".advice-map img")
    drawn.scroll_into_view_if_needed()
    come_true(page, "document.querySelector('.advice-map img').naturalWidth > 0")
    assert not violations(page)
    keep(page, f"levels-{language}")
