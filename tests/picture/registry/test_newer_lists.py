"""A newer list of the same people: what it betters, and what it must leave alone."""

import io
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.places.models import City
from safeconduct.ground.privacy.forgotten import is_remembered
from safeconduct.picture.registry.actions import Plan, import_list, imports, note_departure
from safeconduct.picture.registry.engine.lists import storing
from safeconduct.picture.registry.engine.lists.running import Tally
from safeconduct.picture.registry.engine.lists.storing import known_keys
from safeconduct.picture.registry.models import ContactPoint, Party, Person, Source, Stay
from safeconduct.picture.registry.queries import people_named
from safeconduct.picture.registry.withdrawing import GIVEN_AGAIN, REMOVED, Way
from safeconduct.wires.messaging.terms import Channel
from tests import builders

HEADER = "ID;Ad;Soyad;Telefon;E-poçt;Ölkə;Şəhər\n"
LEYLA = "7;Leyla;Əliyeva;0532 123 45 67;leyla@mail.az;Türkiyə;Adana\n"
MOVED = "7;Leyla;Əliyeva;+90 532 765 43 21;leyla@mail.az;Almaniya;Berlin\n"
OLD, NEW = date(2026, 3, 1), date(2026, 9, 1)


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")
    builders.findable_country("DE", az="Almaniya", en="Germany", ru="Германия")
    builders.city()
    builders.city(id=2950159, code="DE", name="Berlin", at=(52.52, 13.4))


def bring_in(text: str, collected_on: date, **wishes: Any) -> Tally:
    plan = Plan(
        label="employer",
        legal_basis="public task",
        collected_on=collected_on,
        columns={"ID": "own_id"},
        **wishes,
    )
    return import_list(
        file=io.BytesIO((HEADER + text).encode()),
        refused=io.StringIO(),
        plan=plan,
        now=clock.now(),
        actor=builders.TESTER,
    )


def everything() -> list[object]:
    models = (Person, Party, Stay, Source, ContactPoint)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_newer_list_betters_contacts_and_stays() -> None:
    bring_in(LEYLA, OLD)
    tally = bring_in(MOVED, NEW)
    assert (tally.new, tally.changed, tally.known) == (0, 1, 0)
    person = Person.objects.get()
    assert person.source.collected_on == NEW
    points = person.contact_points.values_list("address", flat=True)
    assert sorted(points) == ["+905327654321", "leyla@mail.az"]
    before, after = person.stays.order_by("pk")
    assert (before.city_id, before.departed_on) == (325363, NEW)
    assert (after.country_id, after.city_id, after.departed_on) == ("DE", 2950159, None)
    assert after.cell == City.objects.get(pk=2950159).cell
    entry = Entry.objects.get(kind="registry.renewed")
    assert entry.detail["count"] == 1


def test_a_number_a_newer_list_dropped_is_remembered_as_dropped() -> None:
    """A restored backup has it again, and it may be somebody else's by then."""
    bring_in(LEYLA, OLD)
    bring_in(MOVED, NEW)
    person = Person.objects.get()
    dropped, kept = (
        str(Way(person.pk, Channel.SMS, phone)) for phone in ("+905321234567", "+905327654321")
    )
    assert is_remembered(REMOVED, dropped)
    assert not is_remembered(REMOVED, kept)
    bring_in(LEYLA, date(2026, 10, 1))
    assert is_remembered(GIVEN_AGAIN, dropped)


def test_an_address_that_a_second_record_lent_becomes_their_own() -> None:
    bring_in(LEYLA, OLD)
    person, other = Person.objects.get(), builders.resident()
    lent = {"channel": Channel.SMS, "address": "+905327654321", "lent_by": other.pk}
    ContactPoint.objects.create(person=person, last_worked_at=clock.now(), **lent)
    assert bring_in(MOVED, NEW).changed == 1
    point = ContactPoint.objects.get(person=person, address="+905327654321")
    assert (point.lent_by, point.last_worked_at is None) == (None, False)


def test_the_newer_list_twice_changes_nothing() -> None:
    bring_in(LEYLA, OLD)
    bring_in(MOVED, NEW)
    before = everything()
    tally = bring_in(MOVED, NEW)
    assert (tally.new, tally.changed, tally.known) == (0, 0, 1)
    assert everything() == before


