"""Rounds of the question."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.picture.rollcall.models import Attempt, Standing
from safeconduct.response.checkins import actions
from safeconduct.response.checkins.models import AskedBlock, Round, Unclear
from safeconduct.response.checkins.terms import BLOCK_SIZE
from tests import builders

pytestmark = pytest.mark.django_db


def open_round(incident: Incident) -> Round:
    now = clock.now()
    return actions.open_round(
        incident_id=incident.pk,
        audience_id=None,
        batch_id=None,
        closes_at=now + timedelta(days=1),
        now=now,
        actor=builders.TESTER,
    )


def test_rounds_are_numbered_within_their_incident() -> None:
    incident = builders.incident()
    assert [open_round(incident).number for _ in range(2)] == [1, 2]
    assert open_round(builders.incident()).number == 1


def test_nobody_is_asked_in_a_closed_incident() -> None:
    incident = builders.incident()
    Incident.objects.filter(pk=incident.pk).update(closed_at=clock.now())
    with pytest.raises(actions.IncidentClosedError):
        open_round(incident)


def test_asked_ids_come_from_one_block_party_by_party() -> None:
    people = [*builders.household(2), *builders.household(3)]
    asked = builders.asked(people)
    block = AskedBlock.objects.get()
    assert block.until_id - block.first_id == 5
    assert block.first_id % BLOCK_SIZE == 0
    assert [one.id for one in asked] == list(range(block.first_id, block.until_id))


def test_two_chunks_have_two_blocks() -> None:
    incident = builders.incident()
    builders.asked(builders.household(), of=incident)
    builders.asked(builders.household(), on=incident.rounds.get())
    first, second = AskedBlock.objects.order_by("first_id")
    assert second.first_id - first.first_id >= BLOCK_SIZE


def test_nobody_is_asked_twice_in_a_round() -> None:
    incident = builders.incident()
    people = builders.household()
    builders.asked(people, of=incident)
    with pytest.raises(IntegrityError), transaction.atomic():
        builders.asked(people, on=incident.rounds.get())
    assert Standing.objects.filter(incident_id=incident.pk).count() == 1


def test_answers_and_standings_go_90_days_after_the_incident_was_closed() -> None:
    now = clock.now()
    old, young = (builders.asked(builders.household())[0].incident_id for _ in range(2))
    Incident.objects.filter(pk=old).update(closed_at=now - timedelta(days=91))
    Incident.objects.filter(pk=young).update(closed_at=now - timedelta(days=89))
    assert actions.forget_old_answers(now) == 1
    assert not Standing.objects.filter(incident_id=old).exists()
    assert Standing.objects.filter(incident_id=young).exists()
    assert actions.forget_old_answers(now) == 0, "what is gone is not counted every night"


def test_what_nobody_was_asked_for_goes_as_well() -> None:
    """Sightings without a round, tries that reached nobody, texts nobody settled."""
    now = clock.now()
    incident = builders.asked(builders.household())[0].incident_id
    person = Standing.objects.get(incident_id=incident).person_id
    Round.objects.filter(incident_id=incident).delete()
    Attempt.objects.create(
        incident_id=incident, person_id=person, at=now, officer_id=1, how="call", outcome="busy"
    )
    unclear = builders.unclear()
    Incident.objects.filter(pk=incident).update(closed_at=now - timedelta(days=91))
    actions.forget_old_answers(now)
    assert not Standing.objects.filter(incident_id=incident).exists()
    assert not Attempt.objects.exists()
    assert Unclear.objects.filter(pk=unclear.pk).exists()
    actions.forget_old_answers(now + timedelta(days=366))
    assert not Unclear.objects.exists()
