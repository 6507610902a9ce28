"""Answers a person must read: shown to those they concern, settled once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from safeconduct.ground.audit.models import Entry, Look
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.models import Person
from safeconduct.picture.rollcall.models import Sighting, Standing
from safeconduct.picture.rollcall.terms import Safety, Witness
from safeconduct.response.checkins import actions, queries
from safeconduct.response.checkins.engine import drain
from safeconduct.response.checkins.models import Reply, Unclear
from safeconduct.response.checkins.terms import Dismissal, Reason
from safeconduct.wires.intake.terms import Answer
from tests import builders

pytestmark = pytest.mark.django_db
DUTY = Actor.officer(7)


def settle(unclear: Unclear, asked_ids: list[int], answer: Answer = Answer.SAFE) -> None:
    actions.settle_unclear(
        unclear_id=unclear.pk, asked_ids=asked_ids, answer=answer, now=clock.now(), actor=DUTY
    )


def safety_of(unclear: Unclear) -> list[int]:
    people = [person_id for _, _, person_id in unclear.candidates]
    found = Standing.objects.filter(person_id__in=people).order_by("person_id")
    return [row.safety for row in found]


def test_an_officer_says_whom_it_speaks_for() -> None:
    unclear = builders.unclear()
    settle(unclear, [unclear.candidates[1][1]], Answer.NEEDS_HELP)
    assert safety_of(unclear) == [Safety.NO_ANSWER, Safety.NEEDS_HELP]
    assert Sighting.objects.get().witness == Witness.SELF
    assert Reply.objects.get().key == unclear.key
    assert Entry.objects.get(kind="checkins.unclear_settled").actor_id == 7
    assert not queries.unclear_answers(None).exists()


def test_it_may_speak_for_all_who_share_the_telephone() -> None:
    unclear = builders.unclear()
    settle(unclear, [asked_id for _, asked_id, _ in unclear.candidates])
    assert safety_of(unclear) == [Safety.SAFE, Safety.SAFE]


def test_it_cannot_speak_for_strangers_or_for_nobody() -> None:
    unclear = builders.unclear()
    for chosen in ([], [unclear.candidates[0][1] + 7]):
        with pytest.raises(actions.NotACandidateError):
            settle(unclear, chosen)


def test_the_first_it_may_be_of_can_be_gone() -> None:
    unclear = builders.unclear(people=3)
    asked = [asked_id for _, asked_id, _ in unclear.candidates]
    Person.objects.filter(pk=unclear.candidates[0][2]).delete()
    settle(unclear, asked[1:])
    assert safety_of(unclear)[1:] == [Safety.SAFE, Safety.SAFE]


def test_it_is_chosen_by_person_and_incident_and_the_incident_is_named(pages) -> None:
    people = builders.household(phone="+99955500077")
    first, other = builders.incident(), builders.incident(name="Flood")
    now = clock.now() - timedelta(minutes=5)
    for incident in (first, first, other):
        builders.asked(people, of=incident, now=now)
    builders.raw_answer(sender="+99955500077", text="1")
    drain.run_once()
    both = Unclear.objects.latest("pk")
    assert both.reason == Reason.SEVERAL_QUESTIONS
    choices = queries.choices_of(both, None)
    assert sorted(one.asking.incident_id for one in choices) == [first.pk, other.pk]
    assert {one.asking.round_number for one in choices} == {1, 2}
    pages.sign_in(builders.officer(at=builders.post()))
    shown = pages.get(reverse("checkins:unclear_page", args=[both.pk])).content.decode()
    assert "Earthquake" in shown
    assert "Flood" in shown
    assert shown.count('name="people"') == 2


def test_only_people_in_the_officers_countries_can_be_chosen(pages) -> None:
    unclear = builders.unclear()
    here, there = unclear.candidates
    Standing.objects.filter(person_id=there[2]).update(country="GE")
    pages.sign_in(builders.officer(at=builders.post()))
    path = reverse("checkins:unclear_page", args=[unclear.pk])
    shown = pages.get(path).content.decode()
    assert f'value="{here[1]}"' in shown
    assert f'value="{there[1]}"' not in shown
    assert "in other countries" in shown
    chosen = {"answer": "1", "people": [there[1]]}
    pages.post(reverse("checkins:settle", args=[unclear.pk]), chosen)
    assert not Reply.objects.exists()
    Standing.objects.filter(person_id=here[2]).update(country="GE")
    assert 'name="people"' not in pages.get(path).content.decode()


def test_whoever_stood_on_the_page_reads_who_looked(pages) -> None:
    unclear = builders.unclear()
    officer = builders.officer(at=builders.post())
    pages.sign_in(officer)
    pages.get(reverse("checkins:unclear_page", args=[unclear.pk]))
    looks = Look.objects.filter(officer_id=officer.pk)
    assert {look.person_id for look in looks} == {one[2] for one in unclear.candidates}
    assert len(Look.objects.all()) == 2


def test_the_second_officer_is_told() -> None:
    unclear = builders.unclear()
    actions.dismiss_unclear(
        unclear_id=unclear.pk, reason=Dismissal.KNOWN_ALREADY, now=clock.now(), actor=DUTY
    )
    with pytest.raises(actions.SettledAlreadyError):
        settle(unclear, [unclear.candidates[0][1]])
    assert Entry.objects.get(kind="checkins.unclear_dismissed").detail["reason"] == "known_already"


def test_a_gateway_that_repeats_a_settled_answer_changes_nothing() -> None:
    unclear = builders.unclear()
    settle(unclear, [unclear.candidates[0][1]])
    builders.raw_answer(sender=unclear.sender, text=unclear.text, key=unclear.key)
    drain.run_once()
    assert Reply.objects.count() == Unclear.objects.count() == 1


def test_it_is_shown_to_officers_of_its_country_and_the_unknown_to_all() -> None:
    unclear = builders.unclear()
    builders.raw_answer(sender="+99955500099", text="1")
    drain.run_once()
    assert queries.unclear_answers(frozenset({"TR"})).count() == 2
    assert unclear not in queries.unclear_answers(frozenset({"GE"}))
    assert queries.unclear_answers(frozenset({"GE"})).count() == 1
    assert queries.unclear_answers(frozenset()).count() == 1
    assert queries.unclear_answers(None).count() == 2


def test_the_officer_reads_chooses_and_is_done(pages) -> None:
    unclear = builders.unclear(text="2")
    pages.sign_in(builders.officer(at=builders.post()))
    assert "2</bdi>" in pages.get(reverse("checkins:unclear")).content.decode()
    page = pages.get(reverse("checkins:unclear_page", args=[unclear.pk])).content.decode()
    assert "Person 0" in page
    pages.post(reverse("checkins:settle", args=[unclear.pk]), {"answer": "2"})
    assert not Reply.objects.exists()
    people = [unclear.candidates[0][1]]
    response = pages.post(
        reverse("checkins:settle", args=[unclear.pk]), {"answer": "2", "people": people}
    )
    assert response.status_code == 302
    assert "Written down." in pages.get(response["Location"]).content.decode()
    assert safety_of(unclear) == [Safety.NEEDS_HELP, Safety.NO_ANSWER]
    assert pages.get(reverse("checkins:unclear_page", args=[unclear.pk])).status_code == 404


def test_the_officer_puts_one_away_with_a_reason(pages) -> None:
    unclear = builders.unclear()
    pages.sign_in(builders.officer(at=builders.post()))
    pages.post(reverse("checkins:dismiss", args=[unclear.pk]), {"reason": "nonsense"})
    assert queries.unclear_answers(None).count() == 1
    page = pages.get(reverse("checkins:unclear_page", args=[unclear.pk])).content.decode()
    assert "does not come back" in page
    away = reverse("checkins:dismiss", args=[unclear.pk])
    assert "Put away." in pages.post(away, {"reason": "wrong_number"}, follow=True).content.decode()
    assert Unclear.objects.get().outcome == "wrong_number"
