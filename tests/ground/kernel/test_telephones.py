"""The quick way to read a telephone number finds what the library would, and never more."""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata

from safeconduct.ground.kernel.telephones import usual_number

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def by_the_library(digits: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def numbers_near(region: str, chance: random.Random) -> list[str]:
    """The region's examples with other digits, one more, one less, prefixes and codes before."""
    kinds = ("fixed_line", "mobile", "toll_free", "voip", "personal_number", "uan")
    metadata = PhoneMetadata.metadata_for_region(region)
    found = []
    for kind in kinds:
        desc = getattr(metadata, kind)
        example = desc.example_number if desc else None
        if not example:
            continue
        other = "".join(chance.choice("0123456789") for _ in example[3:])
        found += [example, example[:3] + other, f"{example}7", example[:-1], f"0{example}"]
        found += [f"8{example}", f"1{example}", f"{metadata.country_code}{example}", f"00{example}"]
    return found


@pytest.mark.parametrize("part", range(4))
def test_numbers_of_every_region_are_what_the_library_says(part: int) -> None:
    chance = random.Random(part)
    wrong = []
    for region in REGIONS[part::4]:
        code = phonenumbers.country_code_for_region(region)
        for number in numbers_near(region, chance):
            for written, near in ((f"+{code}{number}", None), (number, region)):
                found = usual_number(written, near)
                if found and found != by_the_library(written, near):
                    wrong.append((written, near, found))
    assert not wrong


def test_numbers_drawn_by_chance_are_what_the_library_says() -> None:
    chance = random.Random(1)
    for _ in range(4_000):
        digits = "".join(chance.choice("0123456789") for _ in range(chance.randrange(5, 14)))
        for written, near in ((f"+{digits}", None), (digits, chance.choice(REGIONS))):
            found = usual_number(written, near)
            assert not found or found == by_the_library(written, near), (written, near)


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("+994501234567", None), ("+905321234567", "DE"), ("05321234567", "TR"),
        ("0501234567", "AZ"), ("+79031234567", None), ("89031234567", "RU"),
        ("+77011234567", None), ("+390612345678", None), ("+12125550123", None),
        ("+447911123456", "AZ"), ("03012345678", "DE"), ("09121234567", "IR"),
        ("+971501234567", None), ("+380501234567", None), ("+995555123456", None),
    ],
)  # fmt: skip
def test_the_numbers_of_most_lists_go_the_quick_way(written: str, region: str | None) -> None:
    assert usual_number(written, region) == by_the_library(written, region) != ""


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("", "TR"), ("+", None), ("+999123456789", None), ("+80012345678", None),
        ("5321234567890123", "TR"), ("05321234567", None), ("05321234567", ""),
        ("05321234567", "XX"), ("+9940501234567", None), ("905321234567", "TR"),
        ("0015321234567", "US"), ("9 532 123 45 67", "TR"), ("٠٥٣٢١٢٣٤٥٦٧", "TR"),
    ],
)  # fmt: skip
def test_the_rest_is_left_to_the_library(written: str, region: str | None) -> None:
    assert usual_number(written, region) == ""
