"""Whom a party lets us call: named and taken back by its link, shown to officers, forgotten."""

from datetime import timedelta

import pytest
from django.urls import reverse

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.models import EmergencyContact
from tests import builders

pytestmark = pytest.mark.django_db
SAID = {"name": "Sevda", "relation": "bacı", "phone": "+999 555 00021"}


@pytest.fixture
def person():
    return builders.registered_person()


def path(person) -> str:
    token = actions.link_of(person.party_id, "az", clock.now())
    return reverse("registration:kin", args=[token])


def test_a_party_names_somebody_changes_it_and_takes_it_back(pages, person) -> None:
    there = path(person)
    assert pages.get(there).status_code == 200
    assert pages.post(there, SAID | {"phone": "12"}).status_code == 200
    assert not EmergencyContact.objects.exists()
    assert pages.post(there, SAID).status_code == 302
    assert pages.post(there, SAID | {"name": "Rəna"}).status_code == 302
    named = EmergencyContact.objects.get()
    assert (named.party_id, named.name, named.phone) == (person.party_id, "Rəna", "+99955500021")
    assert "Rəna" in pages.get(there).content.decode()
    pages.post(there, {"remove": "1"})
    assert not EmergencyContact.objects.exists()
    kinds = Entry.objects.filter(kind__startswith="registry.kin").order_by("id")
    assert [entry.kind for entry in kinds] == ["registry.kin_named"] * 2 + ["registry.kin_removed"]


def test_officers_see_whom_to_call(pages, person) -> None:
    pages.post(path(person), SAID)
    pages.sign_in(builders.officer(at=builders.post()))
    assert "Sevda" in pages.get(f"/console/people/{person.pk}/").content.decode()


def test_it_goes_with_the_party_however_that_goes(pages, person) -> None:
    pages.post(path(person), SAID)
    long_after = clock.now() + timedelta(days=1000)
    assert actions.forget_what_is_over(long_after) == 1
    assert not EmergencyContact.objects.exists()
