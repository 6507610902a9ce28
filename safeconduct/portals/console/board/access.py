"""From an address to an incident and to what of it the officer may see."""

from django.http import Http404, HttpRequest

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.missions.access import countries_of
from safeconduct.picture.incidents.access import incident_for
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board.picture import Scope


def board_for(request: HttpRequest, incident_id: int) -> tuple[Incident, Scope]:
    """The incident and the officer's scope in it; 404 for what is not there or not theirs."""
    officer = officer_of(request)
    incident = incident_for(incident_id, officer=officer, permission=VIEW)
    return incident, Scope(countries_of(officer, VIEW), _post(request))


def _post(request: HttpRequest) -> int | None:
    chosen = request.GET.get("post", "")
    if chosen and not (chosen.isdecimal() and int(chosen) < 1024):
        raise Http404
    return int(chosen) if chosen else None
