"""The console in a browser: signing in, the board, its keys, and whether everybody can use it."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.actions import record_sighting
from safeconduct.picture.rollcall.models import Pulse
from safeconduct.picture.rollcall.terms import Safety
from safeconduct.wires.intake.models import Pulse as DoorPulse
from tests import builders
from tests.browser.conftest import Open, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
DESKTOP = {"viewport": {"width": 1360, "height": 900}}
PLACES = ((36.20, 36.16), (37.07, 37.38), (37.58, 36.93), (36.58, 36.17), (37.0, 35.32))
NAMES = ("Leyla Əhmədova", "Рауф Алиев", "زهرا محمدی", "Murad Quliyev", "Нигяр Гасанова")


def _said(incident: Incident, person: Person, safety: Safety) -> None:
    now = clock.now()
    record_sighting(
        incident_id=incident.pk,
        person_id=person.pk,
        presence=None,
        safety=safety,
        told_by="",
        stated_at=now,
        now=now,
        actor=Actor.officer(1),
    )


@pytest.fixture
def incident() -> Incident:
    """A quake, fifty people in five places, some of whom have been heard from."""
    for name in ("drain", "reports"):
        Pulse.objects.create(name=name, seen_at=clock.now() + timedelta(minutes=5))
    DoorPulse.objects.create(
        door="00000000-0000-0000-0000-000000000001", seen_at=clock.now() + timedelta(minutes=5)
    )
    builders.post(id=2, seat="TR")
    made = builders.incident(name="Earthquake, Pazarcık")
    on = None
    for number, place in enumerate(PLACES):
        names = [f"{NAMES[(number + i) % 5]} {i}" for i in range(10)]
        people = [
            builders.household(names=(name,), phone=f"+99912{number}{i}")[0]
            for i, name in enumerate(names)
        ]
        intensity = 90 - number * 10
        builders.asked(people, of=made, cell=cell_at(*place), intensity=intensity, on=on)
        on = made.rounds.get()
        for person in people[: number * 2]:
            _said(made, person, Safety.SAFE)
        _said(made, people[9], Safety.NEEDS_HELP)
    return made


@pytest.fixture
def duty() -> Officer:
    return builders.officer("duty_officer")


def _keep(page: Page, name: str) -> None:
    """A picture for whoever asks for one."""
    if folder := os.environ.get("SAFECONDUCT_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_an_officer_signs_in_with_two_factors(open_page: Open, duty: Officer) -> None:
    duty.set_password("a-long-enough-password")
    duty.save()
    page = open_page("/console/", **DESKTOP)
    assert not violations(page)
    page.get_by_label("Email").fill(duty.email)
    page.get_by_label("Password").fill("a-long-enough-password")
    page.get_by_role("button", name="Sign in").click()
    counters = list(yield_hotp_counters_from_time())
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(builders.TOTP_SECRET, counters[1])))
    assert not violations(page)
    _keep(page, "code")
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/console/$"))
    assert not violations(page)
    _keep(page, "home")


@pytest.mark.parametrize(
    ("language", "device"),
    [("az", "phone"), ("fa", "phone"), ("en", "desktop"), ("fa", "desktop")],
)
def test_every_view_of_the_board_is_usable_by_everybody(
    open_page: Open, incident: Incident, duty: Officer, language: str, device: str
) -> None:
    how = PHONE if device == "phone" else DESKTOP
    base = f"/console/board/{incident.pk}/"
    page = open_page(base, officer=duty, language=language, **how)
    page.wait_for_selector("#map[data-ready=yes]")
    assert not violations(page)
    _keep(page, f"board-{language}-{device}")
    person = page.locator(".calls a").first.get_attribute("href")
    for name, path in (("silent", f"{base}silent/"), ("help", f"{base}help/"), ("person", person)):
        page.goto(path)
        assert not violations(page), name
        _keep(page, f"{name}-{language}-{device}")
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, "the page scrolls sideways"


def test_keys_walk_the_list_open_a_person_and_take_them_on(
    open_page: Open, incident: Incident, duty: Officer
) -> None:
    page = open_page(f"/console/board/{incident.pk}/silent/", officer=duty, **DESKTOP)
    links = page.locator("a[data-row]")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    name = links.nth(1).inner_text()
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("Looked after by")).to_be_visible()


def test_keys_can_be_switched_off(open_page: Open, incident: Incident, duty: Officer) -> None:
    page = open_page(f"/console/board/{incident.pk}/silent/", officer=duty, **DESKTOP)
    page.get_by_label("Keys are on").uncheck()
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator("a[data-row]").first).not_to_be_focused()


def test_an_answer_comes_to_the_open_board_by_itself(
    open_page: Open, incident: Incident, duty: Officer
) -> None:
    # Two seconds are promised and measured (make bench): a poll's distance, and a page's time.
    assert settings.BOARD["POLL_MILLISECONDS"] <= 1000
    page = open_page(f"/console/board/{incident.pk}/", officer=duty, **DESKTOP)
    value = page.locator(".figure-bad .value")
    expect(value).to_have_text("5")
    silent = Person.objects.filter(given_name__endswith=" 8").first()
    assert silent is not None
    _said(incident, silent, Safety.NEEDS_HELP)
    expect(value).to_have_text("6")


def test_without_script_the_board_shows_everything(
    open_page: Open, incident: Incident, duty: Officer
) -> None:
    page = open_page(
        f"/console/board/{incident.pk}/", officer=duty, java_script_enabled=False, **DESKTOP
    )
    expect(page.locator("svg.cells polygon").first).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    # Beside the ground it draws there would be nothing but the colour of the sea.
    box = page.locator("svg.cells").bounding_box()
    viewed = page.locator("svg.cells").get_attribute("viewBox")
    assert box is not None
    assert viewed is not None
    _, _, wide, high = map(float, viewed.split())
    assert box["width"] / box["height"] == pytest.approx(wide / high, abs=0.02)
    _keep(page, "board-no-script")
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Earthquake")


def test_a_board_nobody_answers_says_so_until_somebody_does(
    open_page: Open, incident: Incident, duty: Officer
) -> None:
    page = open_page(f"/console/board/{incident.pk}/", officer=duty, **DESKTOP)

    def hold(_route: Route) -> None:
        """Neither answer nor refuse: what is let go of later goes on."""

    page.route("**/live/", hold)
    with page.expect_request("**/live/"):
        pass
    notice = page.get_by_text("The server does not answer.")
    expect(notice).to_be_hidden()
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:sendError'))")
    expect(notice).to_be_visible()
    page.unroute("**/live/")
    expect(notice).to_be_hidden()


def test_whoever_is_signed_out_meanwhile_is_led_to_sign_in(
    open_page: Open, incident: Incident, duty: Officer
) -> None:
    page = open_page(f"/console/board/{incident.pk}/", officer=duty, **DESKTOP)
    expect(page.locator("#live")).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
