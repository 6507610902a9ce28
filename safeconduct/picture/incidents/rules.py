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


def concerns(incident_countries: Iterable[str], officer_countries: frozenset[str] | None) -> bool:
    """Whether an officer of these countries (None: all) has to do with an incident."""
    if officer_countries is None:
        return True
    return not officer_countries.isdisjoint(incident_countries)


def countries_together(known: Iterable[str], more: Iterable[str]) -> list[str]:
    return sorted({*known, *more})
