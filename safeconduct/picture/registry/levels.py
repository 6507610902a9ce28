"""The level of advice by country, as those above the registry know it."""

from collections.abc import Callable, Mapping
from typing import Final

from safeconduct.ground.kernel.catalogues import Catalogue

# Each entry tells the level (1 to 4) of the countries it knows; of two the graver counts.
LEVELS: Final = Catalogue[Callable[[], Mapping[str, int]]]("source of levels")


def levels_by_country() -> dict[str, int]:
    """The gravest level told of each country; countries nobody tells of are absent."""
    found: dict[str, int] = {}
    for name in LEVELS:
        for country, level in LEVELS[name]().items():
            found[country] = max(level, found.get(country, 1))
    return found
