"""From an address to an incident and to what of it the officer may see."""

from django.http import Http404, HttpRequest

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.missions.access import countries_of, permissions_of
from safeconduct.ground.missions.rules import concerns
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.picture import Scope
from safeconduct.response.cases.terms import VIEW as OPEN_CASES
from safeconduct.response.checkins.terms import SETTLE


def board_for(request: HttpRequest, incident_id: int) -> tuple[Incident, Scope]:
    """The incident and the officer's scope in it; 404 for what is not there or not theirs."""
    officer = officer_of(request)
    countries = countries_of(officer, VIEW)
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None or not concerns(incident.countries, countries):
        raise Http404
    held = permissions_of(officer)
    return incident, Scope(
        countries,
        _post(request),
        opens_cases=OPEN_CASES in held,
        reads_unclear=SETTLE in held,
    )


def _post(request: HttpRequest) -> int | None:
    chosen = request.GET.get("post", "")
    if chosen and not (chosen.isdecimal() and int(chosen) < 1024):
        raise Http404
    return int(chosen) if chosen else None
