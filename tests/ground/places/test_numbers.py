"""Local emergency numbers: only what somebody else knows too, and honesty where nobody does."""

import pytest
from phonenumbers import shortnumberinfo

from safeconduct.ground.places.engine.numbers import covered
from safeconduct.ground.places.queries import local_numbers


@pytest.mark.parametrize("code", covered())
def test_every_number_is_one_that_libphonenumber_takes_for_an_emergency(code: str) -> None:
    held = local_numbers(code)
    assert held.numbers
    assert held.sources
    for number in held.numbers.values():
        assert shortnumberinfo.is_emergency_number(number, code), number


def test_a_country_we_know_nothing_of_gets_no_guess() -> None:
    held = local_numbers("XX")
    assert (held.numbers, held.is_known) == ({}, False)
    assert held.mobile == "112"


def test_the_general_number_comes_first() -> None:
    assert next(iter(local_numbers("AZ").numbers.items())) == ("all", "112")
    assert local_numbers("AZ").numbers["ambulance"] == "103"
