"""From an id in a URL to an incident the officer has to do with; everything else is absent."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.picture.incidents import rules
from safeconduct.picture.incidents.models import Incident


def incident_for(incident_id: int, *, officer: Officer, permission: str) -> Incident:
    """The incident, if the officer holds ``permission`` for one of its countries.

    :raises Http404: alike if it does not exist and if it is none of theirs.
    """
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None or not rules.concerns(
        incident.countries, countries_of(officer, permission)
    ):
        raise Http404
    return incident
