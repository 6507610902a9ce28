"""Who was told by a message where we have them from."""

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import ContactPoint, Person
from safeconduct.response.alerts.actions.contacts import tell_first_contacts
from safeconduct.response.alerts.models import Release
from safeconduct.wires.messaging.models import Delivery
from tests import builders
from tests.response.alerts.test_expansion import expand

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asks", [True, False])
def test_what_was_handed_over_and_leads_to_the_source_tells_once(asks: bool) -> None:
    by_mail = builders.resident(mail="a@b.invalid")
    waiting = builders.resident(mail="c@d.invalid")
    by_sms = builders.resident(phone="+999851")
    alert = builders.released_alert(expand=False)
    if not asks:
        # An SMS that asks nothing leads nowhere.
        Release.objects.update(round=None)
        alert.release.refresh_from_db()
    expand(alert)
    handed = Delivery.objects.filter(recipient_id__in=[by_mail.pk, by_sms.pk])
    handed.update(state=2, handed_at=clock.now())
    batch_id = alert.release.batch_id
    tell = {"batch_id": batch_id, "now": clock.now(), "actor": builders.TESTER}
    heard = [by_mail, by_sms] if asks else [by_mail]
    assert tell_first_contacts(**tell) == len(heard)
    assert tell_first_contacts(**tell) == 0
    assert list(Person.objects.exclude(told_at=None).order_by("pk")) == heard
    assert Person.objects.get(pk=waiting.pk).told_at is None


def test_what_a_family_is_sent_tells_all_who_gave_the_address() -> None:
    family = builders.household(3, phone="+999852")
    ContactPoint.objects.filter(person=family[2]).update(address="+999853")
    for one in family:
        builders.stay(one)
    alert = builders.released_alert(expand=False)
    expand(alert)
    Delivery.objects.filter(address="+999852").update(state=3, handed_at=clock.now())
    batch_id = alert.release.batch_id
    assert tell_first_contacts(batch_id=batch_id, now=clock.now(), actor=builders.TESTER) == 2
    assert list(Person.objects.filter(told_at=None)) == [family[2]]


def test_a_batch_that_is_no_alert_tells_nobody() -> None:
    assert tell_first_contacts(batch_id=99, now=clock.now(), actor=builders.TESTER) == 0
