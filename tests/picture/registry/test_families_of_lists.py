"""Families of lists: strangers never come into one party because two files count alike."""

import io
from datetime import date

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import Plan, import_list
from safeconduct.picture.registry.models import Party, Person
from tests import builders

HEADER = "name,surname,family id,phone,country\n"
STUDENTS = HEADER + "Leyla,Əliyeva,1,0532 123 45 67,TR\n"
WORKERS = HEADER + "Rauf,Məmmədov,1,,TR\nSara,Məmmədova,1,,TR\n"


@pytest.fixture(autouse=True)
def world(db):
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")


def bring_in(text, **wishes):
    plan = Plan(label="Students", legal_basis="consent", collected_on=date(2026, 3, 1), **wishes)
    return import_list(
        file=io.BytesIO(text.encode()),
        refused=io.StringIO(),
        plan=plan,
        now=clock.now(),
        actor=builders.TESTER,
    )


def together_with(name):
    party = Person.objects.get(given_name=name).party
    return sorted(party.people.values_list("given_name", flat=True))


def test_two_files_of_one_day_that_count_alike_merge_no_families():
    bring_in(STUDENTS)
    bring_in(WORKERS)
    assert together_with("Leyla") == ["Leyla"]
    assert together_with("Rauf") == ["Rauf", "Sara"]
    keys = set(Party.objects.values_list("source_key", flat=True))
    assert (len(keys), "" in keys) == (2, False)


def test_the_second_file_finds_its_own_family_again():
    bring_in(STUDENTS)
    bring_in("".join(WORKERS.splitlines(keepends=True)[:2]))
    bring_in(HEADER + WORKERS.splitlines(keepends=True)[2])
    assert together_with("Sara") == ["Rauf", "Sara"]


def test_a_shared_contact_shows_a_row_to_be_of_the_family():
    bring_in(STUDENTS)
    bring_in(HEADER + "Rauf,Məmmədov,1,+90 532 123 45 67,TR\nSara,Məmmədova,1,,TR\n")
    assert together_with("Rauf") == ["Leyla", "Rauf", "Sara"]


def test_a_corrected_list_in_another_order_merges_nobody():
    bring_in(HEADER + "Leyla,Əliyeva,1,,TR\nRauf,Məmmədov,2,,TR\n")
    bring_in(HEADER + "Sara,Məmmədova,1,,TR\n")
    assert together_with("Sara") == ["Sara"]


def test_posts_that_call_their_lists_alike_share_no_families():
    bring_in(STUDENTS, allowed=frozenset({"TR"}))
    bring_in(HEADER + "Kamran,Əliyev,1,,TR\n", allowed=frozenset({"TR", "DE"}))
    assert together_with("Kamran") == ["Kamran"]


def test_a_mark_used_too_often_still_stores_everybody():
    names = ["Abdulov", "Babayev", "Cəlilov", "Dadaşov", "Eminov", "Fərzəliyev", "Gorayev"]
    for place, name in enumerate([*names, "Hacızadə", "İbadov", "Kərimli"]):
        bring_in(HEADER + f"P{place},{name},1,,TR\n")
    assert Party.objects.count() == 10
    assert Party.objects.filter(source_key="").count() == 2
