"""Stopping: by one alone, with a Cancel, and a correction for exactly who was written to."""

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.audiences.terms import Unreachable
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.response.alerts.actions import expand_next, release_alert, stop_alert
from safeconduct.response.alerts.actions.stops import StopRefusedError
from safeconduct.response.alerts.models import Alert, CapMessage
from safeconduct.response.alerts.queries import progress_of
from safeconduct.wires.messaging.models import Delivery
from tests import builders
from tests.response.alerts.test_expansion import expand, rows

pytestmark = pytest.mark.django_db


def stopper() -> Actor:
    return Actor.officer(builders.officer("releaser").pk)


def test_a_stop_ends_the_batch_and_cancels_the_message() -> None:
    alert = builders.released_alert(expand=False)
    stopped = stop_alert(alert_id=alert.pk, now=clock.now(), actor=stopper())
    alert.refresh_from_db()
    assert alert.state == "stopped"
    assert stopped.release.batch.stopped_at is not None
    first, cancel = CapMessage.objects.order_by("id")
    assert cancel.msg_type == "Cancel"
    reference = f"{first.sender},{first.identifier},{first.sent:%Y-%m-%dT%H:%M:%S}-00:00"
    assert reference in bytes(cancel.document).decode()


def test_nobody_is_laid_out_after_a_stop() -> None:
    builders.resident(phone="+999601")
    alert = builders.released_alert(expand=False)
    stop_alert(alert_id=alert.pk, now=clock.now(), actor=stopper())
    assert not expand_next(release_id=alert.release.pk, now=clock.now())
    assert not rows(alert)


def test_a_second_click_stops_nothing_more() -> None:
    alert = builders.released_alert(expand=False)
    first = stop_alert(alert_id=alert.pk, now=clock.now(), actor=stopper())
    assert stop_alert(alert_id=alert.pk, now=clock.now(), actor=stopper()) == first
    assert CapMessage.objects.filter(msg_type="Cancel").count() == 1
    assert Alert.objects.filter(corrects=alert).count() == 1


def test_a_draft_cannot_be_stopped() -> None:
    with pytest.raises(StopRefusedError):
        stop_alert(alert_id=builders.alert().pk, now=clock.now(), actor=stopper())


def test_the_correction_reaches_exactly_those_handed_the_alert() -> None:
    for person in builders.household(2, phone="+999602"):
        builders.stay(person)
    builders.resident(phone="+999603")
    builders.resident(phone="+999604")
    alert = builders.released_alert(expand=False)
    expand(alert)
    handed = Delivery.objects.filter(address__in=["+999602", "+999603"])
    handed.update(handed_at=clock.now(), state=2)
    correction = stop_alert(alert_id=alert.pk, now=clock.now(), actor=stopper()).correction
    assert correction is not None
    assert correction.audience.preview["people"] == 3
    release_alert(alert_id=correction.pk, version=1, now=clock.now(), actor=stopper())
    expand(correction)
    assert rows(correction) == [("+999602", 1, "az", 2), ("+999603", 1, "az", 1)]
    update = CapMessage.objects.get(alert=correction)
    assert update.msg_type == "Update"
    assert bytes(update.document).decode().count(f"{update.sender},") == 2


def test_the_correction_goes_the_way_the_message_went() -> None:
    reader = builders.resident(phone="+999605", mail="r@s.invalid")
    alert = builders.released_alert(severity="Severe", expand=False)
    expand(alert)
    Delivery.objects.update(handed_at=clock.now(), state=2)
    # Since then the number failed: a new message would take the mail address.
    ContactPoint.objects.filter(person=reader, channel=1).update(last_failed_at=clock.now())
    correction = stop_alert(alert_id=alert.pk, now=clock.now(), actor=stopper()).correction
    assert correction is not None
    # And its preview says so, with nobody unreachable: they were reached once.
    assert correction.audience.preview["messages"] == {"sms": 1}
    assert Unreachable(**correction.audience.preview["unreachable"]).people == 0
    release_alert(alert_id=correction.pk, version=1, now=clock.now(), actor=stopper())
    expand(correction)
    assert rows(correction) == [("+999605", 1, "az", 1)]
    progress = progress_of(Alert.objects.get(pk=correction.pk).release)
    assert progress.final["messages"] == progress.expected_messages == 1
    assert progress.final["unreachable"] == 0
