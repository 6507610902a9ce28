"""The part of the board that changes by the second, made once for all who look at it."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.rollcall import queries as rollcall
from safeconduct.portals.console.board.picture import Scope, etag, picture
from safeconduct.portals.console.board.rows import Row, rows_of
from safeconduct.response.checkins.queries import unread

_FIRST = 10
# So many are looked through for them: one request may speak for a whole dormitory.
_LOOKED_THROUGH = 50
# Incidents times scopes times languages that officers of one installation look at.
_MOST_HELD = 200


@dataclass(frozen=True, slots=True)
class Live:
    """The part as HTML with its validator; nothing in it depends on who asked."""

    etag: str
    html: str
    made_at: float
    # Whose names are in it, with the country they are in.
    people: dict[int, str]


_held: dict[tuple[object, ...], Live] = {}
_making = Lock()
_beside = ThreadPoolExecutor(1, thread_name_prefix="live")


def live_part(incident: Incident, scope: Scope) -> Live:
    """The live part, ``BOARD["HOLD_SECONDS"]`` old or a little more.

    Fifty officers ask every second while answers change the numbers twice in that
    time: made anew for each of them it would cost them all their answer. Where many
    look, nobody waits: the next one is made beside them. Whoever looks alone finds
    the last one too old and waits for theirs.
    """
    key = (incident.pk, scope, get_language())
    held = _held.get(key)
    if held is None:
        with _making:
            return _held.get(key) or _remembered(key, _made(incident, scope))
    age = time.monotonic() - held.made_at
    hold = settings.BOARD["HOLD_SECONDS"]
    if age < hold or not _making.acquire(blocking=False):
        return held
    if age < 2 * hold:
        _beside.submit(_make_beside, key, incident, scope)
        return held
    try:
        return _remembered(key, _made(incident, scope))
    finally:
        _making.release()


def _make_beside(key: tuple[object, ...], incident: Incident, scope: Scope) -> None:
    """In a thread and on a connection of its own; whoever asked has left with the last one."""
    try:
        close_old_connections()
        with override(str(key[-1])):
            _remembered(key, _made(incident, scope))
    finally:
        _making.release()
        close_old_connections()


def _remembered(key: tuple[object, ...], made: Live) -> Live:
    if len(_held) >= _MOST_HELD:
        _held.clear()
    _held[key] = made
    return made


def context(incident: Incident, scope: Scope) -> dict[str, object]:
    """What the live part's template needs."""
    now = clock.now()
    narrowed = rollcall.Filters(countries=scope.countries, post_id=scope.post_id)
    first = rollcall.needs_help(incident.pk, narrowed, limit=_LOOKED_THROUGH)
    calls = by_request(rows_of(incident.pk, first.rows))
    return {
        "incident": incident,
        "scope": scope,
        "etag": etag(incident, scope, now),
        "picture": picture(incident, scope, now),
        "calls": calls[:_FIRST],
        "more_calls": bool(first.after) or len(calls) > _FIRST,
        "unread": unread(scope.countries),
        "poll": settings.BOARD["POLL_MILLISECONDS"],
    }


def by_request(rows: Iterable[Row]) -> list[tuple[Row, int]]:
    """The first of each request, and how many more are in it; whoever has none stands alone."""
    together: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        of = ("case", row.case_id) if row.case_id else ("person", row.standing.person_id)
        together.setdefault(of, []).append(row)
    return [(found[0], len(found) - 1) for found in together.values()]


def _made(incident: Incident, scope: Scope) -> Live:
    shown = context(incident, scope)
    html = render_to_string("board/live.html", shown)
    return Live(str(shown["etag"]), html, time.monotonic(), named_in(shown))


def named_in(shown: Mapping[str, Any]) -> dict[int, str]:
    """The people whose names stand in the live part: of the first calls for help."""
    return {row.standing.person_id: row.standing.country for row, _others in shown["calls"]}
