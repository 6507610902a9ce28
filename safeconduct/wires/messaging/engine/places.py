"""Where a telephone number leads: the country whose operators decide what may be sent there."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import phonenumbers

from safeconduct.wires.messaging.terms import is_synthetic

# Long enough to tell apart the countries that share a code: +1 242, +7 727, +44 7781.
_TELLING: Final = 8


def destination(address: str, country: str) -> str:
    """ISO 3166-1 country of a number in E.164, or ``country`` where the number does not say.

    A national in Istanbul who kept a Baku number is reached through Azerbaijan's operators:
    their limits and their sender names count, not those of where the person is.
    """
    if is_synthetic(address):
        return country
    return _region(address[:_TELLING], len(address)) or country


def calling_code(country: str) -> str:
    """The calling code of a country with its plus, or an empty string."""
    code = phonenumbers.country_code_for_region(country)
    return f"+{code}" if code else ""


def leads_to(countries: Iterable[str]) -> tuple[list[str], list[str]]:
    """How numbers of these countries begin, and the countries, for made-up numbers.

    Countries that share a calling code cannot be told apart so: +7 is Russia and Kazakhstan.
    """
    named = sorted(countries)
    return [code for code in map(calling_code, named) if code], named


@lru_cache(maxsize=65536)
def _region(beginning: str, length: int) -> str:
    number = beginning.ljust(length, "0")
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    if len(regions) == 1:
        return str(regions[0])
    return str(phonenumbers.region_code_for_number(parsed) or regions[0] if regions else "")
