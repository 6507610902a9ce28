"""Whoever deletes their record is taken out of unclear texts; what they ask for is not lost."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.forgotten import reactions
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.registry.actions import delete_party
from safeconduct.response.checkins import actions
from safeconduct.response.checkins.models import Unclear
from safeconduct.response.checkins.terms import Dismissal
from safeconduct.wires.intake.terms import Answer
from tests import builders

pytestmark = pytest.mark.django_db


def forget(*people: int) -> None:
    actions.forget_people(person_ids=people, now=clock.now(), actor=builders.TESTER)


def doing() -> dict[str, object]:
    return {"now": clock.now(), "actor": builders.TESTER}


def test_of_a_text_that_waits_only_whose_it_may_be_is_forgotten() -> None:
    unclear = builders.unclear(text="1")
    first, second = unclear.candidates
    forget(first[2])
    unclear.refresh_from_db()
    assert (unclear.text, unclear.candidates) == ("1", [second])
    forget(second[2])
    unclear.refresh_from_db()
    assert (unclear.text, unclear.candidates) == ("1", [])


def test_a_text_settled_as_theirs_goes_and_one_of_others_stays() -> None:
    unclear = builders.unclear()
    first, second = unclear.candidates
    settling = {"asked_ids": [second[1]], "answer": Answer.SAFE} | doing()
    actions.settle_unclear(unclear_id=unclear.pk, **settling)
    forget(first[2])
    assert Unclear.objects.filter(pk=unclear.pk).exists()
    forget(second[2])
    assert not Unclear.objects.filter(pk=unclear.pk).exists()


def test_a_text_found_to_be_theirs_goes_too() -> None:
    parts = builders.unknown_sender()
    incident_id = Incident.objects.get().pk
    match = actions.Match(parts["person_id"], incident_id, Answer.SAFE)
    actions.match_unclear(unclear_id=parts["unclear_id"], match=match, add_contact=False, **doing())
    forget(parts["person_id"] + 1)
    assert Unclear.objects.filter(pk=parts["unclear_id"]).exists()
    forget(parts["person_id"])
    assert not Unclear.objects.filter(pk=parts["unclear_id"]).exists()


def test_a_text_put_away_goes_with_the_last_of_whom_it_may_have_been() -> None:
    unclear = builders.unclear()
    actions.dismiss_unclear(unclear_id=unclear.pk, reason=Dismissal.NOT_AN_ANSWER, **doing())
    first, second = unclear.candidates
    forget(first[2])
    assert Unclear.objects.filter(pk=unclear.pk).exists()
    forget(second[2])
    assert not Unclear.objects.filter(pk=unclear.pk).exists()


def test_deleting_a_record_has_it_done() -> None:
    (leyla,) = builders.family()
    delete_party(party_id=leyla.party_id, **doing())
    jobs = ProcrastinateJob.objects.filter(task_name="checkins.forget_people")
    assert [job.args["person_ids"] for job in jobs] == [[leyla.pk]]


def test_a_restored_backup_forgets_them_once_more() -> None:
    unclear = builders.unclear()
    gone = [person_id for _, _, person_id in unclear.candidates]
    reactions["checkins.person"].forget(gone, clock.now(), builders.TESTER)
    unclear.refresh_from_db()
    assert unclear.candidates == []