def test_a_list_corrected_on_its_day_betters_and_the_same_twice_changes_nothing() -> None:
    bring_in(LEYLA, NEW)
    corrected = MOVED.replace("Leyla", "Leylaxanım")
    tally = bring_in(corrected, NEW)
    assert (tally.new, tally.changed, tally.known) == (0, 1, 0)
    person = Person.objects.get()
    assert person.given_name == "Leylaxanım"
    assert people_named("leylaxanim", countries=None)
    # The person has still not changed it themselves: the next list may better it.
    assert person.changed_at == person.created_at
    before = everything()
    assert bring_in(corrected, NEW).known == 1
    assert everything() == before


def test_another_list_of_the_same_day_corrects_nobody() -> None:
    bring_in(LEYLA, NEW)
    Source.objects.update(label="university")
    before = everything()
    tally = bring_in(MOVED, NEW)
    assert (tally.changed, tally.known, tally.kept) == (0, 1, 1)
    assert everything() == before


def test_capitals_alone_are_no_other_name() -> None:
    bring_in(LEYLA, OLD)
    assert bring_in(LEYLA.replace("Leyla;", "LEYLA;"), NEW).changed == 0
    assert Person.objects.get().given_name == "Leyla"


def test_of_two_rows_with_one_identifier_the_first_counts_every_time() -> None:
    bring_in(LEYLA + MOVED, NEW)
    before = everything()
    assert bring_in(LEYLA + MOVED, NEW).changed == 0
    assert everything() == before


KAMRAN = "7;Kamran;Əliyev;0533 123 45 67;kamran@mail.az;Türkiyə;Adana\n"


def test_one_identifier_of_two_people_loses_neither() -> None:
    """A family's number, or a count that begins anew in each part of the list."""
    assert bring_in(LEYLA + KAMRAN, OLD).new == 2
    before = everything()
    assert bring_in(LEYLA + KAMRAN, OLD).known == 2
    assert everything() == before


def test_an_identifier_given_to_somebody_else_renames_nobody() -> None:
    bring_in(LEYLA, OLD)
    tally = bring_in(KAMRAN, NEW)
    assert (tally.new, tally.changed) == (1, 0)
    assert set(Person.objects.values_list("given_name", flat=True)) == {"Leyla", "Kamran"}
    before = everything()
    assert bring_in(KAMRAN, NEW).known == 1
    assert everything() == before


SAMIR = "5;Samir;Vəliyev;;;Türkiyə;Adana\n"
SEMRA = "5;Səmra;Vəliyeva;;;Türkiyə;Adana\n"


def test_one_identifier_of_two_who_sound_alike_loses_neither() -> None:
    assert bring_in(SAMIR + SEMRA, OLD).new == 2
    before = everything()
    assert bring_in(SEMRA + SAMIR, OLD).known == 2
    assert everything() == before


def test_two_of_one_name_and_identifier_born_on_two_days_are_two() -> None:
    header = HEADER.replace("Telefon", "Doğum tarixi")
    rows = "5;Samir;Vəliyev;{};;Türkiyə;Adana\n"
    text = "".join(rows.format(born) for born in ("", "01.02.1990", "03.07.2015"))
    plan = Plan("employer", "public task", NEW, columns={"ID": "own_id"})
    for new, known in ((2, 1), (0, 3)):
        tally = import_list(
            file=io.BytesIO((header + text).encode()),
            refused=io.StringIO(),
            plan=plan,
            now=clock.now(),
            actor=builders.TESTER,
        )
        assert (tally.new, tally.known + tally.changed) == (new, known)


@pytest.mark.parametrize("phone", ["0533 123 45 67", "0532 123 45 67"])
def test_of_two_rows_the_one_the_registry_knows_bears_the_identifier(phone: str) -> None:
    """Also where the other shares the family's telephone."""
    bring_in(LEYLA, OLD)
    tally = bring_in(KAMRAN.replace("0533 123 45 67", phone) + MOVED, NEW)
    assert (tally.new, tally.changed) == (1, 1)
    leyla = Person.objects.get(given_name="Leyla")
    assert leyla.contact_points.filter(address="+905327654321").exists()
    assert Person.objects.count() == 2


def test_a_son_of_somebody_renames_no_other_son() -> None:
    header = "ID;Ad, soyad;Telefon;Ölkə\n"
    told = "5;Əliyev Həsən Vaqif oğlu;0532 123 45 67;TR\n"
    other = "5;Məmmədov Rauf Tofiq oğlu;0533 123 45 67;TR\n"
    for text, collected_on in ((told, OLD), (other, NEW)):
        columns = {"ID": "own_id", "Ad, soyad": "full_name"}
        import_list(
            file=io.BytesIO((header + text).encode()),
            refused=io.StringIO(),
            plan=Plan("employer", "public task", collected_on, columns=columns),
            now=clock.now(),
            actor=builders.TESTER,
        )
    assert Person.objects.count() == 2
    assert ContactPoint.objects.get(person__given_name__startswith="Əliyev").address.endswith("567")


