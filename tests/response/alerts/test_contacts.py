"""Who was told by mail where we have them from."""

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import Person
from safeconduct.response.alerts.actions.contacts import tell_first_contacts
from safeconduct.wires.messaging.models import Delivery
from tests import builders
from tests.response.alerts.test_expansion import expand

pytestmark = pytest.mark.django_db


def test_only_a_mail_that_was_handed_over_tells_and_only_once() -> None:
    by_mail = builders.resident(mail="a@b.invalid")
    waiting = builders.resident(mail="c@d.invalid")
    by_sms = builders.resident(phone="+999851")
    alert = builders.released_alert(expand=False)
    expand(alert)
    handed = Delivery.objects.filter(recipient_id__in=[by_mail.pk, by_sms.pk])
    handed.update(state=2, handed_at=clock.now())
    batch_id = alert.release.batch_id
    tell = {"batch_id": batch_id, "now": clock.now(), "actor": builders.TESTER}
    assert tell_first_contacts(**tell) == 1
    assert tell_first_contacts(**tell) == 0
    told = Person.objects.exclude(told_at=None)
    assert list(told) == [by_mail]
    assert Person.objects.get(pk=waiting.pk).told_at is None


def test_a_batch_that_is_no_alert_tells_nobody() -> None:
    assert tell_first_contacts(batch_id=99, now=clock.now(), actor=builders.TESTER) == 0
