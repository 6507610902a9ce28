"""Local emergency numbers: only what somebody else knows too, and honesty where nobody does."""

import pytest
from phonenumbers import shortnumberinfo

from safeconduct.ground.places.engine.gazetteer import country_names
from safeconduct.ground.places.engine.numbers import covered
from safeconduct.ground.places.queries import local_numbers
from tests import builders
from tests.pages import Pages


@pytest.mark.parametrize("code", covered())
def test_every_number_is_one_that_libphonenumber_takes_for_an_emergency(code: str) -> None:
    held = local_numbers(code)
    assert held.numbers
    assert held.sources
    is_newer = any("does not carry yet" in source for source in held.sources)
    for number in held.numbers.values():
        assert shortnumberinfo.is_emergency_number(number, code) is not is_newer, number


def test_a_country_we_know_nothing_of_gets_no_guess() -> None:
    held = local_numbers("XX")
    assert (held.numbers, held.is_known) == ({}, False)
    assert held.mobile == "112"


def test_the_general_number_comes_first() -> None:
    assert next(iter(local_numbers("AZ").numbers.items())) == ("all", "112")
    assert local_numbers("AZ").numbers["ambulance"] == "103"


def test_nearly_every_country_is_covered_and_each_is_one_we_know() -> None:
    assert set(covered()) <= set(country_names())
    assert len(covered()) >= 220


@pytest.mark.django_db
def test_a_page_says_what_to_do_where_we_hold_no_number(pages: Pages) -> None:
    builders.country("KP")
    page = pages.get("/advice/en/KP/").content.decode()
    assert "We hold no confirmed emergency numbers" in page
    assert 'href="tel:112"' in page
