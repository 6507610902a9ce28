"""Families of lists: strangers never come into one party because two files count alike."""

import io
from datetime import date

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import Plan, delete_party, import_list
from safeconduct.picture.registry.engine.lists import running
from safeconduct.picture.registry.models import Party, Person
from tests import builders

HEADER = "name,surname,family id,phone,country\n"
STUDENTS = HEADER + "Leyla,Əliyeva,1,0532 123 45 67,TR\n"
CAME_BACK = HEADER.replace("\n", ",reason\n")
WORKERS = HEADER + "Rauf,Məmmədov,1,,TR\nSara,Məmmədova,1,,TR\n"


@pytest.fixture(autouse=True)
def world(db):
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")


def bring_in(text, progress=lambda _: None, **wishes):
    plan = Plan(label="Students", legal_basis="consent", collected_on=date(2026, 3, 1), **wishes)
    return import_list(
        file=io.BytesIO(text.encode()),
        refused=io.StringIO(),
        plan=plan,
        progress=progress,
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
    bring_in(CAME_BACK + "Sara,Məmmədova,1,,TR,Enter a name.\n")
    assert together_with("Sara") == ["Rauf", "Sara"]


def test_a_surname_is_no_proof_that_another_file_means_the_same_family():
    bring_in(STUDENTS)
    bring_in(HEADER + "Kamran,Əliyev,1,0533 765 43 21,TR\nAynur,Əliyeva,1,,TR\n")
    assert together_with("Leyla") == ["Leyla"]
    assert together_with("Aynur") == ["Aynur", "Kamran"]


def test_a_row_that_came_back_joins_neither_of_two_families_of_its_name():
    bring_in(STUDENTS)
    bring_in(HEADER + "Kamran,Əliyev,1,0533 765 43 21,TR\n")
    bring_in(CAME_BACK + "Aynur,Əliyeva,1,,TR,Enter a name.\n")
    assert together_with("Aynur") == ["Aynur"]
    bring_in(CAME_BACK + "Samir,Əliyev,1,0533 765 43 21,TR,Enter a name.\n")
    assert together_with("Samir") == ["Kamran", "Samir"]


def test_of_two_families_in_one_list_a_new_row_joins_whose_contact_it_has():
    bring_in(STUDENTS)
    kamran = "Kamran,Əliyev,1,0533 765 43 21,TR\n"
    bring_in(HEADER + kamran)
    bring_in(STUDENTS + kamran + "Nigar,Əliyeva,1,,TR\nSamir,Əliyev,1,0533 765 43 21,TR\n")
    assert together_with("Samir") == ["Kamran", "Samir"]
    assert together_with("Nigar") == ["Nigar"]
    assert together_with("Leyla") == ["Leyla"]


TWO_OFFICES = (
    HEADER + "Leyla,Əliyeva,1,0532 123 45 67,TR\nAnar,Əliyev,1,,TR\nRauf,Məmmədov,2,,TR\n"
    "Sara,Məmmədova,2,,TR\nKamran,Əliyev,1,0533 765 43 21,TR\nAynur,Əliyeva,1,,TR\n"
    "Tural,Həsənov,2,0533 765 43 22,TR\n"
)


@pytest.mark.parametrize("is_repeated", [False, True])
def test_lists_of_two_offices_put_together_merge_no_families(is_repeated):
    if is_repeated:
        # Cut short in the middle of the second office's.
        bring_in("".join(TWO_OFFICES.splitlines(keepends=True)[:6]))
    bring_in(TWO_OFFICES)
    assert together_with("Leyla") == ["Anar", "Leyla"]
    assert together_with("Kamran") == ["Aynur", "Kamran"]
    assert together_with("Sara") == ["Rauf", "Sara"]
    assert together_with("Tural") == ["Tural"]
    assert bring_in(TWO_OFFICES).new == 0


def test_corrected_rows_of_two_offices_find_their_own_families():
    lines = TWO_OFFICES.splitlines(keepends=True)
    bring_in("".join(line for line in lines if not line.startswith(("Anar", "Aynur"))))
    bring_in(TWO_OFFICES)
    assert together_with("Anar") == ["Anar", "Leyla"]
    assert together_with("Aynur") == ["Aynur", "Kamran"]


def test_a_family_behind_the_others_joins_by_name_or_contact():
    late = "Nigar,Əliyeva,1,,TR\nOqtay,Quliyev,1,0532 123 45 67,TR\nPəri,Quliyeva,1,,TR\n"
    first = "".join(TWO_OFFICES.splitlines(keepends=True)[:5])
    for one in late.splitlines(keepends=True):
        Person.objects.all().delete()
        Party.objects.all().delete()
        bring_in(first + one)
        name = one.partition(",")[0]
        together = ["Anar", "Leyla", name] if name != "Pəri" else [name]
        assert together_with(name) == together


def test_families_of_a_list_sorted_by_name_stay_together():
    """Marks come back everywhere in it: they mean what they say, whatever else differs."""
    people = [(f"P{n:02}", f"{'KAZMN'[n % 5]}ov", n * 7 % 12) for n in range(36)]
    people.sort(key=lambda one: (one[1], one[0]))
    rows = [
        f"{given},{family},{mark},0532 123 45 {place:02},TR\n"
        for place, (given, family, mark) in enumerate(people)
    ]
    bring_in(HEADER + "".join(rows))
    assert Party.objects.count() == 12


def test_a_family_over_two_chunks_is_one(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 2)
    bring_in(WORKERS + "Nigar,Həsənova,1,0533 111 22 33,TR\nTural,Quliyev,2,,TR\n")
    assert together_with("Nigar") == ["Nigar", "Rauf", "Sara"]


def test_a_family_deleted_while_its_list_is_read_begins_anew(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 2)

    def leave(tally):
        if tally.read == 2:
            party = Person.objects.get(given_name="Rauf").party_id
            delete_party(party_id=party, now=clock.now(), actor=builders.TESTER)

    tally = bring_in(WORKERS + "Nigar,Məmmədova,1,,TR\n", progress=leave)
    assert tally.new == 3
    assert together_with("Nigar") == ["Nigar"]


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
