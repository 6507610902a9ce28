"""Lists of thousands against a registry of a million: what is looked up goes by its index."""

import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import Plan, import_list
from safeconduct.picture.registry.engine.lists.judging import Judge
from safeconduct.picture.registry.engine.lists.renewing import Borne, borne
from safeconduct.picture.registry.engine.lists.whereabouts import Whereabouts
from tests import builders

# Of more keys than this PostgreSQL looks at none to see which index holds them.
MANY = 120
LOOKED_UP = re.compile(r"SELECT.*source_key\"? (IN|= ANY) ", re.DOTALL)
HEADER = "ID,name,surname,family id,country\n"


@pytest.fixture(autouse=True)
def world(db):
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")


def bring_in(collected_on, *, word, first=0):
    rows = [f"{n},Rauf{word},Məmmədov{n},{n},TR\n" for n in range(first, first + MANY)]
    return import_list(
        file=io.BytesIO((HEADER + "".join(rows)).encode()),
        refused=io.StringIO(),
        plan=Plan("Students", "consent", collected_on, columns={"ID": "own_id"}),
        now=clock.now(),
        actor=builders.TESTER,
    )


def test_people_and_families_are_found_by_their_keys_index():
    bring_in(date(2026, 3, 1), word="")
    with CaptureQueriesContext(connection) as queries:
        bring_in(date(2026, 4, 1), word="")
        bring_in(date(2026, 4, 1), word="", first=MANY // 2)
    asked = [one["sql"] for one in queries if LOOKED_UP.search(str(one["sql"]))]
    with connection.cursor() as cursor:
        # Our table is small: what matters is whether the index could be taken.
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert [plan for plan in plans if "_source_once" not in plan] == []
    assert {"party", "person"} == set(re.findall(r"(\w+)_source_once", "".join(plans)))


def test_somebody_who_is_deleted_meanwhile_stops_no_list():
    judge = Judge(
        columns={"own_id": 0, "given_name": 1, "country": 2},
        whereabouts=Whereabouts(),
        origin="Students",
        collected_on=date(2026, 3, 1),
    )
    assert borne([judge.judge(["7", "Leyla", "TR"])]) == Borne(set(), {})
