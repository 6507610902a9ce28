"""`safeconduct registry` as somebody types it."""

import json
from fcntl import LOCK_EX, flock

import pytest
from click.testing import CliRunner
from django.utils import translation
from django.utils.translation import gettext

from safeconduct.cli.registry import command
from safeconduct.picture.registry.models import Person
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch):
    from contextlib import nullcontext

    from safeconduct.cli import surroundings

    # Settings and database are there already.
    monkeypatch.setattr(surroundings, "ready", nullcontext)
    return lambda *words: CliRunner().invoke(command, [str(word) for word in words])


@pytest.fixture
def listed(tmp_path):
    builders.findable_country("TR", en="Türkiye")
    path = tmp_path / "list.csv"
    path.write_text("Who,phone\nLeyla,0532 123 45 67\nKamran,12\n", encoding="utf-8")
    return path


def test_a_list_goes_in_and_refused_rows_come_back(run, listed, tmp_path):
    report = tmp_path / "report.json"
    done = run("import", listed, "--map", "Who=given_name", "--country", "tr", "--json", report)
    assert done.exit_code == 0, done.output
    assert Person.objects.get().given_name == "Leyla"
    told = json.loads(report.read_text())
    assert (told["read"], told["new"], told["refused"]) == (2, 1, 1)
    back = (tmp_path / "list.refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert back[0] == "Who,phone,reason"
    assert back[1].startswith("Kamran,12,")
    again = run("import", listed, "--map", "Who=given_name", "--country", "TR")
    assert "0 new people" in again.output
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        (([], {}), "en"),
        (([], {"LANG": "C.UTF-8"}), "en"),
        (([], {"LANG": "az_AZ.UTF-8"}), "az"),
        (([], {"LANG": "az_AZ.UTF-8", "LC_ALL": "ru_RU.UTF-8"}), "ru"),
        ((["--language", "az"], {"LANG": "ru_RU.UTF-8"}), "az"),
    ],
)
def test_reasons_are_in_the_language_of_whoever_types(run, listed, monkeypatch, typed, language):
    words, environment = typed
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    listed.write_text("name,country\n,TR\n", encoding="utf-8")
    assert run("import", listed, *words).exit_code == 0
    back = (listed.parent / "list.refused.csv").read_text(encoding="utf-8-sig")
    with translation.override(language):
        assert gettext("Enter a name.") in back


def test_refused_rows_that_come_again_are_of_the_same_list(run, listed):
    rows = "id,name,phone,country\n1,Leyla,,TR\n2,Kamran,12,TR\n3,Rauf,3,TR\n"
    listed.write_text(rows, encoding="utf-8")
    run("import", listed)
    for wrong, name in ((",12,", "list.refused.csv"), (",3,", "list.refused.refused.csv")):
        back = listed.with_name(name)
        back.write_text(back.read_text("utf-8-sig").replace(wrong, ",0532 123 45 67,"), "utf-8")
        run("import", back)
    assert Person.objects.count() == 3
    assert set(Person.objects.values_list("source__label", flat=True)) == {"list"}


def test_a_dry_run_stores_nothing(run, listed):
    done = run("import", listed, "--map", "Who=given_name", "--country", "TR", "--dry-run")
    assert "would be registered" in done.output
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--country", "TR"], 1),
        (["--map", "Who"], 2),
        (["--map", "Nobody=given_name"], 1),
        (["--map", "Who=given_name", "--country", "ZZ"], 2),
        (["--map", "Who=given_name", "--collected-on", "2090-01-01"], 2),
    ],
)
def test_what_cannot_be_done_is_said_with_an_exit_code(run, listed, words, code):
    done = run("import", listed, *words)
    assert done.exit_code == code
    assert "Error" in done.output
    assert not Person.objects.exists()
    assert not list(listed.parent.glob("*refused*"))


def test_where_nothing_can_be_written_nothing_is_brought_in(run, listed, monkeypatch):
    def refuse(*_args, **_how):
        raise PermissionError

    monkeypatch.setattr("safeconduct.picture.registry.actions.import_list", refuse)
    done = run("import", listed, "--map", "Who=given_name", "--country", "TR")
    assert done.exit_code == 1
    assert "--refused FILE" in done.output


def test_two_runs_of_one_list_share_no_file_of_refused_rows(run, listed, tmp_path):
    draft = tmp_path / "list.refused.csv.part"
    with draft.open("w") as other:
        other.write("Kamran,12,why\n")
        other.flush()
        flock(other, LOCK_EX)
        refused = run("import", listed, "--map", "Who=given_name", "--country", "tr")
    assert refused.exit_code == 1
    assert "being brought in already" in refused.output
    assert draft.read_text() == "Kamran,12,why\n"
    assert not Person.objects.exists()
    # What a run that died has left behind holds up nobody.
    assert run("import", listed, "--map", "Who=given_name", "--country", "tr").exit_code == 0
    assert not draft.exists()


def test_a_workbook_handed_in_by_mistake_is_refused_in_a_sentence(run, tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)) * 20)
    done = run("import", path)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert done.output.strip() == "Error: Some letters cannot be read: save the list as UTF-8."
    assert list(tmp_path.iterdir()) == [path]
