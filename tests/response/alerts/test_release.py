"""The release: who may, what it leaves behind, and that it happens once."""

from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.incidents.actions import AnotherKindError
from safeconduct.picture.incidents.models import Incident
from safeconduct.response.alerts.actions import (
    ReleaseRefusedError,
    release_alert,
    submit_alert,
    take_back,
)
from safeconduct.response.alerts.models import Alert, CapMessage, Release
from safeconduct.response.alerts.rules import Obstacle
from safeconduct.response.checkins.models import Round
from safeconduct.wires.messaging.models import Batch, BatchText
from tests import builders

pytestmark = pytest.mark.django_db


def release(alert: Alert, *, by: Actor, version: int = 1) -> Release:
    return release_alert(alert_id=alert.pk, version=version, now=clock.now(), actor=by)


def releaser(email: str = "second@mfa.example") -> Actor:
    return Actor.officer(builders.officer("releaser", email=email).pk)


def submitted(**content: object) -> Alert:
    alert = builders.alert(**content)
    writer = Actor.officer(alert.author_id)
    return submit_alert(alert_id=alert.pk, version=1, now=clock.now(), actor=writer)


def test_a_severe_alert_is_not_released_by_its_writer() -> None:
    writer = builders.officer("releaser")
    alert = submitted(severity="Severe", writer=writer)
    with pytest.raises(ReleaseRefusedError) as refused:
        release(alert, by=Actor.officer(writer.pk))
    assert refused.value.obstacle is Obstacle.OWN_WORDS
    assert not Release.objects.exists()


def test_a_severe_draft_must_be_submitted_before_a_second_person_releases_it() -> None:
    alert = builders.alert(severity="Extreme")
    with pytest.raises(ReleaseRefusedError) as refused:
        release(alert, by=releaser())
    assert refused.value.obstacle is Obstacle.NOT_SUBMITTED


def test_a_moderate_alert_is_released_by_its_writer_alone() -> None:
    writer = builders.officer("releaser")
    alert = builders.alert(severity="Moderate", writer=writer)
    assert release(alert, by=Actor.officer(writer.pk)).released_by_id == writer.pk


def test_a_release_leaves_everything_in_one_transaction() -> None:
    alert = submitted(severity="Severe")
    made = release(alert, by=releaser())
    alert.refresh_from_db()
    assert alert.state == "released"
    assert alert.incident == Incident.objects.get()
    assert made.round == Round.objects.get()
    assert made.round.batch_id == made.batch_id
    assert CapMessage.objects.get().msg_type == "Alert"
    assert ProcrastinateJob.objects.get(task_name="alerts.begin_expansion").args == {
        "release_id": made.pk
    }
    assert Entry.objects.filter(kind="alerts.released", subject_id=alert.pk).count() == 1
    assert BatchText.objects.filter(batch=made.batch).count() == 9
    assert made.batch.not_after == alert.expires_at


def test_a_double_click_releases_once() -> None:
    alert = submitted(severity="Severe")
    by = releaser()
    assert release(alert, by=by) == release(alert, by=by)
    assert Batch.objects.count() == Round.objects.count() == CapMessage.objects.count() == 1


def test_what_was_changed_since_it_was_read_is_not_released() -> None:
    alert = submitted(severity="Severe")
    with pytest.raises(ReleaseRefusedError) as refused:
        release(alert, by=releaser(), version=7)
    assert refused.value.obstacle is None


def test_an_alert_taken_back_waits_for_its_writer_again() -> None:
    alert = submitted(severity="Severe")
    take_back(alert_id=alert.pk, now=clock.now(), actor=Actor.officer(alert.author_id))
    with pytest.raises(ReleaseRefusedError):
        release(alert, by=releaser())


def test_an_expired_alert_is_not_released() -> None:
    alert = submitted(severity="Severe")
    with pytest.raises(ReleaseRefusedError) as refused:
        release_alert(
            alert_id=alert.pk,
            version=1,
            now=alert.expires_at + timedelta(seconds=1),
            actor=releaser(),
        )
    assert refused.value.obstacle is Obstacle.EXPIRED


def test_no_part_of_the_system_releases_by_itself() -> None:
    alert = submitted(severity="Minor")
    with pytest.raises(TypeError):
        release(alert, by=Actor.system("eager"))


def test_a_second_alert_joins_the_incident_it_names() -> None:
    first = builders.released_alert(expand=False)
    second = submitted(severity="Severe", incident_id=first.incident_id)
    release(second, by=releaser())
    second.refresh_from_db()
    assert second.incident_id == first.incident_id
    assert list(Round.objects.values_list("number", flat=True)) == [1, 2]


def test_an_exercise_says_so_everywhere() -> None:
    alert = submitted(severity="Severe", exercise=True)
    made = release(alert, by=releaser())
    message = CapMessage.objects.get()
    assert made.batch.exercise
    assert Incident.objects.get().exercise
    assert not message.is_public
    assert b"<status>Exercise</status>" in bytes(message.document)


def test_an_alert_that_asks_nothing_opens_no_round() -> None:
    alert = submitted(severity="Severe", asks=False)
    made = release(alert, by=releaser())
    assert made.round is None
    assert made.batch.link_purpose == ""
    assert not any("{link}" in text.body for text in made.batch.texts.all())


def test_the_audience_is_frozen_as_of_the_release() -> None:
    alert = submitted(severity="Severe")
    made = release(alert, by=releaser())
    made.audience.refresh_from_db()
    assert made.audience.as_of == made.released_at


def test_a_release_takes_few_queries_at_any_size() -> None:
    alert = submitted(severity="Severe")
    by = releaser()
    with connection.execute_wrapper(_counting := Counting()):
        release(alert, by=by)
    assert _counting.queries < 80


class Counting:
    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: object, *args: object) -> object:
        self.queries += 1
        assert callable(execute)
        return execute(*args)


def test_an_exercise_joins_no_real_incident() -> None:
    known = builders.incident()
    alert = submitted(exercise=True)
    # Drafting and submitting refuse it already; the release is the last to look.
    Alert.objects.filter(pk=alert.pk).update(incident=known)
    with pytest.raises(AnotherKindError):
        release(alert, by=releaser())
    assert not Release.objects.exists()
