"""A No to being written to holds for addresses given later, and for that party alone."""

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy.actions import choose_consents
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry.actions.consents import keep_silence
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.wires.messaging.terms import Channel
from tests import builders

pytestmark = pytest.mark.django_db


def _say(party_id, *, given):
    choose_consents(
        subject=Subject("party", party_id),
        choices={"warnings": given},
        language="az",
        how="page",
        now=clock.now(),
        actor=builders.TESTER,
    )


def _silent(person):
    points = ContactPoint.objects.filter(person=person).order_by("pk")
    return [point.stopped_at is not None for point in points]


def test_a_no_holds_for_an_address_given_later():
    (person,) = builders.household(phone="+999120000001")
    _say(person.party_id, given=False)
    ContactPoint.objects.create(person=person, channel=Channel.EMAIL, address="l@mail.example")
    keep_silence(party_id=person.party_id, now=clock.now(), actor=builders.TESTER)
    assert _silent(person) == [True, True]


def test_who_never_said_no_is_written_to():
    (person,) = builders.household(phone="+999120000001")
    keep_silence(party_id=person.party_id, now=clock.now(), actor=builders.TESTER)
    assert _silent(person) == [False]


def test_a_no_is_one_partys_own_also_where_two_share_a_telephone():
    (one,), (other,) = (builders.household(phone="+999120000001") for _ in range(2))
    _say(one.party_id, given=False)
    assert (_silent(one), _silent(other)) == ([True], [False])
    _say(one.party_id, given=True)
    assert _silent(one) == [False]
