"""The registry that rows are measured on: as many made-up people as were asked for."""

from django.db import connection

from bench import BenchOptions
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.geometry import CellRanges, parent, ranges_of
from safeconduct.ground.places.actions import load_places
from safeconduct.ground.places.models import City
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.registry.engine.synthesis import synthesise

ACTOR = Actor.system("bench")
# Areas are made of cells this coarse, as a compacted polygon is.
_COARSE = 4


def ensure_people(options: BenchOptions) -> int:
    """Fill the registry up to ``options.people``; how many there are then."""
    if not City.objects.exists():
        load_places()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_person")
        known = int(cursor.fetchone()[0])
        if known < options.people:
            synthesise(
                count=options.people - known, seed=options.seed, now=clock.now(), actor=ACTOR
            )
            cursor.execute("VACUUM ANALYZE registry_person, registry_stay, registry_contactpoint")
    return max(known, options.people)


def area_of(people: int) -> tuple[CellRanges, int]:
    """Whole coarse cells in which about so many people stay, and how many stays that are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cell, count(*) FROM registry_stay"
            " WHERE departed_on IS NULL AND cell IS NOT NULL GROUP BY cell"
        )
        by_cell = cursor.fetchall()
    crowds: dict[int, int] = {}
    for cell, count in by_cell:
        coarse = parent(cell, _COARSE)
        crowds[coarse] = crowds.get(coarse, 0) + count
    chosen, stays = [], 0
    for coarse in sorted(crowds):
        if stays >= people:
            break
        chosen.append(coarse)
        stays += crowds[coarse]
    return ranges_of(chosen), stays


def audience_of(runs: CellRanges) -> Audience:
    return Audience(cells_from=runs.lows, cells_until=runs.highs, as_of=clock.now())
