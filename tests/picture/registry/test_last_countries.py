"""Where somebody is said to be: by the stay that holds today, not by the latest on paper."""

from datetime import UTC, date, datetime

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.queries import last_countries
from tests import builders

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOME = {"code": "TR", "since": date(2020, 1, 1)}
TRIP = {"code": "DE", "since": date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("stays", "country"),
    [
        ([HOME, {"code": "DE", "since": date(2026, 12, 1)}], "TR"),
        ([HOME, TRIP | {"departed_on": date(2026, 6, 5)}], "TR"),
        ([HOME, TRIP | {"until": date(2026, 6, 10)}], "TR"),
        ([HOME, TRIP | {"until": date(2026, 6, 11)}], "DE"),
        ([HOME, TRIP], "DE"),
        # Nothing holds today: where they were comes before where they mean to go.
        ([HOME | {"until": date(2026, 1, 1)}, TRIP | {"since": date(2026, 12, 1)}], "TR"),
        ([HOME | {"until": date(2026, 1, 1)}, TRIP | {"until": date(2026, 6, 5)}], "DE"),
        ([TRIP | {"since": date(2026, 12, 1)}], "DE"),
    ],
)
def test_the_stay_that_holds_today_counts(stays, country):
    (person,) = builders.household()
    for one in stays:
        builders.stay(person, at=None, **one)
    with clock.stopped_at(NOON):
        assert last_countries([person.pk]) == {person.pk: country}
        assert last_countries([person.pk], frozenset({"GE"})) == {}


def test_of_other_countries_nothing_is_said():
    (person,) = builders.household()
    builders.stay(person, at=None, **HOME)
    builders.stay(person, at=None, **TRIP)
    with clock.stopped_at(NOON):
        assert last_countries([person.pk], frozenset({"TR"})) == {person.pk: "TR"}
