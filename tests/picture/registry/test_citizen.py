"""A family registers, changes and deletes its record, without account and without script."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock, tokens
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.privacy.actions.consents import choose_consents
from safeconduct.ground.privacy.models import Consent, Forgotten
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.picture.registry import actions, terms
from safeconduct.picture.registry.models import ContactPoint, FormUse, OneTimeCode, Person, Stay
from tests import builders

pytestmark = pytest.mark.django_db
FORM = "/me/register/"


@pytest.fixture(autouse=True)
def world():
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")
    builders.findable_country("US", en="United States")
    builders.findable_country("FR", en="France")
    builders.city(spellings=("Адана",))
    builders.city(1, "FR", "Paris", population=2_000_000, at=(48.85, 2.35))
    builders.city(2, "US", "Paris", population=25_000, at=(33.66, -95.55))


def told(**wishes):
    return {
        "m0-given_name": "Leyla",
        "m0-family_name": "Əliyeva",
        "place": "Adana",
        "phone": "0532 123 45 67",
        "mail": "",
        "language": "az",
        "until": "",
    } | wishes


def messages():
    """What waits to be sent; the codes first, as a worker would lay them out."""
    for code in OneTimeCode.objects.filter(used_at=None).order_by("pk"):
        actions.send_code(code_id=code.pk, now=clock.now(), actor=builders.TESTER)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT channel, address, subject_id FROM messaging_delivery ORDER BY batch_id, id"
        )
        return cursor.fetchall()


def test_a_person_registers_and_is_shown_the_link_and_sent_a_code(pages):
    response = pages.post(FORM, told())
    assert response.status_code == 302
    token = re.search(r"/me/(\w{22})/\?saved=1", response["Location"])[1]
    person = Person.objects.get()
    assert (person.given_name, person.language, person.reach) == ("Leyla", "az", 1)
    assert person.told_at is not None
    stay = Stay.objects.get()
    assert (stay.country_id, stay.city_id, stay.kind) == ("TR", 325363, "residence")
    link = tokens.read(token, purpose=terms.LINK_PURPOSE)
    assert messages() == [(1, "+905321234567", OneTimeCode.objects.get().pk)]
    assert link.subject_id == person.party_id
    page = pages.get(response["Location"]).text
    assert f"http://testserver/me/{token}/" in page
    assert Entry.objects.filter(kind="registry.registered").count() == 1


def test_a_family_of_three_by_pressing_add_another(pages):
    grown = pages.post(FORM, told(add="1", until="2090-01-01"))
    assert grown.status_code == 200
    assert not Person.objects.exists()
    assert 'name="m1-given_name"' in grown.text
    assert 'value="Leyla"' in grown.text
    assert 'value="0532 123 45 67"' in grown.text
    three = {"m1-given_name": "Kamran", "m2-given_name": "Aysel", "m3-given_name": ""}
    pages.post(FORM, told(**three))
    people = Person.objects.order_by("pk")
    assert [one.given_name for one in people] == ["Leyla", "Kamran", "Aysel"]
    assert len({one.party_id for one in people}) == 1
    assert ContactPoint.objects.filter(address="+905321234567").count() == 3
    assert len(messages()) == 1


@pytest.mark.parametrize("place", ["Адана", "adana, Türkiye", "Adana, Турция", "ADANA"])
def test_places_are_understood_as_typed(pages, place):
    pages.post(FORM, told(place=place))
    assert Stay.objects.get().city_id == 325363


def test_a_country_alone_is_somewhere_in_it(pages):
    pages.post(FORM, told(place="Турция"))
    assert (Stay.objects.get().country_id, Stay.objects.get().cell) == ("TR", None)


def test_two_places_of_one_name_are_offered_to_choose(pages):
    asked = pages.post(FORM, told(place="Paris", phone="+90 532 123 45 67"))
    assert "Paris, United States" in asked.text
    assert not Person.objects.exists()
    pages.post(FORM, told(place="Paris", phone="+90 532 123 45 67", chosen_place="US:2"))
    assert Stay.objects.get().city_id == 2


def test_the_place_that_was_chosen_stays_chosen_while_something_else_is_wrong(pages):
    said = told(place="Paris", phone="12", chosen_place="US:2")
    form = pages.post(FORM, said).text
    assert re.search(r'value="US:2"[^>]*checked', form)
    grown = pages.post(FORM, said | {"add": "1"}).text
    assert re.search(r'value="US:2"[^>]*checked', grown)
    # Corrected to a place that nobody mistakes, what was chosen before says nothing.
    pages.post(FORM, said | {"place": "Adana", "phone": "+90 532 123 45 67"})
    assert Stay.objects.get().country_id == "TR"


def test_whoever_gives_a_landline_is_told_that_no_text_comes_there(pages):
    words = "text messages seldom reach one"
    called = pages.post(FORM, told(phone="+90 312 123 45 67"))
    assert words in pages.get(called["Location"]).text
    texted = pages.post(FORM, told(phone="+90 532 123 45 67"))
    assert words not in pages.get(texted["Location"]).text
    # Which of two ways to be reached it is.
    both = pages.post(FORM, told(phone="+90 312 123 45 68", mail="leyla@mail.az"))
    named = re.findall(rf"([^<>]*)</bdi>: [^<]*{words}", pages.get(both["Location"]).text)
    assert named == ["+903121234568"]


def test_places_of_one_name_and_country_are_told_apart_where_a_family_chooses(pages):
    builders.city(9, "US", "Paris", population=20_000, at=(44.2, -70.5))
    form = pages.post(FORM, told(place="Paris", phone="+90 532 123 45 67")).text
    assert "Paris, United States (44.2, -70.5)" in form


@pytest.mark.parametrize(
    "wish",
    [
        {"m0-given_name": ""},
        {"m0-given_name": "", "m0-family_name": ""},
        {"m0-birth_on": "2090-01-01"},
        {"m0-birth_on": "soon"},
        {"place": ""},
        {"place": "Atlantis"},
        {"phone": "12"},
        {"phone": "", "mail": ""},
        {"mail": "nobody"},
        {"until": "2020-01-01"},
        {"language": "xx"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(pages, wish):
    response = pages.post(FORM, told(**{"m0-family_name": "Kərimli"} | wish))
    assert response.status_code == 200
    assert "There is a problem" in response.text
    if "m0-family_name" not in wish:
        assert 'value="Kərimli"' in response.text
    assert not Person.objects.exists()


def test_what_no_page_can_show_is_dropped(pages):
    pages.post(FORM, told(**{"m0-given_name": "Ley\x07la"}))
    assert Person.objects.get().given_name == "Leyla"


def test_registering_twice_is_answered_alike(pages):
    one, two = pages.post(FORM, told()), pages.post(FORM, told())
    assert one.status_code == two.status_code == 302
    assert len(one["Location"]) == len(two["Location"])


def test_personal_pages_are_kept_by_nobody(pages):
    for response in (pages.get(FORM), pages.get(pages.post(FORM, told())["Location"])):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"
        # With "no-referrer" browsers send forms with a null origin, which the CSRF check refuses.
        assert response["Referrer-Policy"] == "same-origin"


def registered(pages, **wishes):
    return pages.post(FORM, told(**wishes))["Location"].partition("?")[0]


def test_the_link_shows_what_was_said_and_changes_it(pages):
    link = registered(pages, **{"m1-given_name": "Kamran"})
    leyla, kamran = Person.objects.order_by("pk")
    page = pages.get(link).text
    for shown in ("Leyla", "Kamran", "Adana, Türkiye", "+905321234567"):
        assert shown in page
    last = clock.now().date() + timedelta(days=10)
    changed = {
        "m0-id": leyla.pk, "m0-given_name": "Leyla", "m0-family_name": "Vəliyeva",
        "m1-id": kamran.pk, "m1-given_name": "", "until": last.isoformat(),
        "mail": "leyla@mail.az",
    }  # fmt: skip
    assert pages.post(link, told(**changed)).status_code == 302
    person = Person.objects.get()
    assert (person.pk, person.family_name, person.reach) == (leyla.pk, "Vəliyeva", 3)
    stay = Stay.objects.get()
    assert (stay.kind, stay.stay_until) == ("trip", last + timedelta(days=1))


def test_a_member_of_another_party_cannot_be_drawn_in(pages):
    stranger = builders.family("Stranger", phone="+9990009998877")[0]
    link = registered(pages)
    forged = {"m1-id": stranger.pk, "m1-given_name": "Mine"}
    leyla = Person.objects.get(given_name="Leyla")
    pages.post(link, told(**forged | {"m0-id": leyla.pk}))
    stranger.refresh_from_db()
    assert stranger.given_name == "Stranger"
    assert Person.objects.filter(given_name="Mine").exclude(pk=stranger.pk).exists()


def test_moving_on_ends_the_stay_before(pages):
    link = registered(pages)
    leyla = Person.objects.get()
    pages.post(link, told(place="France", phone="+905321234567", **{"m0-id": leyla.pk}))
    old, new = Stay.objects.order_by("pk")
    assert (old.departed_on, new.country_id, new.departed_on) == (clock.now().date(), "FR", None)


def test_i_have_left_asks_first(pages):
    link = registered(pages)
    assert pages.get(f"{link}left/").status_code == 200
    assert Stay.objects.get().departed_on is None
    pages.post(f"{link}left/")
    assert Stay.objects.get().departed_on == clock.now().date()
    assert "you have left" in pages.get(link).text


def test_deleting_asks_first_and_leaves_nothing(pages):
    link = registered(pages)
    assert pages.get(f"{link}delete/").status_code == 200
    assert Person.objects.exists()
    assert pages.post(f"{link}delete/")["Location"] == "/me/deleted/"
    assert not Person.objects.exists()
    assert not ContactPoint.objects.exists()
    assert not Stay.objects.exists()
    assert pages.get(link).status_code == 404
    assert pages.get("/me/deleted/").status_code == 200


@pytest.mark.parametrize("end", ["", "left/", "delete/"])
@pytest.mark.parametrize("token", ["0" * 22, "x", "-" * 22])
def test_a_link_that_opens_nothing_says_so_kindly(pages, token, end):
    response = pages.get(f"/me/{token}/{end}")
    assert response.status_code == 404
    assert "opens nothing" in response.text


def test_a_link_of_another_purpose_or_day_opens_nothing(pages):
    party = builders.family()[0].party_id
    old = tokens.Link(party, date(2026, 1, 2), "az", 0)
    alien = tokens.Link(party, clock.now().date(), "az", 0)
    for token in (
        tokens.mint(old, purpose=terms.LINK_PURPOSE),
        tokens.mint(alien, purpose="answer"),
    ):
        assert pages.get(f"/me/{token}/").status_code == 404


def test_the_old_address_for_lost_links_leads_to_the_code(pages):
    assert pages.get("/me/link/")["Location"] == "/me/code/"


def test_a_class_may_register_and_a_flood_may_not(pages):
    builders.family()
    people = Person.objects.count()
    FormUse.objects.all().delete()
    pages.post(FORM, told())
    FormUse.objects.update(count=terms.MOST_FORMS_AN_HOUR)
    response = pages.post(FORM, told(**{"m0-given_name": "Kamran"}))
    assert response.status_code == 429
    assert 'value="Kamran"' in response.text
    assert Person.objects.count() == people + 1


def test_networks_are_kept_as_digests(pages):
    pages.post(FORM, told())
    assert "127.0.0.1" not in FormUse.objects.get().source


# Places of a trip, and how much is told.


def test_a_trip_has_several_places_in_their_order(pages):
    builders.findable_country("GE", en="Georgia")
    tomorrow = clock.now().date() + timedelta(days=1)
    asked = pages.post(FORM, told(add_leg="1", until=str(tomorrow)))
    assert 'name="l1-place"' in asked.text
    assert not Person.objects.exists()
    legs = {"l1-place": "Georgia", "l1-until": str(tomorrow + timedelta(days=9)), "l2-place": ""}
    pages.post(FORM, told(until=str(tomorrow), **legs))
    first, second = Stay.objects.order_by("stay_from")
    assert (first.country_id, first.stay_until) == ("TR", tomorrow + timedelta(days=1))
    assert (second.country_id, second.stay_from) == ("GE", first.stay_until)
    assert second.kind == "trip"


def test_whoever_lives_somewhere_may_travel_from_there(pages):
    builders.findable_country("GE", en="Georgia")
    soon = clock.now().date() + timedelta(days=5)
    legs = {"l1-place": "Georgia", "l1-begins": str(soon), "l1-until": str(soon)}
    link = registered(pages, **legs)
    home, trip = Stay.objects.order_by("pk")
    assert (home.kind, home.stay_until) == ("residence", None)
    assert (trip.stay_from, trip.stay_until) == (soon, soon + timedelta(days=1))
    # The trip is called off: it never was. Home stays what it is.
    pages.post(link, told(**{"m0-id": Person.objects.get().pk, "l1-place": ""}))
    assert Stay.objects.get().pk == home.pk


def test_a_place_that_ends_before_it_begins_is_said(pages):
    soon = clock.now().date() + timedelta(days=5)
    page = pages.post(FORM, told(begins=str(soon), until=str(soon - timedelta(days=1))))
    assert "before the first" in page.text
    assert not Person.objects.exists()


def test_information_only_needs_no_name(pages):
    named = {"m0-given_name": "", "m0-family_name": "", "level": "information", "people": "3"}
    link = registered(pages, **named)
    people = Person.objects.order_by("pk")
    assert [(one.given_name, one.name_key, one.reach) for one in people] == [("", "", 1)] * 3
    assert people[0].party.level == "information"
    assert pages.get(link).status_code == 200


def test_names_are_dropped_by_whoever_wants_to_be_known_by_none(pages):
    link = registered(pages, **{"m1-given_name": "Kamran"})
    leyla, kamran = Person.objects.order_by("pk")
    ids = {"m0-id": leyla.pk, "m1-id": kamran.pk, "m1-given_name": "Kamran"}
    pages.post(link, told(level="information", people="2", **ids))
    assert list(Person.objects.order_by("pk").values_list("pk", "given_name", "twin_key")) == [
        (leyla.pk, "", None),
        (kamran.pk, "", None),
    ]


def test_whoever_tells_all_is_asked_the_rest_next(pages):
    response = pages.post(FORM, told(level="full"))
    assert response["Location"].endswith("/more/?saved=1")
    assert pages.get(response["Location"]).status_code == 200


def test_registering_notes_what_was_agreed_to(pages):
    registered(pages, **{"consent-family": "on"})
    given = {one.purpose: one.given for one in Consent.objects.all()}
    assert given == {"warnings": True, "family": True, "partners": False}


KEY = "5c3b7f0e-6f0c-4e0e-9a43-1de6bb0f9d1a"


def test_a_form_that_a_phone_hands_in_twice_is_one_registration(pages):
    one, two = pages.post(FORM, told(key=KEY)), pages.post(FORM, told(key=KEY))
    assert one["Location"] == two["Location"]
    assert Person.objects.count() == 1
    # Its code was sent once.
    assert OneTimeCode.objects.count() == 1
    pages.post(FORM, told(key="no key at all"))
    assert Person.objects.count() == 2


def test_a_form_that_comes_once_more_after_its_record_was_deleted_registers_nobody(pages):
    """It lay on a telephone without signal while its owner changed their mind elsewhere."""
    pages.post(FORM, told(key=KEY))
    first = Person.objects.get()
    actions.delete_party(party_id=first.party_id, now=clock.now(), actor=Actor.citizen(None))
    late = pages.post(FORM, told(key=KEY), follow=True)
    assert late.redirect_chain == [("/me/deleted/?again=1", 302)]
    assert "we did not register you again" in late.content.decode()
    assert not Person.objects.exists()
    assert OneTimeCode.objects.count() == 1
    # Who wants to fills in a new form; what the list holds says nothing of the old one.
    fresh = "7d0f2b1c-0b52-4f3f-8d5a-6f5d0c1e9b77"
    pages.post(FORM, told(key=fresh))
    assert Person.objects.count() == 1
    assert not Forgotten.objects.filter(ref__contains=KEY.replace("-", "")).exists()


@pytest.mark.parametrize("stays", ["Kamran", "Aysel"])
def test_a_form_whose_first_person_left_still_leads_to_its_record(pages, stays):
    """Also where all of them are others now."""
    family = told(key=KEY, **{"m1-given_name": "Kamran"})
    link = pages.post(FORM, family)["Location"].split("?")[0]
    kamran = Person.objects.get(given_name="Kamran")
    known = {"m0-id": kamran.pk} if stays == "Kamran" else {}
    pages.post(link, told(**{"m0-given_name": stays} | known))
    left = Person.objects.get()
    assert left.given_name == stays
    assert (left.pk == kamran.pk) is bool(known)
    assert pages.post(FORM, family)["Location"].split("?")[0] == link
    assert list(Person.objects.all()) == [left]
    # Deleted as a whole it is remembered as before.
    actions.delete_party(party_id=left.party_id, now=clock.now(), actor=Actor.citizen(None))
    assert pages.post(FORM, family)["Location"] == "/me/deleted/?again=1"


def test_the_night_remembers_forms_as_well(pages):
    pages.post(FORM, told(key=KEY))
    later = clock.now() + timedelta(days=3 * 365)
    actions.forget_what_is_over(later)
    assert not Person.objects.exists()
    pages.post(FORM, told(key=KEY))
    assert not Person.objects.exists()


def test_the_page_marks_its_form_so_that_pressing_twice_without_script_is_once(pages):
    mark = re.compile(r'name="key" value="([-0-9a-f]{36})"')
    [first] = mark.findall(pages.get(FORM).content.decode())
    assert mark.findall(pages.get(FORM).content.decode()) != [first]
    # Through a mistake and one more place it stays the same form.
    [kept] = mark.findall(pages.post(FORM, told(key=first, place="")).content.decode())
    [more] = mark.findall(pages.post(FORM, told(key=kept, add_leg="1")).content.decode())
    assert (kept, more) == (first, first)
    one, two = pages.post(FORM, told(key=first)), pages.post(FORM, told(key=first))
    assert one["Location"] == two["Location"]


def test_the_same_page_filled_in_for_somebody_else_is_another_registration(pages):
    """The browser's Back shows the old page, mark and all."""
    pages.post(FORM, told(key=KEY))
    pages.post(FORM, told(key=KEY, **{"m0-given_name": "Kamran"}))
    assert Person.objects.count() == 2


def test_a_form_that_comes_again_gives_back_no_consent_that_was_taken_back(pages):
    family = {"consent-family": "on"}
    pages.post(FORM, told(key=KEY, **family))
    party = Person.objects.get().party_id
    choose_consents(
        subject=Subject("party", party), choices={"family": False}, language="en", how="page",
        now=clock.now(), actor=Actor.citizen(None),
    )  # fmt: skip
    pages.post(FORM, told(key=KEY, **family))
    assert not Consent.objects.filter(purpose="family").latest("id").given
