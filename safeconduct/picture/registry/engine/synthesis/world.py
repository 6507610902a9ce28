"""The whole made-up world: block after block, the next one drawn while the last one is sent."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from safeconduct.ground.audit.actions import record
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.engine.synthesis import corridors, load, people
from safeconduct.picture.registry.models import Source

# Below this, dropping and rebuilding indexes costs more than it saves.
_WORTH_DROPPING: Final = 20_000
# So too where more people than this, for each who comes, would have to be indexed once more.
_MOST_THERE: Final = 2


@dataclass(frozen=True)
class FirstIds:
    person: int
    party: int


@dataclass(frozen=True)
class Synthesised:
    source_id: int
    people: int
    first_person_id: int


@transaction.atomic
def synthesise(
    *,
    count: int,
    seed: int,
    now: datetime,
    actor: Actor,
    progress: Callable[[int], None] = lambda _: None,
) -> Synthesised:
    """Add ``count`` people who do not exist: for one seed, in an empty registry, the same ones.

    None of them can be reached: their mail ends in ``.invalid`` and their phone
    numbers carry a country code that is assigned to nobody.

    :raises NoPlacesError: if the gazetteer is empty.
    """
    paths = corridors.read_corridors()
    source = Source.objects.create(
        kind="synthetic",
        label=f"made-up people, seed {seed}",
        legal_basis="none: nobody real",
        collected_on=now.date(),
        created_at=now,
    )
    ids = FirstIds(_reserve("registry_person", count), _reserve("registry_party", count))
    frame = load.Frame(source_id=source.pk, now=now, countries=paths.countries)
    big = _is_worth_dropping(count)
    with load.without_constraints() if big else nullcontext():
        for rows in _ledgers(paths, frame, seed=seed, count=count, first_ids=ids):
            load.copy(rows)
            progress(rows.people)
    record(
        "registry.synthesised",
        actor=actor,
        subject_kind="person",
        subject_id=ids.person,
        subject_until_id=ids.person + count,
        detail={"seed": seed},
        now=now,
    )
    if big:
        _analyse()
    return Synthesised(source_id=source.pk, people=count, first_person_id=ids.person)


def _ledgers(
    paths: corridors.Corridors, frame: load.Frame, *, seed: int, count: int, first_ids: FirstIds
) -> Iterator[load.Ledger]:
    """Each block's rows in order; one is drawn in a thread while the one before it is sent."""

    def drawn(first: int) -> load.Ledger:
        parties, persons = people.draw_block(
            paths, seed=seed, block=first // people.BLOCK, people=min(people.BLOCK, count - first)
        )
        return load.ledger(
            parties,
            persons,
            frame=frame,
            person_id=first_ids.person + first,
            party_id=first_ids.party + first,
        )

    with ThreadPoolExecutor(1) as thread:
        ahead = None
        for first in range(0, count, people.BLOCK):
            waiting, ahead = ahead, thread.submit(drawn, first)
            if waiting:
                yield waiting.result()
        if ahead:
            yield ahead.result()


def _reserve(table: str, count: int) -> int:
    """The first of ``count`` ids nobody else will be dealt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s)", [sequence])
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + count - 1])
    return first


def _is_worth_dropping(count: int) -> bool:
    """Whether so many are added sooner without indexes, those who are there indexed anew."""
    if count < _WORTH_DROPPING:
        return False
    with connection.cursor() as cursor:
        # Enough are there as soon as so many are seen.
        most = _MOST_THERE * count + 1
        cursor.execute("SELECT count(*) FROM (SELECT FROM registry_person LIMIT %s) p", [most])
        return int(cursor.fetchone()[0]) < most


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE registry_party, registry_person, registry_contactpoint, registry_stay"
        )
