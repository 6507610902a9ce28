"""What the door is told of a party: from a connection of its own, so from committed rows."""

import asyncio

import psycopg
import pytest

from safeconduct.ground.kernel.partitions import drop_partition
from safeconduct.response.checkins.engine.ports import Directory
from tests import builders


def people_of(*asked_ids: int, conninfo: str = "") -> list[list[tuple[int, str]]]:
    async def ask() -> list[list[tuple[int, str]]]:
        directory = Directory(conninfo)
        try:
            return [list(await directory.people_of(one)) for one in asked_ids]
        finally:
            await directory.close()

    return asyncio.run(ask())


@pytest.fixture
def family(transactional_db):
    asked = builders.asked(builders.household(names=["Aysel", "Murad"]))
    yield asked
    for parent in ("checkins_asked", "checkins_reply", "rollcall_sighting", "rollcall_standing"):
        drop_partition(parent, asked[0].incident_id)


def test_everybody_asked_with_the_reader_is_named(family) -> None:
    mother, son = family
    stranger = son.id + 1
    assert people_of(son.id, stranger) == [[(mother.id, "Aysel"), (son.id, "Murad")], []]


def test_a_database_that_is_away_is_an_error_the_door_knows() -> None:
    with pytest.raises(psycopg.Error):
        people_of(1, conninfo="postgresql://postgres@127.0.0.1:1/none")
