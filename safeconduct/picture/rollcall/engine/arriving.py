"""People who come onto an open incident's roll by themselves: nobody asked them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from safeconduct.ground.kernel import geometry
from safeconduct.picture.rollcall.actions import open_roll
from safeconduct.picture.rollcall.engine import rows
from safeconduct.picture.rollcall.engine.rows import Cursor
from safeconduct.picture.rollcall.engine.tally import counted
from safeconduct.picture.rollcall.terms import Presence, Safety

# What the board shows of a place, and no finer.
_SHOWN_RESOLUTION: Final = 5
_ENTER: Final = counted(
    f"""
    INSERT INTO rollcall_standing (incident_id, person_id, party_id, presence, safety, country,
        post_id, cell, record_at, reachable)
    SELECT %(incident_id)s, w.person_id, w.party_id, {Presence.UNKNOWN:d}, {Safety.NO_ANSWER:d},
        w.country, w.post_id, w.cell, %(now)s, w.reachable
    FROM unnest(%(people)s::bigint[], %(parties)s::bigint[], %(countries)s::varchar[],
        %(posts)s::smallint[], %(cells)s::bigint[], %(reachable)s::bool[])
        AS w (person_id, party_id, country, post_id, cell, reachable)
    ON CONFLICT (incident_id, person_id) DO NOTHING
    """
)


class Arrival(NamedTuple):
    """Somebody to be on the roll; ``cell`` as the registry keeps it, finer than the board."""

    person_id: int
    party_id: int
    country: str
    post_id: int | None
    cell: int | None
    reachable: bool


def enter(cursor: Cursor, incident_id: int, arrivals: Sequence[Arrival], *, now: datetime) -> None:
    """Put people on an incident's roll of whom nothing is known there yet; others stay as they are.

    In the caller's transaction, which then folds what they said, and which has awaited layouts
    where somebody among them may be asked just now.
    """
    if not arrivals:
        return
    cursor.execute("SELECT to_regclass(%s)", [f"rollcall_standing_{incident_id}"])
    if cursor.fetchone() == (None,):
        open_roll(incident_id=incident_id)
    rows.hold(cursor, [incident_id])
    people = {one.person_id: one for one in arrivals}.values()
    cursor.execute(
        _ENTER,
        {
            "incident_id": incident_id,
            "now": now,
            "people": [one.person_id for one in people],
            "parties": [one.party_id for one in people],
            "countries": [one.country for one in people],
            "posts": [one.post_id for one in people],
            "cells": [_shown(one.cell) for one in people],
            "reachable": [one.reachable for one in people],
        },
    )


def _shown(cell: int | None) -> int | None:
    return None if cell is None else geometry.parent(cell, _SHOWN_RESOLUTION)
