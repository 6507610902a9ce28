"""One person, registered twice: counted once, reached in every way, parted without a trace."""

from datetime import timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.audiences.queries import preview
from safeconduct.picture.registry import actions, queries
from safeconduct.picture.registry.models import ContactPoint, Person, Stay
from tests import builders

pytestmark = pytest.mark.django_db
FIRST, SECOND = "+905321111111", "+905322222222"


@pytest.fixture
def pair():
    builders.country("GE")
    return builders.family(phone=FIRST)[0], builders.family(phone=SECOND, mail="l@example.org")[0]


def link(second, first):
    actions.link_people(person_id=second.pk, to_id=first.pk, now=clock.now(), actor=builders.TESTER)


def part(second):
    actions.part_people(person_id=second.pk, now=clock.now(), actor=builders.TESTER)


def draft(person, legs, phone):
    return actions.PartyDraft([actions.Member("Leyla", id=person.pk)], legs, phone, "", "az")


def change(person, draft_):
    actions.change_party(
        party_id=person.party_id, draft=draft_, now=clock.now(), actor=builders.TESTER
    )


def everybody():
    return list(
        Person.objects.order_by("pk").values_list("pk", "same_as", "reach", "party_id")
    ), list(Stay.objects.order_by("pk").values_list("person_id", "told_by", "departed_on"))


def addresses(person):
    points = ContactPoint.objects.filter(person=person)
    return set(points.values_list("address", flat=True))


def people_in(code="TR"):
    return preview(Audience.objects.create(countries=[code], as_of=clock.now())).people


def test_linked_records_count_once_and_reach_by_all_addresses(pair):
    first, second = pair
    assert people_in() == 2
    link(second, first)
    assert people_in() == 1
    assert addresses(first) == {FIRST, SECOND, "l@example.org"}
    assert Person.objects.get(pk=first.pk).reach == 3
    link(second, first)
    assert people_in() == 1


def test_parting_leaves_no_trace(pair):
    first, second = pair
    before = everybody()
    link(second, first)
    part(second)
    part(second)
    assert everybody() == before
    assert not ContactPoint.objects.exclude(lent_by=None).exists()


@pytest.mark.parametrize("which", ["itself", "family", "nobody"])
def test_what_cannot_be_one_person_is_refused(pair, which):
    leyla, kamran = builders.family("Leyla", "Kamran", phone="+905323333333")
    other = {"itself": leyla, "family": kamran, "nobody": Person(pk=10**9)}[which]
    with pytest.raises(actions.LinkRefusedError):
        link(leyla, other)


def test_a_record_that_is_linked_is_no_first_one(pair):
    first, second = pair
    (third,) = builders.family(phone="+905324444444")
    link(second, first)
    with pytest.raises(actions.LinkRefusedError):
        link(third, second)
    # The first may be found to be a second itself: all of them count for the other then.
    link(first, third)
    assert people_in() == 1
    assert set(Person.objects.exclude(pk=third.pk).values_list("same_as", flat=True)) == {third.pk}


def test_a_linked_record_is_still_changed_by_its_own_link(pair):
    first, second = pair
    link(second, first)
    leg = actions.Leg("GE", None, None, clock.now().date())
    change(Person.objects.get(pk=second.pk), draft(second, [leg], "+905325555555"))
    assert (people_in("TR"), people_in("GE")) == (1, 1)
    stay = Stay.objects.get(country_id="GE")
    assert (stay.person_id, stay.told_by) == (first.pk, second.pk)
    assert addresses(first) == {FIRST, "+905325555555"}
    assert [one.country_id for one in queries.stays_told_by(second, today=clock.now().date())] == [
        "GE"
    ]


def test_changing_the_first_leaves_what_the_second_lent(pair):
    first, second = pair
    link(second, first)
    leg = actions.Leg("TR", 325363, first.stays.first().cell, clock.now().date())
    change(first, draft(first, [leg], "+905325555555"))
    assert addresses(first) == {"+905325555555", SECOND, "l@example.org"}


@pytest.mark.parametrize("which", [0, 1])
def test_deleting_one_leaves_the_other_as_it_was(pair, which):
    first, second = pair
    link(second, first)
    gone, left = pair[which], pair[1 - which]
    actions.delete_party(party_id=gone.party_id, now=clock.now(), actor=builders.TESTER)
    assert people_in() == 1
    person = Person.objects.get()
    assert (person.pk, person.same_as) == (left.pk, None)
    points = ContactPoint.objects.all()
    assert {one.address for one in points.filter(channel=1)} == {(FIRST, SECOND)[1 - which]}
    assert Stay.objects.get().told_by is None


def test_a_second_record_is_forgotten_by_its_own_stays(pair):
    first, second = pair
    link(second, first)
    Stay.objects.filter(told_by=second.pk).update(departed_on=clock.now() - timedelta(days=30))
    assert actions.forget_what_is_over(clock.now()) == 1
    assert Person.objects.get().pk == first.pk
    assert not ContactPoint.objects.exclude(lent_by=None).exists()


def test_the_first_record_goes_and_the_second_stands_for_itself(pair):
    first, second = pair
    link(second, first)
    Stay.objects.filter(person=first, told_by=None).update(
        departed_on=clock.now() - timedelta(days=30)
    )
    # It still holds the second's stay: it goes with that one.
    assert actions.forget_what_is_over(clock.now()) == 0
    assert people_in() == 1


# The pages.


@pytest.fixture
def signed_in(pages):
    builders.post()
    return pages.sign_in(builders.officer("duty_officer", at=builders.post()))


def test_an_officer_is_shown_who_may_be_the_same_and_links_them(pages, signed_in, pair):
    first, second = pair
    page = pages.get(f"/console/people/{second.pk}/")
    assert "Perhaps the same person" not in page.text
    Person.objects.update(twin_key=7)
    page = pages.get(f"/console/people/{second.pk}/")
    assert "Perhaps the same person" in page.text
    linked = pages.post(f"/console/people/{second.pk}/link/", {"other": first.pk})
    assert linked["Location"] == f"/console/people/{first.pk}/"
    assert Person.objects.get(pk=second.pk).same_as == first.pk
    assert "Registered more than once" in pages.get(linked["Location"]).text
    pages.post(f"/console/people/{second.pk}/part/")
    assert Person.objects.get(pk=second.pk).same_as is None


def test_whoever_never_registered_counts_for_whoever_did(pages, signed_in):
    report = builders.said_here()
    (later,) = builders.family()
    pages.post(f"/console/people/{later.pk}/link/", {"other": report})
    assert Person.objects.get(pk=report).same_as == later.pk
