"""Whom nothing we sent can be proved to have reached, and who never answered: a list for people."""

import time
from collections.abc import Collection
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
LOOKED_FOR_SECONDS: Final = 0.15
# So long a provider may take to report a delivery; then "handed over" is all there will be.
PROOF_WAITED_FOR: Final = timedelta(hours=1)
_COLUMNS: Final = ("person_id", "party_id", "intensity", "vulnerability", "record_at")
# Answered or not needed, a message says nothing of an address: somebody else of the party was
# quicker.
_UNREACHED: Final = f"""
    SELECT w.person_id FROM ({{window}}) AS w
    WHERE NOT EXISTS (
        SELECT FROM registry_person AS m
        JOIN messaging_delivery AS d ON d.recipient_id = m.id AND d.batch_id = ANY (%s)
        WHERE m.party_id = w.party_id
            AND (d.state IN ({State.WAITING:d}, {State.CLAIMED:d}, {State.DELIVERED:d})
                OR (d.state = {State.HANDED:d} AND d.handed_at > %s))
            AND (m.id = w.person_id OR {speaks_to("w.person_id", "w.party_id")})
    )
    ORDER BY w.intensity DESC, w.vulnerability DESC, w.record_at, w.person_id LIMIT %s
"""


def unreached(
    incident_id: int,
    filters: Filters,
    *,
    batch_ids: Collection[int],
    now: datetime,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """Silent people without a message that arrived or is on its way, in the order of the silent.

    ``batch_ids`` are the incident's. A page may hold fewer than ``limit`` people, or
    none, and still have a next one: of a large incident it looks at as many as it can in a
    moment.

    :raises PageLostError: if the mark is none of ours.
    """
    rows: list[Standing] = []
    until = time.monotonic() + LOOKED_FOR_SECONDS
    while True:
        window = longest_silent(incident_id, filters, after=after)
        few = window.values(*_COLUMNS)[:LOOKED_AT]
        rows += _standings(incident_id, _found(few, batch_ids, now, limit + 1 - len(rows)))
        if len(rows) > limit:
            return Page(rows[:limit], written(silent_mark(rows[limit - 1])))
        last = window[LOOKED_AT - 1 : LOOKED_AT].first()
        after = written(silent_mark(last)) if last else ""
        if not after or time.monotonic() > until:
            return Page(rows, after)


def _found(
    window: "QuerySet[Standing, dict[str, Any]]",
    batch_ids: Collection[int],
    now: datetime,
    limit: int,
) -> list[int]:
    sql, params = window.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            _UNREACHED.format(window=sql),
            [*params, list(batch_ids), now - PROOF_WAITED_FOR, limit],
        )
        return [person_id for (person_id,) in cursor.fetchall()]


def _standings(incident_id: int, people: Collection[int]) -> list[Standing]:
    """Those of these people who are still on the roll, in their order."""
    found = Standing.objects.filter(incident_id=incident_id, person_id__in=people)
    by_id = {row.person_id: row for row in found}
    return [by_id[person_id] for person_id in people if person_id in by_id]
