"""A name on a list is a look: the person reads of it, and no board is slower for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safeconduct.ground.audit.models import Look
from safeconduct.ground.kernel import clock
from safeconduct.ground.missions.actions import appoint
from safeconduct.ground.missions.holdings import looked
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.models import Standing
from safeconduct.portals.console.board import listed
from safeconduct.portals.console.board.exports import MOST_EXPORTED
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


def family(here: Incident, size: int = 2, *, call: bool = False) -> list[Person]:
    people = builders.household(size)
    asked = builders.asked(people, of=here)
    if call:
        for one in asked:
            builders.raw_answer(one.id, Answer.NEEDS_HELP)
        drain.run_once()
    return people


def seen(*people: Person) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in looked([person.pk for person in people])]


def test_whose_name_stood_on_a_list_reads_when_and_for_which_crisis(
    here: Incident, duty: Pages
) -> None:
    silent, calling = family(here), family(here, call=True)
    duty.get(f"/console/board/{here.pk}/silent/")
    assert Look.objects.count() == len(silent)
    for person in silent:
        ((what, why),) = seen(person)
        assert what == "Your name stood on a list that an officer read."
        assert why == "the crisis “Earthquake”"
    duty.get(f"/console/board/{here.pk}/help/")
    assert all(len(seen(person)) == 1 for person in calling)


def test_the_work_list_of_the_unreachable_is_a_list_too(pages: Pages) -> None:
    builders.post(id=2, seat="TR")
    people = builders.household(3)
    round_ = builders.asked_by_message(people, now=clock.now() - timedelta(hours=3))
    duty = pages.sign_in(builders.officer("duty_officer", at=builders.post(id=2, seat="TR")))
    page = duty.get(reverse("board:unreached", args=[round_.incident_id])).text
    shown = [person for person in people if f"/people/{person.pk}/" in page]
    assert shown
    assert set(Look.objects.values_list("person_id", flat=True)) >= {one.pk for one in shown}


def test_a_list_opened_again_the_same_day_is_one_look(here: Incident, duty: Pages) -> None:
    (person,) = family(here, 1)
    now = clock.now().replace(hour=8)
    for hours in (0, 1, 9):
        with clock.stopped_at(now + timedelta(hours=hours)):
            duty.get(f"/console/board/{here.pk}/silent/")
    assert len(seen(person)) == 1
    with clock.stopped_at(now + timedelta(days=1)):
        Pages().sign_in(builders.officer("duty_officer", at=builders.post(id=2))).get(
            f"/console/board/{here.pk}/silent/"
        )
    assert len(seen(person)) == 2


def test_a_page_of_fifty_costs_as_many_questions_as_one_of_two(here: Incident, duty: Pages) -> None:
    counted = []
    family(here)
    # The first page also learns what is kept afterwards.
    for more in (0, MOST_EXPORTED, 0):
        if more:
            family(here, more)
        Look.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            duty.get(f"/console/board/{here.pk}/silent/")
        counted.append(len(asked))
    assert counted[1] == counted[2] <= counted[0]
    assert Look.objects.count() == MOST_EXPORTED


def test_the_alerts_people_read_of_the_list_and_of_a_search(pages: Pages) -> None:
    builders.post(id=2, seat="TR")
    alert = builders.released_alert()
    told = builders.told_person()
    pages.sign_in(builders.officer("duty_officer"))
    page = reverse("why:people", args=[told.get("alert_id", alert.pk)])
    pages.get(page)
    found = Look.objects.filter(what=listed.LISTED)
    assert found.exists()
    assert set(found.values_list("why", flat=True)) == {"warning"}


def test_cells_hold_numbers_and_nobodys_name(here: Incident, duty: Pages) -> None:
    people = family(here, 6, call=True)
    told = duty.get(f"/console/board/{here.pk}/cells/").content
    body: Any = __import__("gzip").decompress(told) if told[:2] == b"\x1f\x8b" else told
    assert not any(person.given_name.encode() in body for person in people)
    assert not Look.objects.exists()


def test_the_list_of_requests_and_the_search_for_a_sender_are_looks(pages: Pages) -> None:
    case = builders.help_request()
    person = builders.registered_person()
    type(case).objects.filter(pk=case.pk).update(person_id=person.pk)
    pages.sign_in(builders.officer("duty_officer"))
    pages.get(reverse("cases:list"))
    ((what, _why),) = seen(person)
    assert what == "Your name stood on the list of requests for help."
    unclear = builders.unclear()
    pages.post(reverse("checkins:who", args=[unclear.pk]), {"text": person.family_name})
    assert "Your name came up in a search." in [what for what, _ in seen(person)]
    pages.get(reverse("checkins:match_page", args=[unclear.pk, person.pk]))
    assert "Your record was opened." in [what for what, _ in seen(person)]


def test_of_several_roles_a_look_names_the_one_that_is_held_for_the_person(pages: Pages) -> None:
    """An officer of two posts looks at people of the second; the first has the lower number."""
    georgia, here = builders.post(id=2, seat="GE"), builders.post(id=5, seat="TR")
    both = builders.officer("duty_officer", at=georgia)
    appoint(
        officer_id=both.pk, role="duty_officer", post_id=5, now=clock.now(), actor=builders.TESTER
    )
    unclear, told = builders.unclear(), builders.told_person()
    person = Person.objects.get(pk=told["person_id"])
    case = builders.help_request()
    type(case).objects.filter(pk=case.pk).update(
        person_id=person.pk, people=[person.pk], post_id=here.pk
    )
    incident = Standing.objects.get(person_id=person.pk).incident_id
    pages.sign_in(both)
    for address in (
        reverse("cases:list"),
        reverse("cases:case", args=[case.pk]),
        reverse("board:silent", args=[incident]),
        reverse("board:person", args=[incident, person.pk]),
        reverse("why:page", args=[told["alert_id"], person.pk]),
        reverse("registry:person", args=[person.pk]),
        reverse("checkins:match_page", args=[unclear.pk, person.pk]),
    ):
        Look.objects.all().delete()
        pages.get(address)
        assert list(Look.objects.values_list("person_id", "post_id")) == [(person.pk, 5)], address
