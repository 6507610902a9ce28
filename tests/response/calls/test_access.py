"""A call is of whoever took it, for as long as they answer for where the person is."""

import pytest
from django.http import Http404

from safeconduct.response.calls.access import call_for
from safeconduct.response.calls.models import Call
from safeconduct.wires.messaging.models import Delivery
from tests import builders
from tests.pages import Pages
from tests.response.calls.test_calls import alert_with_calls

pytestmark = pytest.mark.django_db


def test_a_posts_caller_has_a_call_while_the_person_is_in_its_countries(pages: Pages) -> None:
    officer = builders.officer("caller", at=builders.post(id=2, seat="TR"))
    builders.resident(phone="+999501777")
    alert_with_calls()
    assert pages.sign_in(officer).post("/console/calls/next/").status_code == 302
    call = Call.objects.get()
    assert call_for(call.pk, officer=officer) == call
    Delivery.objects.filter(batch_id=call.batch_id, id=call.delivery_id).update(country="DE")
    with pytest.raises(Http404):
        call_for(call.pk, officer=officer)


def test_the_ministrys_caller_has_it_wherever_the_person_is(pages: Pages) -> None:
    officer = builders.officer("caller")
    builders.resident(phone="+999501777")
    alert_with_calls()
    pages.sign_in(officer).post("/console/calls/next/")
    call = Call.objects.get()
    assert call_for(call.pk, officer=officer) == call
    with pytest.raises(Http404):
        call_for(call.pk + 1, officer=officer)
