"""The console's own pages: they compose, they decide nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from safeconduct.ground.missions.access import officer_may


@officer_may(None)
def home(request: HttpRequest) -> HttpResponse:
    """Where an officer lands after signing in."""
    return render(request, "console/home.html")
