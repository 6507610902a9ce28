"""Whom nothing we sent can be proved to have reached, and who never answered: a list for people."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from safeconduct.picture.rollcall.models import Standing
from safeconduct.picture.rollcall.queries.lists import (
    PAGE,
    Filters,
    Page,
    longest_silent,
    silent_mark,
    written,
)
from safeconduct.picture.rollcall.queries.speaking import speaks_to
from safeconduct.wires.messaging.terms import State

# People looked at in one go, and for how long it is gone on: were hardly anybody unreached
# among a million, a page that looked on until it is full would never come. The next page goes
# on where this one stopped.
LOOKED_AT: Final = 2000
LOOKED_FOR_SECONDS: Final = 0.1
COUNTED_FOR_SECONDS: Final = 0.2
# So long a provider may take to report a delivery; then "handed over" is all there will be.
PROOF_WAITED_FOR: Final = timedelta(hours=1)
_COLUMNS: Final = ("person_id", "party_id", "intensity", "vulnerability", "record_at")
# Answered or not needed, a message says nothing of an address: somebody else of the party was
# quicker.
_TO_PARTY: Final = f"""
        SELECT FROM registry_person AS m
        JOIN messaging_delivery AS d ON d.recipient_id = m.id AND d.batch_id = ANY (%(batches)s)
        WHERE m.party_id = w.party_id
            AND (d.state IN ({State.WAITING:d}, {State.CLAIMED:d}, {State.DELIVERED:d})
                OR (d.state = {State.HANDED:d} AND d.handed_at > %(proof_from)s))"""
_TO_THEM: Final = f"(m.id = w.person_id OR {speaks_to('w.person_id', 'w.party_id')})"
# Small children mostly, and the old: they have nothing of their own that could be written to.
_NO_CONTACT: Final = """NOT EXISTS (
        SELECT FROM registry_contactpoint AS own WHERE own.person_id = w.person_id)"""
_NOBODY: Final = f"NOT EXISTS ({_TO_PARTY} AND ({_TO_THEM} OR {_NO_CONTACT}))"
_RELATIVE: Final = f"""{_NO_CONTACT} AND EXISTS ({_TO_PARTY})
    AND NOT EXISTS ({_TO_PARTY} AND {_TO_THEM})"""
_UNREACHED: Final = """
    SELECT w.person_id FROM ({window}) AS w WHERE {whom}
    ORDER BY w.intensity DESC, w.vulnerability DESC, w.record_at, w.person_id LIMIT %(limit)s
"""
_DIVIDED: Final = f"""
    SELECT count(*) FILTER (WHERE {_NOBODY}), count(*) FILTER (WHERE {_RELATIVE}), count(*)
    FROM ({{window}}) AS w
"""


@dataclass(frozen=True, slots=True)
class Divided:
    """How many of the silent nothing reached, and how many a relative alone could tell.

    Of the first ``looked_at`` of them, where there was no time for all.
    """

    unreached: int
    through: int
    looked_at: int
    is_all: bool


def unreached(
    incident_id: int,
    filters: Filters,
    *,
    batch_ids: Collection[int],
    now: datetime,
    through: bool = False,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """Silent people without a message that arrived or is on its way, in the order of the silent.

    Whoever has no contact of their own and is in the party of somebody whose message did, is not
    among them but on a list of their own (``through``): no message is theirs, so they are not
    counted as reached either, but there is somebody to tell and to ask.
    ``batch_ids`` are the incident's. A page may hold fewer than ``limit`` people, or
    none, and still have a next one: of a large incident it looks at as many as it can in a
    moment.

    :raises PageLostError: if the mark is none of ours.
    """
    rows: list[Standing] = []
    whom = _RELATIVE if through else _NOBODY
    until = time.monotonic() + LOOKED_FOR_SECONDS
    while True:
        window = longest_silent(incident_id, filters, after=after)
        asked = _UNREACHED.replace("{whom}", whom)
        found = _of(window, asked, batch_ids, now, limit=limit + 1 - len(rows))
        rows += _standings(incident_id, [person_id for (person_id,) in found])
        if len(rows) > limit:
            return Page(rows[:limit], written(silent_mark(rows[limit - 1])))
        after = _next_window(window)
        if not after or time.monotonic() > until:
            return Page(rows, after)


def divided(
    incident_id: int, filters: Filters, *, batch_ids: Collection[int], now: datetime
) -> Divided:
    """The lists of :func:`unreached` as numbers, as far as they can be counted in a moment."""
    nobody = relative = looked_at = 0
    until = time.monotonic() + COUNTED_FOR_SECONDS
    after = ""
    while True:
        window = longest_silent(incident_id, filters, after=after)
        ((some, others, people),) = _of(window, _DIVIDED, batch_ids, now)
        nobody, relative, looked_at = nobody + some, relative + others, looked_at + people
        after = _next_window(window)
        if not after or time.monotonic() > until:
            return Divided(nobody, relative, looked_at, is_all=not after)


def _next_window(window: QuerySet[Standing]) -> str:
    last = window[LOOKED_AT - 1 : LOOKED_AT].first()
    return written(silent_mark(last)) if last else ""


def _of(
    window: QuerySet[Standing],
    asked: str,
    batch_ids: Collection[int],
    now: datetime,
    **known: Any,  # noqa: ANN401 -- whatever a statement may be given
) -> list[tuple[int, ...]]:
    """The rows that ``asked`` answers of the first people of a window."""
    sql, params = window.values(*_COLUMNS)[:LOOKED_AT].query.sql_with_params()
    known |= {"batches": list(batch_ids), "proof_from": now - PROOF_WAITED_FOR}
    # Ours by name, since they stand there several times; the window's by place.
    names = [f"w{place}" for place in range(len(params))]
    named = sql % tuple(f"%({name})s" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            asked.replace("{window}", named), known | dict(zip(names, params, strict=True))
        )
        return list(cursor.fetchall())


def _standings(incident_id: int, people: Collection[int]) -> list[Standing]:
    """Those of these people who are still on the roll, in their order."""
    found = Standing.objects.filter(incident_id=incident_id, person_id__in=people)
    by_id = {row.person_id: row for row in found}
    return [by_id[person_id] for person_id in people if person_id in by_id]
