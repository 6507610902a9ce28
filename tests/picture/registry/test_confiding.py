"""Passport numbers and medical notes: told with consent, sealed, opened for a reason only."""

import pytest
from django.db import connection

from safeconduct.ground.audit.models import Look
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry import actions, queries, rules
from safeconduct.picture.registry.models import Confided, Party
from tests import builders

pytestmark = pytest.mark.django_db
PASSPORT, NOTE = "C 01234567", "Insulin, twice a day"


@pytest.fixture
def leyla():
    builders.post()
    return builders.family("Leyla", "Kamran")[0]


def page_of(person):
    return f"/me/{actions.link_of(person.party_id, 'en', clock.now())}/more/"


def told(**wishes):
    return {"s0-passport": PASSPORT, "s0-medical": NOTE, "consent-sensitive": "on"} | wishes


def test_what_is_told_is_sealed_and_the_level_is_full(pages, leyla):
    assert pages.get(page_of(leyla)).status_code == 200
    assert pages.post(page_of(leyla), told()).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM registry_confided AS c")
        (row,) = cursor.fetchone()
    assert "01234567" not in row
    assert b"Insulin".hex() not in row
    assert queries.opened(leyla.pk) == queries.Opened(PASSPORT, NOTE)
    assert Party.objects.get().level == "full"


def test_the_page_never_shows_what_is_kept(pages, leyla):
    pages.post(page_of(leyla), told())
    page = pages.get(page_of(leyla)).text
    assert "A passport number is kept" in page
    assert PASSPORT not in page
    assert NOTE not in page


def test_nothing_is_kept_without_a_yes(pages, leyla):
    page = pages.post(page_of(leyla), told(**{"consent-sensitive": ""}))
    assert "Tick this" in page.text
    assert not Confided.objects.exists()
    pages.post(page_of(leyla), told())
    pages.post(page_of(leyla), {})
    assert not Confided.objects.exists()


def test_an_empty_field_keeps_and_a_box_deletes(pages, leyla):
    pages.post(page_of(leyla), told())
    pages.post(page_of(leyla), {"s0-no_passport": "on", "consent-sensitive": "on"})
    assert queries.opened(leyla.pk) == queries.Opened("", NOTE)
    assert Confided.objects.get().passport_index is None
    pages.post(page_of(leyla), {"s0-no_medical": "on", "consent-sensitive": "on"})
    assert not Confided.objects.exists()


def test_what_is_no_passport_number_is_said(pages, leyla):
    assert "letters and digits" in pages.post(page_of(leyla), told(**{"s0-passport": "??"})).text


def test_telling_less_again_deletes_what_was_sealed(pages, leyla):
    pages.post(page_of(leyla), told())
    stay = leyla.stays.get()
    leg = actions.Leg("TR", stay.city_id, stay.cell, stay.stay_from)
    draft = actions.PartyDraft([actions.Member("Leyla", id=leyla.pk)], [leg], "+9990001112233",
                               "", "az")  # fmt: skip
    actions.change_party(
        party_id=leyla.party_id, draft=draft, now=clock.now(), actor=builders.TESTER
    )
    assert not Confided.objects.exists()


@pytest.mark.parametrize("typed", ["c01234567", "С 01234567", "c-0123 4567", "C۰۱۲۳۴۵۶۷"])
def test_an_officer_finds_by_the_number_in_any_writing(pages, leyla, typed):
    pages.post(page_of(leyla), told())
    pages.sign_in(builders.officer(at=builders.post()))
    assert "Leyla" in pages.post("/console/people/", {"text": typed}).text


@pytest.mark.parametrize("text", ["", "ABCDEF", "12", "A" * 16 + "1"])
def test_what_cannot_be_a_number(text):
    assert not rules.is_passport_number(text)


def test_an_officer_opens_it_for_a_reason_that_the_person_can_read(pages, leyla):
    pages.post(page_of(leyla), told())
    pages.sign_in(builders.officer(at=builders.post()))
    page = pages.get(f"/console/people/{leyla.pk}/").text
    assert "Under seal" in page
    assert NOTE not in page
    address = f"/console/people/{leyla.pk}/sealed/"
    without = pages.post(address)
    assert without.status_code == 422
    assert NOTE not in without.text
    assert not Look.objects.filter(what="registry.sealed").exists()
    opened = pages.post(address, {"reason": "help"})
    assert NOTE in opened.text
    assert PASSPORT in opened.text
    assert "no-store" in opened["Cache-Control"]
    look = Look.objects.get(what="registry.sealed")
    assert (look.person_id, look.why) == (leyla.pk, "help")


def test_another_posts_officer_opens_nothing(pages, leyla):
    pages.post(page_of(leyla), told())
    pages.sign_in(builders.officer(at=builders.post(id=3, seat="DE")))
    address = f"/console/people/{leyla.pk}/sealed/"
    assert pages.post(address, {"reason": "help"}).status_code == 404


def test_deleting_the_record_destroys_the_key(pages, leyla):
    pages.post(page_of(leyla), told())
    sealed = bytes(Confided.objects.get().medical)
    actions.delete_party(party_id=leyla.party_id, now=clock.now(), actor=builders.TESTER)
    Confided.objects.all().delete()
    from safeconduct.ground.privacy import sealing

    with pytest.raises(sealing.ShreddedError):
        sealing.unseal(
            subject=sealing.Subject("person", leyla.pk),
            field="registry.Confided.medical",
            sealed=sealed,
        )
