"""The part of the board that changes by the second, made once for all who look at it."""

import time
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.portals.console.board.picture import Scope, etag, picture
from safeconduct.portals.console.board.rows import rows_of

_FIRST = 10
# Incidents times scopes times languages that officers of one installation look at.
_MOST_HELD = 200


@dataclass(frozen=True, slots=True)
class Live:
    """The part as HTML with its validator; nothing in it depends on who asked."""

    etag: str
    html: str
    made_at: float


_held: dict[tuple[object, ...], Live] = {}
_making = Lock()


def live_part(incident: Incident, scope: Scope) -> Live:
    """The live part, at most ``BOARD["HOLD_SECONDS"]`` old.

    Fifty officers ask every second while answers change the numbers twice in that
    time: made anew for each of them it would cost them all their answer.
    """
    key = (incident.pk, scope, get_language())
    held = _held.get(key)
    if held and time.monotonic() - held.made_at < settings.BOARD["HOLD_SECONDS"]:
        return held
    # While somebody makes the new one, the others take the last one instead of queueing.
    if not _making.acquire(blocking=held is None) and held:
        return held
    try:
        return _remembered(key, _made(incident, scope))
    finally:
        _making.release()


def _remembered(key: tuple[object, ...], made: Live) -> Live:
    if len(_held) >= _MOST_HELD:
        _held.clear()
    _held[key] = made
    return made


def context(incident: Incident, scope: Scope) -> dict[str, object]:
    """What the live part's template needs."""
    now = clock.now()
    narrowed = rollcall.Filters(countries=scope.countries, post_id=scope.post_id)
    first = rollcall.needs_help(incident.pk, narrowed, limit=_FIRST)
    return {
        "incident": incident,
        "scope": scope,
        "etag": etag(incident, scope, now),
        "picture": picture(incident, scope, now),
        "calls": rows_of(incident.pk, first.rows),
        "more_calls": bool(first.after),
        "poll": settings.BOARD["POLL_MILLISECONDS"],
    }


def _made(incident: Incident, scope: Scope) -> Live:
    shown = context(incident, scope)
    return Live(str(shown["etag"]), render_to_string("board/live.html", shown), time.monotonic())
