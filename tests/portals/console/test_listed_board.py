"""Names in the part of a board that asks every second: looks too, at no poll's cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from safeconduct.ground.audit.models import Look
from safeconduct.ground.missions.holdings import looked
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.portals.console.board import listed
from safeconduct.response.checkins.engine import drain
from safeconduct.wires.intake.terms import Answer
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "_remembered", {})


@pytest.fixture
def here() -> Incident:
    builders.post(id=2, seat="TR")
    return builders.incident(name="Earthquake")


@pytest.fixture
def duty(pages: Pages) -> Pages:
    return pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2, seat="TR")))


def caller_in(here: Incident) -> Person:
    (person,) = builders.household(1)
    (asked,) = builders.asked([person], of=here)
    builders.raw_answer(asked.id, Answer.NEEDS_HELP)
    drain.run_once()
    return person


def seen(person: Person) -> int:
    return len(looked([person.pk]))


def test_who_calls_for_help_on_an_open_board_reads_of_it_once(here: Incident, duty: Pages) -> None:
    caller = caller_in(here)
    url = f"/console/board/{here.pk}/"
    assert Person.objects.get(pk=caller.pk).given_name in duty.get(url).text
    assert seen(caller) == 1
    live = {"HX-Request": "true"}
    with CaptureQueriesContext(connection) as first:
        tag = duty.get(f"{url}live/", headers=live)["ETag"]
    assert not any("audit_look" in query["sql"] for query in first), "noted with the page"
    second = caller_in(here)
    duty.get(f"{url}live/", headers=live | {"If-None-Match": tag})
    assert seen(second) == 1
    with CaptureQueriesContext(connection) as polled:
        for _ in range(3):
            duty.get(f"{url}live/", headers=live)
    assert not any("audit_look" in query["sql"] for query in polled)
    assert Look.objects.count() == 2


def test_memory_of_whom_a_board_showed_is_bounded(
    here: Incident, duty: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "_MOST_REMEMBERED", 1)
    caller_in(here)
    other = builders.incident(name="Flood", countries=("TR",))
    for one in (here, other, here):
        duty.get(f"/console/board/{one.pk}/live/", headers={"HX-Request": "true"})
    assert len(listed._remembered) == 1
    assert Look.objects.count() == 1
