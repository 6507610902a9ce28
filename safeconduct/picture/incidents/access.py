"""From an id in a URL to an incident the officer has to do with; everything else is absent."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.ground.missions.rules import concerns, covers
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.incidents.terms import LOG


def incident_for(incident_id: int, *, officer: Officer, permission: str) -> Incident:
    """The incident, if the officer holds ``permission`` for one of its countries.

    :raises Http404: alike if it does not exist and if it is none of theirs.
    """
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None or not concerns(incident.countries, countries_of(officer, permission)):
        raise Http404
    return incident


def may_close(incident: Incident, *, officer: Officer) -> bool:
    """Whether the officer answers for all its countries: closing ends what waits for anybody."""
    return covers(incident.countries, countries_of(officer, LOG))


def incident_to_close(incident_id: int, *, officer: Officer) -> Incident:
    """The incident, if the officer may close it.

    :raises Http404: if not, as if it did not exist.
    """
    incident = incident_for(incident_id, officer=officer, permission=LOG)
    if not may_close(incident, officer=officer):
        raise Http404
    return incident
