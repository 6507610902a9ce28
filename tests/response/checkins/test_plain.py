"""Plain answers folded by PostgreSQL end as the rules have it, whatever comes with them."""

from datetime import timedelta
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.rollcall import actions
from safeconduct.picture.rollcall.engine import first
from safeconduct.picture.rollcall.models import Minute, Sighting, Standing, Tally
from safeconduct.response.checkins.engine import drain, plain, raw
from safeconduct.response.checkins.models import Reply, Unclear
from safeconduct.wires.intake.terms import Answer, Scope
from tests import builders

pytestmark = pytest.mark.django_db

FAMILY, FAMILIES = 3, 8
# Who answers what, for whom, with which of a few keys, and how many minutes after noon it
# was stated, arrived, and was asked: by the first question or the second.
answers = st.lists(
    st.tuples(
        st.integers(0, FAMILY * FAMILIES - 1),
        st.sampled_from([*Answer, 9]),
        st.sampled_from([Scope.ME, Scope.ME, Scope.ME, Scope.ALL_OF_US]),
        st.integers(0, 3),
        st.integers(-3, 3),
        st.integers(0, 3),
        st.booleans(),
    ),
    min_size=20,
    max_size=40,
)


WRITTEN = {
    Standing: ("person_id",),
    Sighting: ("person_id", "actor_id"),
    Reply: ("person_id", "asked_id", "answered_by_id"),
    Tally: (),
    Minute: (),
}


class Stage:
    """An incident; in each act other families are asked twice, and it closes minutes later."""

    def __init__(self) -> None:
        self.noon = clock.now().replace(second=0, microsecond=0) - timedelta(hours=1)
        self.incident = builders.incident()

    def act(self) -> None:
        Incident.objects.filter(pk=self.incident.pk).update(closed_at=None)
        people = [one for _ in range(FAMILIES) for one in builders.household(FAMILY)]
        before = self.noon - timedelta(minutes=1)
        self.first = builders.asked(people, of=self.incident, now=before)
        self.second = builders.asked(people, of=self.incident, now=self.noon)
        closed_at = self.noon + timedelta(minutes=3)
        Incident.objects.filter(pk=self.incident.pk).update(closed_at=closed_at)
        self.people = [one.pk for one in people]

    def hear(self, said: list[tuple[int, ...]]) -> None:
        for who, answer, scope, key, stated, wait, again in said:
            asked = (self.second if again else self.first)[who]
            stated_at = self.noon + timedelta(minutes=stated)
            builders.raw_answer(
                asked.id,
                answer,
                scope=scope,
                key=UUID(int=self.people[0] * 1000 + 100 * key + answer),
                stated_at=stated_at,
                received_at=stated_at + timedelta(minutes=wait),
            )
        drain.run_once()

    def outcome(self) -> list[list[str]]:
        """Everything that was written, with people and askings by their place."""
        place = {pk: n for n, pk in enumerate(self.people)}
        place |= {one.id: 100 + n for n, one in enumerate([*self.first, *self.second])}
        actions.add_up_roll(incident_id=self.incident.pk)
        unclear = Unclear.objects.filter(asked_id__in=place)
        found = [sorted(unclear.values_list("reason", flat=True))]
        for model, named in WRITTEN.items():
            left_out = {"incident_id", "id", "party_id", "pk", *named}
            columns = [f.name for f in model._meta.concrete_fields if f.name not in left_out]
            rows = model.objects.filter(incident_id=self.incident.pk).values_list(*named, *columns)
            mine = [row for row in rows if not named or row[0] in place]
            # A counter that came down to nothing is as good as none.
            counted = [row for row in mine if model is not Tally or row[-1]]
            found.append(sorted(self._told(row, len(named), place) for row in counted))
        return found

    def _told(self, row: tuple[object, ...], named: int, place: dict[int, int]) -> str:
        return str([*(place.get(one) for one in row[:named]), *map(self._since, row[named:])])

    def _since(self, value: object) -> object:
        if isinstance(value, dict):
            noon = int(self.noon.timestamp() * 1_000_000)
            return {
                key.partition(":")[0]: [m - noon if m > 9 else m for m in word]
                for key, word in value.items()
            }
        if isinstance(value, UUID):
            return value.int - self.people[0] * 1000
        return value - self.noon if hasattr(value, "tzinfo") else value


def test_both_ways_of_folding_end_alike() -> None:
    quick, slow = Stage(), Stage()
    slow.noon = quick.noon

    @settings(max_examples=4, deadline=None)
    @given(answers, answers)
    def fold(said, later) -> None:
        quick.act()
        slow.act()
        for each in (said, later):
            quick.hear(each)
            with mock.patch.object(drain, "fold_plain", fold_nothing):
                slow.hear(each)
        assert quick.outcome() == slow.outcome()

    fold()


def fold_nothing(cursor, **_: object) -> None:
    """As if nothing were plain."""
    plain.rows.scratch(cursor, plain.TABLE, first.COLUMNS | plain._RAW)
    cursor.execute(f"DELETE FROM {plain.TABLE}")


def test_a_first_answer_never_reaches_python() -> None:
    (one,) = builders.asked(builders.household())
    builders.raw_answer(one.id)
    with (
        mock.patch.object(raw, "others", wraps=raw.others) as others,
        connection.cursor() as cursor,
    ):
        drain.run_once()
        cursor.execute(f"SELECT count(*) FROM {plain.TABLE}")
        assert cursor.fetchone() == (1,)
    assert others.call_count == 1
    assert Standing.objects.get(person_id=one.person_id).safety == 1


def test_somebody_heard_meanwhile_is_looked_at_again() -> None:
    one, other = builders.asked(builders.household(2))
    hold = plain.rows.hold

    def heard_meanwhile(cursor, incidents) -> None:
        hold(cursor, incidents)
        cursor.execute(
            "UPDATE rollcall_standing SET words = %s WHERE person_id = %s",
            ['{"3": [1, 0, 1, 5]}', one.person_id],
        )
        patched.stop()

    patched = mock.patch.object(plain.rows, "hold", heard_meanwhile)
    patched.start()
    builders.raw_answer(one.id)
    builders.raw_answer(other.id)
    drain.run_once()
    standings = Standing.objects.filter(incident_id=one.incident_id).order_by("person_id")
    assert [sorted(row.words) for row in standings] == [["1", "3"], ["1"]]
    assert Reply.objects.count() == Sighting.objects.count() == 2
