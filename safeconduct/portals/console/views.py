"""The console's own pages: they compose, they decide nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from safeconduct.ground.audit import queries as audit
from safeconduct.ground.audit.kinds import kinds
from safeconduct.ground.missions.access import officer_may
from safeconduct.ground.missions.terms import AUDIT

_PAGE = 50


@officer_may(None)
def home(request: HttpRequest) -> HttpResponse:
    """Where an officer lands after signing in."""
    return render(request, "console/home.html")


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
    page = {"lines": lines, "older": older, "kinds": list(kinds), "kind": kind}
    return render(request, "console/audit.html", page)
