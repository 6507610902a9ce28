"""What the board shows, and whom officers look for."""

from safeconduct.picture.rollcall.queries.door import (
    DRAIN_PULSE,
    REPORTS_PULSE,
    Waiting,
    attempts_of,
    reports_waiting,
    sightings_of,
    waiting,
)
from safeconduct.picture.rollcall.queries.leaving import left_registry, on_open_rolls
from safeconduct.picture.rollcall.queries.lists import (
    Filters,
    Page,
    PageLostError,
    in_conflict,
    needs_help,
    not_heard_from,
)
from safeconduct.picture.rollcall.queries.numbers import (
    Cell,
    Cells,
    CurvePoint,
    Numbers,
    cells,
    curve,
    curve_of,
    numbers,
    version,
)
from safeconduct.picture.rollcall.queries.speaking import (
    speaks_to,
    speaks_to_all,
    speaks_to_member,
)
from safeconduct.picture.rollcall.queries.unreached import Divided, divided, unreached

__all__ = [
    "DRAIN_PULSE",
    "REPORTS_PULSE",
    "Cell",
    "Cells",
    "CurvePoint",
    "Divided",
    "Filters",
    "Numbers",
    "Page",
    "PageLostError",
    "Waiting",
    "attempts_of",
    "cells",
    "curve",
    "curve_of",
    "divided",
    "in_conflict",
    "left_registry",
    "needs_help",
    "not_heard_from",
    "numbers",
    "on_open_rolls",
    "reports_waiting",
    "sightings_of",
    "speaks_to",
    "speaks_to_all",
    "speaks_to_member",
    "unreached",
    "version",
    "waiting",
]
