"""The only way from an address to a standing."""

from django.http import Http404

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.missions.access import countries_of
from safeconduct.picture.rollcall.models import Standing


def standing_for(
    officer: Officer, permission: str, *, incident_id: int, person_id: int
) -> Standing:
    """A person's standing, where the officer holds ``permission`` for its country.

    :raises Http404: where there is none, or none for this officer.
    """
    standing = Standing.objects.filter(incident_id=incident_id, person_id=person_id).first()
    countries = countries_of(officer, permission)
    if standing is None or not (countries is None or standing.country in countries):
        raise Http404
    return standing
