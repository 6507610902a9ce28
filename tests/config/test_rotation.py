"""Keys change while everything runs: what is under way holds, and ends when its key is gone."""

from datetime import date

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from safeconduct.ground.accounts.actions import renew_second_factors
from safeconduct.ground.accounts.adapters import SecondFactorAdapter
from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.tokens import Link, LinkRefusedError, mint, read
from safeconduct.wires.messaging.engine.references import (
    ReferenceRefusedError,
    read_reference,
    reference,
)
from tests import builders
from tests.wires.intake.visitor import Memory, Visitor, door

OLD, NEW = "ab" * 16, "cd" * 16
LINK = Link(7, date(2037, 1, 1), "az", 2)


def test_a_link_opens_through_each_step_of_a_rotation_and_no_longer_than_that(settings):
    settings.LINK_KEYS = [OLD]
    under_way = mint(LINK, purpose="answer")
    settings.LINK_KEYS = [OLD, NEW]
    assert mint(LINK, purpose="answer") == under_way, "the first key makes links"
    settings.LINK_KEYS = [NEW, OLD]
    assert read(under_way, purpose="answer") == LINK
    fresh = mint(LINK, purpose="answer")
    assert fresh != under_way
    settings.LINK_KEYS = [NEW]
    assert read(fresh, purpose="answer") == LINK
    with pytest.raises(LinkRefusedError):
        read(under_way, purpose="answer")


def test_the_door_takes_an_answer_by_an_old_link_until_its_key_is_gone(settings, tmp_path):
    """Doors are restarted with each change: each of these is one."""
    settings.LINK_KEYS = [OLD]
    path = Visitor(door(Memory(), tmp_path)).path
    settings.LINK_KEYS = [NEW, OLD]
    assert Visitor(door(Memory(), tmp_path)).get(path).status == 200
    settings.LINK_KEYS = [NEW]
    assert 400 <= Visitor(door(Memory(), tmp_path)).get(path).status < 500


def test_receipts_come_back_under_a_retired_secret_key(settings):
    settings.SECRET_KEY = "the old one"
    told = reference(3, 14)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new one", ["the old one"]
    assert read_reference(told) == (3, 14)
    assert reference(3, 14) != told
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ReferenceRefusedError):
        read_reference(told)


@pytest.mark.django_db
def test_second_factors_survive_the_key_that_sealed_them_once_they_are_renewed(settings):
    settings.SECRET_KEY = "the old one"
    officer = builders.officer("duty_officer", second_factor=False)
    TOTP.activate(officer, builders.TOTP_SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new one", ["the old one"]
    assert renew_second_factors(now=clock.now(), actor=builders.TESTER) == 1
    settings.SECRET_KEY_FALLBACKS = []
    factor = Authenticator.objects.get(user_id=officer.pk)
    assert SecondFactorAdapter().decrypt(factor.data["secret"]) == builders.TOTP_SECRET
    assert Entry.objects.get(kind="accounts.factors_renewed").detail == {"number": 1}
