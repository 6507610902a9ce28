"""A text from a number nobody registered finds its person."""

import pytest
from django.urls import reverse

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.names import search_key
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.picture.rollcall.models import Sighting, Standing
from safeconduct.picture.rollcall.terms import Presence, Safety, Witness
from safeconduct.response.checkins import actions
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.terms import MATCHED
from safeconduct.wires.intake.terms import Answer
from tests import builders

pytestmark = pytest.mark.django_db
SENDER = "+99955500099"


def match(parts: dict[str, int], answer: Answer | None, *, add_contact: bool = False) -> None:
    incident_id = Standing.objects.get(person_id=parts["person_id"]).incident_id
    actions.match_unclear(
        unclear_id=parts["unclear_id"],
        match=actions.Match(parts["person_id"], incident_id, answer),
        add_contact=add_contact,
        now=clock.now(),
        actor=Actor.officer(7),
    )


@pytest.mark.parametrize(
    ("answer", "presence", "safety"),
    [
        (Answer.SAFE, Presence.CONFIRMED, Safety.SAFE),
        (Answer.NEEDS_HELP, Presence.CONFIRMED, Safety.NEEDS_HELP),
        (Answer.NOT_THERE, Presence.NEVER_THERE, Safety.NO_ANSWER),
    ],
)
def test_it_becomes_a_sighting_told_by_that_number(answer, presence, safety) -> None:
    parts = builders.unknown_sender()
    match(parts, answer)
    sighting = Sighting.objects.get()
    assert (sighting.witness, sighting.told_by) == (Witness.OFFICER, SENDER)
    unclear = Unclear.objects.get()
    assert sighting.stated_at == unclear.stated_at
    assert (unclear.outcome, unclear.settled_by) == (MATCHED, 7)
    standing = Standing.objects.get()
    assert (standing.presence, standing.safety) == (presence, safety)
    assert not ContactPoint.objects.exists()
    assert Entry.objects.get(kind="checkins.unclear_matched").detail == {
        "person": parts["person_id"]
    }


def test_an_address_longer_than_the_word_of_who_told_it_is_cut() -> None:
    parts = builders.unknown_sender()
    address = f"{'a' * 120}@example.org"
    Unclear.objects.update(sender=address)
    match(parts, Answer.SAFE)
    assert Sighting.objects.get().told_by == address[:100]


def test_the_number_may_become_theirs() -> None:
    parts = builders.unknown_sender()
    match(parts, None, add_contact=True)
    assert ContactPoint.objects.get().address == SENDER
    assert not Sighting.objects.exists()


def test_nothing_said_is_nothing_written() -> None:
    parts = builders.unknown_sender()
    with pytest.raises(actions.NothingSaidError):
        match(parts, None)
    match(parts, Answer.SAFE)
    with pytest.raises(actions.SettledAlreadyError):
        match(parts, Answer.SAFE)


def test_the_officer_searches_chooses_and_writes_down(pages) -> None:
    parts = builders.unknown_sender("1")
    Person.objects.update(name_key=search_key("Person 0"))
    pages.sign_in(builders.officer(at=builders.post()))
    page = pages.get(reverse("checkins:unclear_page", args=[parts["unclear_id"]]))
    assert "Who is it?" in page.content.decode()
    found = pages.post(reverse("checkins:who", args=[parts["unclear_id"]]), {"text": "Person"})
    there = reverse("checkins:match_page", kwargs=parts)
    assert there in found.content.decode()
    assert Entry.objects.get(kind="registry.searched").detail == {"count": 1}
    assert "Person 0" in pages.get(there).content.decode()
    incident = Incident.objects.get()
    said = {"incident": incident.pk, "answer": "1", "add_contact": "on"}
    response = pages.post(reverse("checkins:match", kwargs=parts), said)
    assert response.status_code == 302
    assert Standing.objects.get().safety == Safety.SAFE
    assert ContactPoint.objects.filter(address=SENDER).exists()


def test_an_empty_form_says_what_is_missing(pages) -> None:
    parts = builders.unknown_sender("who are you")
    pages.sign_in(builders.officer(at=builders.post()))
    incident = Incident.objects.get()
    response = pages.post(reverse("checkins:match", kwargs=parts), {"incident": incident.pk})
    assert response.status_code == 422
    assert "Say what the answer means" in response.content.decode()
    nobody = pages.post(reverse("checkins:who", args=[parts["unclear_id"]]), {"text": "Zürafə"})
    assert "Nobody of that name" in nobody.content.decode()


def test_somebody_on_no_roll_may_only_be_given_the_number(pages) -> None:
    parts = builders.unknown_sender()
    Incident.objects.update(closed_at=clock.now())
    pages.sign_in(builders.officer(at=builders.post()))
    page = pages.get(reverse("checkins:match_page", kwargs=parts)).content.decode()
    assert "on the roll of no open incident" in page
    response = pages.post(reverse("checkins:match", kwargs=parts), {"add_contact": "on"})
    assert response.status_code == 302
    assert ContactPoint.objects.filter(person_id=parts["person_id"]).exists()


def test_people_elsewhere_are_not_found(pages) -> None:
    parts = builders.unknown_sender()
    Person.objects.update(name_key=search_key("Person 0"))
    pages.sign_in(builders.officer(at=builders.post(id=3, seat="DE")))
    found = pages.post(reverse("checkins:who", args=[parts["unclear_id"]]), {"text": "Person"})
    assert Person.objects.get().given_name not in found.content.decode()
    assert pages.get(reverse("checkins:match_page", kwargs=parts)).status_code == 404
