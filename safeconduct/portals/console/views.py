"""The console's own pages: they compose, they decide nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.audit import queries as audit
from safeconduct.ground.audit.kinds import kinds
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import (
    countries_of,
    officer_may,
    permissions_of,
)
from safeconduct.ground.missions.terms import AUDIT
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board import picture as board
from safeconduct.portals.console.waiting import waiting_for

_PAGE = 50


@officer_may(None)
def home(request: HttpRequest) -> HttpResponse:
    """Where an officer lands after signing in."""
    officer = officer_of(request)
    shown: dict[str, object] = {}
    if VIEW in permissions_of(officer):
        shown["incidents"] = board.open_incidents(countries_of(officer, VIEW))
    shown["tasks"] = waiting_for(officer, now=clock.now())
    return render(request, "console/home.html", shown)


@officer_may(AUDIT)
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first, in sentences."""
    before, kind = request.GET.get("before", ""), request.GET.get("kind", "")
    lines = audit.trail(
        before_id=int(before) if before.isdecimal() else None,
        kind=kind if kind in kinds else "",
        limit=_PAGE,
    )
    older = lines[-1].id if len(lines) == _PAGE else None
    page = {"rows": lines, "older": older, "kinds": list(kinds), "kind": kind}
    return render(request, "console/audit.html", page)
