"""What holds of an incident, decided without looking anything up."""

from collections.abc import Iterable

from safeconduct.picture.incidents.terms import Level

_LEVEL_OF: dict[str, Level] = {
    "Extreme": Level.PREPARE,
    "Severe": Level.PREPARE,
    "Moderate": Level.WATCH,
}


def level_for(severity: str) -> Level:
    """The level an incident opens at. Leaving and evacuating are people's decisions."""
    return _LEVEL_OF.get(severity, Level.WATCH)


def countries_together(known: Iterable[str], more: Iterable[str]) -> list[str]:
    return sorted({*known, *more})
