"""A restored backup does not bring back who was deleted; nor does it take anybody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy import forgotten, sealing
from safeconduct.ground.privacy.actions import (
    apply_retention,
    choose_consents,
    copy_list,
    forget_again,
)
from safeconduct.ground.privacy.consents import SENSITIVE
from safeconduct.ground.privacy.engine import lists
from safeconduct.ground.privacy.forgotten import keep_list
from safeconduct.ground.privacy.models import DataKey, Forgotten
from safeconduct.ground.privacy.sealing import Subject
from safeconduct.ground.privacy.terms import LIST_KEPT
from safeconduct.picture.registry.actions import confide, delete_party
from safeconduct.picture.registry.models import Confided, Party, Person
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.cases.actions.keeping import forget_words
from safeconduct.response.cases.models import Case, Message
from tests import builders
from tests.builders import TESTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVACY = settings.PRIVACY | {"FORGOTTEN_DIR": tmp_path / "forgotten"}
    # As `safeconduct migrate` does: the key is older than every backup.
    forgotten.key_mark()
    return tmp_path / "forgotten"


@contextmanager
def undone_by_a_restore() -> Iterator[None]:
    """What is done inside is written to the list, and then the database is as it was before."""
    point = transaction.savepoint_create()
    yield
    keep_list(now=clock.now())
    transaction.savepoint_rollback(point)


def again(*places: Path) -> Any:
    return forget_again(places=places, now=clock.now(), actor=TESTER)


def delete(person: Person) -> None:
    delete_party(party_id=person.party_id, now=clock.now(), actor=TESTER)


def test_a_deleted_family_stays_deleted(folder: Path) -> None:
    leyla, rashad = builders.family("Leyla", "Rəşad")
    other = builders.family("Rəna", phone="+9990001119999")[0]
    builders.asked([leyla, other])
    confide(person_id=leyla.pk, passport="C01234567", now=clock.now(), actor=TESTER)
    with undone_by_a_restore():
        delete(leyla)
    assert Person.objects.filter(pk__in=[leyla.pk, rashad.pk]).count() == 2
    done = again(folder)
    assert done.gone["person"] == 2
    assert done.gone["party"] == 1
    assert list(Person.objects.all()) == [other]
    assert list(Party.objects.values_list("pk", flat=True)) == [other.party_id]
    assert not Confided.objects.exists()
    assert DataKey.objects.get(kind="person", subject_id=leyla.pk).wrapped is None
    # At once, not when a worker starts: jobs wait, pages do not.
    assert set(Standing.objects.values_list("person_id", flat=True)) == {other.pk}
    assert again(folder).gone["person"] == 0


def test_one_who_left_a_family_stays_gone(folder: Path) -> None:
    from safeconduct.picture.registry.actions.parties import forget_members

    leyla, rashad = builders.family("Leyla", "Rəşad")
    with undone_by_a_restore():
        forget_members(leyla.party_id, [rashad.pk])
    again(folder)
    assert list(Person.objects.all()) == [leyla]


def test_a_withdrawn_consent_keeps_its_notes_deleted(folder: Path) -> None:
    leyla, rashad = builders.family("Leyla", "Rəşad")
    for person in (leyla, rashad):
        confide(
            person_id=person.pk, passport="C1", medical="İnsulin", now=clock.now(), actor=TESTER
        )
    with undone_by_a_restore():
        choose_consents(
            subject=Subject("party", leyla.party_id),
            choices={SENSITIVE: True},
            language="az",
            how="page",
            now=clock.now(),
            actor=TESTER,
        )
        choose_consents(
            subject=Subject("party", leyla.party_id),
            choices={SENSITIVE: False},
            language="az",
            how="page",
            now=clock.now(),
            actor=TESTER,
        )
    assert Confided.objects.count() == 2
    again(folder)
    assert not Confided.objects.exists()
    assert Person.objects.count() == 2


@pytest.mark.parametrize(("taken", "left"), [("passport", "medical"), ("medical", "passport")])
def test_one_note_that_was_taken_back_stays_back(folder: Path, taken: str, left: str) -> None:
    leyla = builders.family()[0]
    confide(person_id=leyla.pk, passport="C1", medical="İnsulin", now=clock.now(), actor=TESTER)
    with undone_by_a_restore():
        confide(person_id=leyla.pk, **{taken: ""}, now=clock.now(), actor=TESTER)
    again(folder)
    kept = Confided.objects.get()
    assert getattr(kept, taken) is None
    assert getattr(kept, left) is not None
    assert (kept.passport_index is None) is (taken == "passport")


def test_the_words_of_a_request_stay_shredded(folder: Path) -> None:
    case = builders.help_request(words="Yaralıyam")
    with undone_by_a_restore():
        forget_words([case.pk], clock.now())
    assert Message.objects.filter(case=case).exists()
    again(folder)
    assert not Message.objects.filter(case=case).exists()
    assert Case.objects.get(pk=case.pk).forgotten_at is not None
    assert DataKey.objects.get(kind="case", subject_id=case.pk).wrapped is None


def test_a_key_without_its_subject_is_destroyed_once_more(folder: Path) -> None:
    sealing.seal(subject=Subject("boat", 7), field="x", text="y")
    with undone_by_a_restore():
        forgotten.forget_subjects("boat", [7])
    assert again(folder).keys == 1
    assert DataKey.objects.get(kind="boat").wrapped is None


def test_a_number_given_anew_belongs_to_somebody_else(folder: Path) -> None:
    """A restore sets the counters back: later people get numbers of the deleted."""
    leyla = builders.family()[0]
    confide(person_id=leyla.pk, passport="C1", now=clock.now(), actor=TESTER)
    with undone_by_a_restore():
        delete(leyla)
    later = clock.now() + timedelta(minutes=1)
    for model in (Person, Party):
        model.objects.update(created_at=later)
    Confided.objects.update(told_at=later)
    done = again(folder)
    assert sum(done.gone.values()) == 0
    assert done.keys == 0
    assert Confided.objects.get().person == leyla


def test_a_deletion_that_was_rolled_back_is_on_no_list(
    folder: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    leyla = builders.family()[0]
    with django_capture_on_commit_callbacks(execute=True):
        point = transaction.savepoint_create()
        delete(leyla)
        transaction.savepoint_rollback(point)
    assert not Forgotten.objects.exists()
    assert not folder.exists()


def test_the_list_is_written_behind_the_commit_by_whoever_deletes(
    folder: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    leyla = builders.family()[0]
    with django_capture_on_commit_callbacks(execute=True):
        delete(leyla)
    assert {line.ref for line in lists.read(folder)} == set(
        Forgotten.objects.exclude(kept_at=None).values_list("ref", flat=True)
    )
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert str(leyla.pk) not in file.read_text().split()
    assert keep_list(now=clock.now()) == 0


def test_a_disk_that_refuses_keeps_nobody_from_deleting(
    folder: Path,
    django_capture_on_commit_callbacks: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder.parent.joinpath("forgotten").write_text("no folder")
    with django_capture_on_commit_callbacks(execute=True):
        delete(builders.family()[0])
    assert not Person.objects.exists()
    assert "could not be written" in caplog.text
    folder.unlink()
    waiting = Forgotten.objects.filter(kept_at=None).count()
    assert keep_list(now=clock.now()) == waiting > 0
    assert len(list(lists.read(folder))) == waiting


def test_another_machines_copy_does_as_well(folder: Path, tmp_path: Path) -> None:
    leyla = builders.family()[0]
    copy = tmp_path / "copy.list"
    with undone_by_a_restore():
        delete(leyla)
        assert copy_list(copy) == Forgotten.objects.count()
    assert again(copy).gone["person"] == 1
    # By the copy, and so on this machine's own list from now on.
    assert {line.ref for line in lists.read(copy)} <= set(
        Forgotten.objects.values_list("ref", flat=True)
    )
    with pytest.raises(FileExistsError):
        copy_list(copy)


def test_a_strange_list_takes_nobody_and_is_told(folder: Path) -> None:
    leyla = builders.family()[0]
    refs = forgotten.refs_of("person", [leyla.pk])
    later = clock.now() + timedelta(hours=1)
    lists.append(folder, [lists.Line("00000000", ref, later) for ref in refs])
    done = again(folder)
    assert (done.lines, done.strange) == (1, 1)
    assert Person.objects.count() == 1


def test_half_a_line_is_none_and_spoils_no_other(folder: Path) -> None:
    line = lists.Line("0a0a0a0a", "ab" * 16, clock.now())
    lists.append(folder, [line])
    (file,) = folder.iterdir()
    with file.open("a") as stream:
        stream.write("0a0a0a0a abab")
    lists.append(folder, [line._replace(ref="cd" * 16)])
    assert [one.ref for one in lists.read(folder)] == ["ab" * 16, "cd" * 16]


def test_the_list_is_forgotten_once_no_backup_is_that_old(folder: Path) -> None:
    delete(builders.family()[0])
    keep_list(now=clock.now())
    day = clock.now() + LIST_KEPT
    apply_retention(now=day - timedelta(hours=1), actor=TESTER)
    assert Forgotten.objects.exists()
    apply_retention(now=day + timedelta(days=40), actor=TESTER)
    assert not Forgotten.objects.exists()
    assert not list(folder.glob("*.list"))


def test_marks_tell_subjects_apart_and_outlive_a_change_of_keys(
    folder: Path, settings: Any
) -> None:
    from safeconduct.ground.privacy.actions import rewrap_keys

    refs = forgotten.refs_of("person", [1, 11]) + forgotten.refs_of("party", [1])
    assert len(set(refs)) == 3
    settings.DATA_KEYS = ["55" * 32, *settings.DATA_KEYS]
    rewrap_keys(now=clock.now(), actor=TESTER)
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    assert forgotten.refs_of("person", [1, 11]) == refs[:2]
