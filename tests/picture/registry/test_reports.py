""" "I am here": who that was, once, and where, without refusing anybody for form."""

from datetime import timedelta
from uuid import uuid4

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.picture.registry.actions import Report, link_of, take_in_report
from safeconduct.picture.registry.models import ContactPoint, Party, Person, Stay
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world():
    builders.findable_country("TR", en="Türkiye")
    builders.findable_country("GE", en="Georgia")
    builders.city()


def report(**said):
    wishes = {"country": "TR", "place": "Adana", "name": "Leyla", "phone": "0532 123 45 67"} | said
    return Report(key=wishes.pop("key", uuid4()), stated_at=clock.now(), language="ru", **wishes)


def taken(told):
    return take_in_report(report=told, now=clock.now(), actor=builders.TESTER)


def test_somebody_unknown_becomes_a_party_that_never_registered():
    found = taken(report(people=3))
    party = Party.objects.get(pk=found.party_id)
    assert (party.level, party.kind, party.source.kind) == ("unregistered", "family", "here")
    first, *others = Person.objects.filter(pk__in=found.person_ids).order_by("pk")
    assert (first.given_name, first.language, first.reach) == ("Leyla", "ru", 1)
    assert [one.given_name for one in others] == ["", ""]
    assert set(Stay.objects.values_list("country", "city", "kind")) == {("TR", 325363, "trip")}
    assert set(ContactPoint.objects.values_list("address", "verified_at")) == {
        ("+905321234567", None)
    }
    assert Entry.objects.filter(kind="registry.reported").count() == 1


def test_the_same_report_twice_is_one_party():
    told = report()
    first, second = taken(told), taken(told)
    assert (first.party_id, first.person_ids) == (second.party_id, second.person_ids)
    assert (first.is_new, second.is_new) == (True, False)


def test_one_number_in_two_reports_is_not_one_person():
    """A number proves nothing: whoever typed it could be anybody."""
    assert taken(report()).party_id != taken(report()).party_id


def test_what_cannot_be_read_is_left_out_and_nothing_is_refused():
    found = taken(report(name="\x00", phone="12", mail="x", place="?", country="zz", people=-3))
    assert len(found.person_ids) == 1
    assert (found.country, found.cell) == ("", None)
    assert not ContactPoint.objects.exists()
    assert not Stay.objects.exists()


def test_a_position_counts_for_its_cell_and_its_country():
    cell = cell_at(37.1, 35.4)
    builders.country("TR").__class__.objects.filter(pk="TR").update(
        cells_from=[cell - 1], cells_until=[cell + 1]
    )
    found = taken(report(country="", place="", latitude=37.1, longitude=35.4))
    assert (found.country, found.cell) == ("TR", cell)
    assert taken(report(latitude=99.0, longitude=0.0)).cell == builders.city().cell


def test_many_behind_one_telephone_have_a_limit():
    assert len(taken(report(people=4000)).person_ids) == 60


def test_whoever_has_a_record_is_that_party_and_its_stay_is_confirmed():
    family = builders.family("Leyla", "Kamran")
    Stay.objects.update(confirmed_at=clock.now() - timedelta(days=200))
    record = link_of(family[0].party_id, "az", clock.now())
    found = taken(report(record=record))
    assert found.party_id == family[0].party_id
    assert found.person_ids == tuple(one.pk for one in family)
    assert Stay.objects.filter(confirmed_at__gt=clock.now() - timedelta(hours=1)).count() == 2


def test_elsewhere_than_the_record_says_is_a_stay_more():
    family = builders.family()
    record = link_of(family[0].party_id, "az", clock.now())
    taken(report(record=record, country="GE", place=""))
    assert set(Stay.objects.values_list("country", "departed_on")) == {("TR", None), ("GE", None)}


def test_a_link_that_opens_nothing_makes_nobody_somebody_else():
    builders.family()
    found = taken(report(record="0" * 22))
    assert Party.objects.get(pk=found.party_id).level == "unregistered"