def test_a_dry_run_tells_them_apart_too() -> None:
    bring_in(LEYLA, OLD)
    assert bring_in(KAMRAN, NEW, dry_run=True).new == 1
    assert Person.objects.count() == 1


def test_a_confirmed_or_lent_address_outlives_a_list_without_it() -> None:
    bring_in(LEYLA, OLD)
    points = ContactPoint.objects.order_by("channel")
    points.filter(channel=1).update(verified_at=clock.now())
    points.filter(channel=2).update(address="other@mail.az", lent_by=77)
    bring_in(MOVED, NEW)
    assert {"+905321234567", "other@mail.az"} <= set(points.values_list("address", flat=True))


def test_an_older_list_knows_nothing_better_and_says_so() -> None:
    bring_in(LEYLA, NEW)
    before = everything()
    tally = bring_in(MOVED, OLD)
    assert (tally.known, tally.kept) == (1, 1)
    assert everything() == before


def test_a_list_that_says_the_same_confirms_it() -> None:
    bring_in(LEYLA, OLD)
    tally = bring_in(LEYLA, NEW)
    assert (tally.changed, tally.known) == (0, 1)
    assert Stay.objects.get().confirmed_at.date() == NEW


def test_what_the_person_said_themselves_stays() -> None:
    bring_in(LEYLA, OLD)
    Person.objects.update(changed_at=clock.now())
    before = everything()
    tally = bring_in(MOVED, NEW)
    assert (tally.known, tally.kept) == (1, 1)
    assert everything() == before


def test_whoever_said_that_they_left_is_not_brought_back() -> None:
    bring_in(LEYLA, OLD)
    party = Party.objects.get()
    note_departure(
        party_id=party.pk, left_on=date(2026, 5, 1), now=clock.now(), actor=builders.TESTER
    )
    assert bring_in(LEYLA, NEW).known == 1
    assert Stay.objects.get().departed_on == date(2026, 5, 1)


def test_a_number_that_works_outlives_a_list_without_it() -> None:
    bring_in(LEYLA, OLD)
    ContactPoint.objects.filter(channel=1).update(last_worked_at=clock.now())
    bring_in(MOVED, NEW)
    assert ContactPoint.objects.filter(address="+905321234567").exists()


def test_a_list_that_names_only_the_country_moves_nobody_out_of_a_city() -> None:
    bring_in(LEYLA, OLD)
    tally = bring_in(LEYLA.replace("Adana", ""), NEW)
    assert (tally.changed, tally.known) == (0, 1)
    assert Stay.objects.get().city_id == 325363


def test_nobody_is_moved_out_of_another_posts_country() -> None:
    bring_in(LEYLA, OLD)
    before = everything()
    bring_in(MOVED, NEW, allowed=frozenset({"DE"}))
    assert everything() == before


def test_a_dry_run_says_what_would_change_and_changes_nothing() -> None:
    bring_in(LEYLA, OLD)
    before = everything()
    tally = bring_in(MOVED + "8;Aysel;Həsənova;;a@mail.az;Türkiyə;Adana\n", NEW, dry_run=True)
    assert (tally.new, tally.changed, tally.known) == (1, 1, 0)
    assert everything() == before


def test_somebody_deleted_in_the_very_moment_does_not_fail_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring_in(LEYLA, OLD)

    def known_once(keys: list[str]) -> set[str]:
        found = known_keys(keys)
        Person.objects.all().delete()
        return found

    monkeypatch.setattr(imports, "known_keys", known_once)
    tally = bring_in(MOVED + KAMRAN, NEW)
    assert (tally.read, tally.refused, tally.changed) == (2, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_nobody_deletes_or_changes_a_record_while_a_list_betters_it() -> None:
    bring_in(LEYLA, OLD)
    ours = "SELECT FROM registry_party FOR UPDATE NOWAIT"
    with psycopg.connect(**connection.get_connection_params()) as family, transaction.atomic():
        storing.hold_still(list(Person.objects.values_list("source_key", flat=True)))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            family.execute(ours)
    with psycopg.connect(**connection.get_connection_params()) as family:
        assert family.execute(ours).rowcount == 1
