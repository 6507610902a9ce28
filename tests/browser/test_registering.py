"""A family registers on a phone, in three languages, and without script; then says it is there."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from safeconduct.ground.kernel import clock, tokens
from safeconduct.picture.registry import actions, terms
from safeconduct.picture.registry.models import ContactPoint, OneTimeCode, Person, Stay
from tests import builders
from tests.browser.conftest import Open, is_cut, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(autouse=True)
def world() -> None:
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")
    builders.findable_country("GE", az="Gürcüstan", en="Georgia", ru="Грузия")
    builders.city(spellings=("Адана",))
    # With the Russian and Latin spellings, as the gazetteer has them.
    builders.city(2, "GE", "Tbilisi", at=(41.7, 44.8), spellings=("Тбилиси",))


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("language", ["az", "ru", "fa"])
def test_a_family_registers_a_trip_on_a_phone(open_page: Open, language: str, script: bool) -> None:
    page = open_page("/me/register/", language=language, java_script_enabled=script, **PHONE)
    soon = clock.now().date() + timedelta(days=3)
    page.locator("#id_place").fill("Adana")
    page.locator("#id_until").fill(str(soon))
    page.locator("button[name=add_leg]").click()
    page.locator("#id_l1-place").fill("Tbilisi")
    page.locator("#id_l1-until").fill(str(soon + timedelta(days=3)))
    page.locator("#id_phone").fill("+90 532 123 45 67")
    page.locator("#id_m0-given_name").fill("Leyla")
    page.locator("button[name=add]").click()
    page.locator("#id_m1-given_name").fill("Kamran")
    if script:
        assert violations(page) == []
        assert is_cut(page) == []
    page.locator("main form button.button:not([name])").last.click()
    expect(page.locator(".own-link")).to_be_visible()
    assert [one.given_name for one in Person.objects.order_by("pk")] == ["Leyla", "Kamran"]
    assert set(Stay.objects.values_list("country", flat=True)) == {"TR", "GE"}
    code = OneTimeCode.objects.get()
    page.locator("#digits").fill(tokens.digits(code.pk, purpose="message")[0])
    page.locator("#confirm form button").first.click()
    expect(page.locator("#confirm")).to_have_count(0)
    assert not ContactPoint.objects.filter(verified_at=None).exists()


def test_names_are_asked_of_those_only_who_want_to_give_them(open_page: Open) -> None:
    page = open_page("/me/register/", **PHONE)
    expect(page.locator("#id_m0-given_name")).to_be_visible()
    expect(page.locator("#id_people")).to_be_hidden()
    page.locator("input[name=level][value=information]").check()
    expect(page.locator("#id_m0-given_name")).to_be_hidden()
    expect(page.locator("#id_people")).to_be_visible()


def test_a_lost_record_is_opened_by_six_digits(open_page: Open) -> None:
    builders.family(phone="+905321234567")
    OneTimeCode.objects.all().delete()
    page = open_page("/me/code/", java_script_enabled=False, **PHONE)
    page.locator("#id_address").fill("+90 532 123 45 67")
    page.locator("main button.button").click()
    code = OneTimeCode.objects.get()
    page.locator("#id_digits").fill(tokens.digits(code.pk, purpose="message")[0])
    page.locator("main button.button").click()
    expect(page).to_have_url(re.compile(r"/me/\w{22}/"))
    expect(page.locator("#id_m0-given_name")).to_have_value("Leyla")


@pytest.mark.parametrize("language", ["az", "fa"])
def test_one_tap_says_that_they_are_still_there(open_page: Open, language: str) -> None:
    (leyla,) = builders.family()
    old = clock.now() - timedelta(days=200)
    Stay.objects.update(confirmed_at=old)
    link = tokens.Link(leyla.party_id, clock.now().date() + timedelta(days=9), language, 0)
    token = tokens.mint(link, purpose=terms.STILL_PURPOSE)
    page = open_page(f"/me/still/{token}/", language=language, **PHONE)
    assert violations(page) == []
    assert is_cut(page) == []
    assert Stay.objects.get().confirmed_at == old
    page.locator("button[name=said][value=still]").click()
    expect(page.locator(".message-success")).to_be_visible()
    assert Stay.objects.get().confirmed_at > old


@pytest.mark.parametrize("language", ["az", "ru", "fa"])
def test_what_is_told_under_seal_fits_the_phone(open_page: Open, language: str) -> None:
    leyla = builders.family("Leyla", "Kamran")[0]
    link = actions.link_of(leyla.party_id, language, clock.now())
    page = open_page(f"/me/{link}/more/", language=language, **PHONE)
    assert violations(page) == []
    assert is_cut(page) == []
