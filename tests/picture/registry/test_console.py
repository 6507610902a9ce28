"""Officers find people of their countries only, and every look is written down."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.translation import gettext_lazy

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.picture.registry import actions
from safeconduct.picture.registry.engine.lists import reasons
from safeconduct.picture.registry.models import ImportRun, Person
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def ankara():
    return builders.post(id=2, seat="TR")


@pytest.fixture
def duty(pages, ankara):
    return pages.sign_in(builders.officer(at=ankara))


def search(pages, text):
    return pages.post("/console/people/", {"text": text})


@pytest.mark.parametrize(
    "text", ["Əliyeva", "aliyeva leyla", "Алиева", "علييفا", "ali", "+9990001112233"]
)
def test_a_person_is_found_by_any_spelling(duty, text):
    builders.family("Leyla")
    assert "Leyla" in search(duty, text).text


def test_the_closest_spelling_comes_first(duty):
    builders.family("Kərim")
    builders.family("Gərim", phone="+9990001112234")
    page = search(duty, "Gərim").text
    assert page.index("Gərim Əliyeva") < page.index("Kərim Əliyeva")


def test_nobody_is_found_in_countries_of_other_posts(duty):
    (elsewhere,) = builders.family("Leyla", code="DE")
    assert "Nobody of that name" in search(duty, "Leyla").text
    assert duty.get(f"/console/people/{elsewhere.pk}/").status_code == 404


@pytest.mark.parametrize("text", ["a", "%", "1", "+999"])
def test_too_little_finds_nobody(duty, text):
    builders.family("Leyla")
    assert "Leyla Əliyeva" not in search(duty, text).text


def test_searching_and_looking_are_written_down_without_words(duty):
    (person, _other) = builders.family("Leyla", "Kamran")
    search(duty, "Leyla")
    page = duty.get(f"/console/people/{person.pk}/").text
    assert "Kamran" in page
    assert "+9990001112233" in page
    searched = Entry.objects.get(kind="registry.searched")
    assert searched.detail == {"count": 1}
    viewed = Entry.objects.get(kind="registry.viewed")
    assert (viewed.subject_kind, viewed.subject_id) == ("person", person.pk)


def test_an_empty_form_does_not_complain_before_it_is_filled_in(pages):
    pages.sign_in(builders.officer("registrar"))
    assert "error-summary" not in pages.get("/console/lists/").content.decode()


def test_a_list_goes_in_by_the_console(pages, ankara):
    builders.findable_country("TR", en="Türkiye")
    builders.findable_country("DE", en="Germany")
    registrar = builders.officer("registrar", at=ankara)
    pages.sign_in(registrar)
    content = b"name,country\nLeyla,TR\nKamran,DE\n"
    response = pages.post(
        "/console/lists/",
        {
            "file": SimpleUploadedFile("list.csv", content, "text/csv"),
            "label": "employer",
            "legal_basis": "consent",
            "collected_on": "2026-01-01",
            "country": "",
        },
    )
    run = ImportRun.objects.get()
    assert response["Location"] == f"/console/lists/{run.pk}/"
    assert "Being brought in" in pages.get(response["Location"]).text
    actions.run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    assert list(Person.objects.values_list("given_name", flat=True)) == ["Leyla"]
    assert "Take the refused rows" in pages.get(response["Location"]).text
    refused = pages.get(f"/console/lists/{run.pk}/refused/")
    assert "Kamran,DE,Your posts do not answer for this country." in refused.text
    run.refresh_from_db()
    assert run.content is None
    assert Entry.objects.filter(kind="registry.refused_taken").count() == 1


def test_a_list_says_what_was_not_read(pages, ankara):
    registrar = builders.officer("registrar", at=ankara)
    run = builders.import_run(officer_id=registrar.pk)
    builders.findable_country("TR", en="Türkiye")
    ImportRun.objects.update(
        countries=None, content=b"name,country,language,shoe size\nLeyla,TR,Klingon,38\n"
    )
    actions.run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    pages.sign_in(registrar)
    page = pages.get(f"/console/lists/{run.pk}/").text
    assert "Language not understood" in page
    assert "shoe size" in page


def test_what_is_no_list_is_said_so(pages, ankara):
    registrar = builders.officer("registrar", at=ankara)
    run = builders.import_run(officer_id=registrar.pk)
    ImportRun.objects.update(content=b"x,y\n1,2\n")
    actions.run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    run.refresh_from_db()
    assert "names" in run.failure
    assert run.finished_at
    pages.sign_in(registrar)
    page = pages.get(f"/console/lists/{run.pk}/").text
    assert run.failure.partition("“")[0] in page
    # Nothing was read: noughts would only raise the question of what became of the rows.
    assert "Rows read" not in page


def test_why_a_list_is_refused_is_worded_for_whoever_handed_it_in(pages, ankara, monkeypatch):
    words = gettext_lazy("Enter a name.")
    monkeypatch.setattr(reasons, "NO_NAMES", reasons.Reason(words))
    registrar = builders.officer("registrar", at=ankara)
    run = builders.import_run(officer_id=registrar.pk)
    ImportRun.objects.update(content=b"x,y\n1,2\n", language="az")
    with translation.override("en"):
        actions.run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    run.refresh_from_db()
    with translation.override("az"):
        assert run.failure == str(words) != "Enter a name."


def test_why_rows_are_refused_is_worded_for_whoever_handed_them_in(monkeypatch):
    words = gettext_lazy("Enter a name.")
    monkeypatch.setattr(reasons, "OTHER_WIDTH", reasons.Reason(words))
    run = builders.import_run()
    content = b"name,country\nLeyla,TR,x\n,TR\n"
    ImportRun.objects.update(content=content, language="ru", countries=None)
    builders.findable_country("TR", en="Türkiye")
    actions.run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    run.refresh_from_db()
    with translation.override("ru"):
        assert bytes(run.refused).decode().count(str(words)) == 2


def test_an_import_is_its_officers_own(pages, ankara):
    run = builders.import_run(officer_id=10**6)
    pages.sign_in(builders.officer("registrar", at=ankara))
    assert pages.get(f"/console/lists/{run.pk}/").status_code == 404
    assert pages.get(f"/console/lists/{run.pk}/refused/").status_code == 404


def test_an_officer_without_countries_brings_in_nobody():
    run = builders.import_run()
    ImportRun.objects.update(countries=[])
    builders.findable_country("TR", en="Türkiye")
    actions.run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    run.refresh_from_db()
    assert (run.rows_new, run.rows_refused) == (0, 1)


def test_a_future_date_or_an_empty_form_is_refused(pages, ankara):
    pages.sign_in(builders.officer("registrar", at=ankara))
    assert "There is a problem" in pages.post("/console/lists/", {}).text
    assert not ImportRun.objects.exists()


def test_whoever_gave_no_name_is_called_that(duty, ankara):
    (nobody,) = builders.family()
    Person.objects.filter(pk=nobody.pk).update(given_name="", family_name="")
    assert "No name given" in duty.get(f"/console/people/{nobody.pk}/").text
    assert "No name given" in search(duty, "+9990001112233").text
