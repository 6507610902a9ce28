"""Live texts that contradict each other where an incident is, for whoever looks at its board."""

from datetime import datetime

from django.utils.translation import get_language

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of, permissions_of
from safeconduct.picture.incidents.models import Incident
from safeconduct.readiness.advice.engine.clashes import Contradiction
from safeconduct.readiness.advice.engine.conflicts import all_contradictions
from safeconduct.readiness.advice.terms import VIEW


def clashes_at(incident: Incident, officer: Officer, *, now: datetime) -> list[Contradiction]:
    """Two texts in force for a country of the incident that do not agree, the dangerous first.

    Of countries whose advice the officer may read. None for an exercise, of which no text is
    in force, and none any more once the incident is closed.
    """
    if incident.exercise or incident.closed_at or VIEW not in permissions_of(officer):
        return []
    theirs = countries_of(officer, VIEW)
    here = frozenset(incident.countries)
    found = all_contradictions(
        here if theirs is None else here & theirs, get_language() or "en", now=now
    )
    # What one edition says twice is for whoever writes it.
    return [one for one in found if one.others]
