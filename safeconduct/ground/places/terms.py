"""The words of places."""

from typing import Final

from django.utils.translation import gettext_lazy as _

# Shown wherever outlines are (the rules behind them: data/boundaries.toml).
DISCLAIMER: Final = _(
    "Lines and names on this map help to find one's way. They take no position on the legal "
    "status of any territory or on the course of any border."
)
# Shorter words would match half the world.
SHORTEST_SEARCH: Final = 2
# Of two places of one name the greater is meant if it has so many times the people.
DWARFED_BY: Final = 30
