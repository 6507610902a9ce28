"""The board's pages: incidents, one incident's numbers, and its cells."""

import gzip
import zlib

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from shapely.geometry.base import BaseGeometry

from safeconduct.ground.accounts.access import officer_of
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.access import countries_of, officer_may
from safeconduct.ground.places.engine.atlas import AtlasMissingError, recognised
from safeconduct.ground.places.terms import DISCLAIMER
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.picture.rollcall.terms import VIEW
from safeconduct.portals.console.board import mapping
from safeconduct.portals.console.board.access import board_for
from safeconduct.portals.console.board.clashes import clashes_at
from safeconduct.portals.console.board.listed import note_on_board
from safeconduct.portals.console.board.live import context, live_part, named_in
from safeconduct.portals.console.board.picture import open_incidents


@officer_may(VIEW)
def incidents(request: HttpRequest) -> HttpResponse:
    """Incidents with how many have not been heard from."""
    countries = countries_of(officer_of(request), VIEW)
    return render(request, "board/incidents.html", {"incidents": open_incidents(countries)})


@officer_may(VIEW)
def page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The whole board; script refreshes its live part, a link the rest."""
    incident, scope = board_for(request, incident_id)
    cells = rollcall.cells(incident.pk, scope.countries, post_id=scope.post_id)
    shown = {
        "cells": cells,
        "drawing": mapping.drawing(cells.cells, _land()),
        "disclaimer": DISCLAIMER,
        "clashes": clashes_at(incident, officer_of(request), now=clock.now()),
    }
    known = context(incident, scope)
    note_on_board(request, incident.pk, named_in(known))
    response = render(request, "board/page.html", known | shown)
    response["Cache-Control"] = "private, no-cache"
    return response


@officer_may(VIEW)
def live(request: HttpRequest, incident_id: int) -> HttpResponse:
    """What changes by the second; 304 while it has not."""
    incident, scope = board_for(request, incident_id)
    part = live_part(incident, scope)
    if request.headers.get("If-None-Match") == part.etag:
        return _unchanged(part.etag)
    note_on_board(request, incident.pk, part.people)
    return _private(HttpResponse(part.html), part.etag)


@officer_may(VIEW)
def cells(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Cells as GeoJSON, by the incident's version."""
    incident, scope = board_for(request, incident_id)
    version = rollcall.version(incident.pk)
    # A cell's colour never betrays which language asked, but who asked decides what is in it.
    whose = f"{sorted(scope.countries or ())} {scope.countries is None} {scope.post_id}"
    tag = f'"{version}-{zlib.crc32(whose.encode()):x}"'
    if request.headers.get("If-None-Match") == tag:
        return _unchanged(tag)
    found = rollcall.cells(incident.pk, scope.countries, post_id=scope.post_id)
    body = gzip.compress(orjson.dumps(mapping.geojson(found.cells)), compresslevel=1)
    response = HttpResponse(body, "application/geo+json", headers={"Content-Encoding": "gzip"})
    return _private(response, tag)


def _land() -> list[BaseGeometry]:
    try:
        return [outline.geometry for outline in recognised("50m", drawn=True)]
    except AtlasMissingError:
        # The drawing is poorer without outlines; the board must not fail for it.
        return []


def _unchanged(tag: str) -> HttpResponse:
    return _private(HttpResponseNotModified(), tag)


def _private(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
