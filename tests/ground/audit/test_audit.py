"""The trail: written with the deed, sealed behind it, read in sentences."""

import re

import pytest
from django.db import transaction

from safeconduct.ground.audit import actions, kinds, queries
from safeconduct.ground.audit.models import Entry, Seal
from safeconduct.ground.audit.tasks import seal
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.catalogues import CatalogueError
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
LOOKED = "test.looked"


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds.kinds, "_items", dict(kinds.kinds._items))
    kinds.declare(
        LOOKED, "{actor} looked at person {subject} {times} times", kinds.Shredder.FORGET_SUBJECT
    )


def _record(kind: str = LOOKED, **detail: object) -> Entry:
    with transaction.atomic():
        return actions.record(
            kind,
            actor=Actor.system("test"),
            subject_kind="person",
            subject_id=7,
            detail=detail,
            now=clock.now(),
        )


@pytest.mark.django_db(transaction=True)
def test_an_entry_belongs_to_the_transaction_of_its_deed() -> None:
    with pytest.raises(CatalogueError):
        actions.record(
            LOOKED, actor=Actor.system("t"), subject_kind="person", detail={}, now=clock.now()
        )


@pytest.mark.parametrize(
    "words", ["somebody@example.org", "x" * 61, object(), ["a", {"b": "c" * 61}]]
)
def test_a_detail_carries_no_words(words: object) -> None:
    with pytest.raises(CatalogueError):
        _record(note=words)


def test_an_undeclared_kind_is_refused() -> None:
    with pytest.raises(CatalogueError):
        _record("test.never_declared")


def test_a_seal_holds_until_somebody_changes_an_entry() -> None:
    first, second = _record(times=1), _record(times=2)
    sealed = seal(timestamp=0)
    assert sealed == Entry.objects.count()
    assert seal(timestamp=0) == 0
    only = Seal.objects.get()
    assert queries.seal_holds(only.pk)
    Entry.objects.filter(pk=second.pk).update(detail={"times": 3})
    assert not queries.seal_holds(only.pk)
    Entry.objects.filter(pk=second.pk).update(detail={"times": 2})
    Entry.objects.filter(pk=first.pk).delete()
    assert not queries.seal_holds(only.pk)


def test_seals_are_chained_and_made_in_batches() -> None:
    for _ in range(3):
        _record()
    while actions.seal_entries(now=clock.now(), at_most=2):
        pass
    seals = list(Seal.objects.order_by("id"))
    assert len(seals) == 2
    assert all(queries.seal_holds(one.pk) for one in seals)
    Seal.objects.filter(pk=seals[0].pk).update(digest=b"0" * 32)
    assert not queries.seal_holds(seals[1].pk)


def test_forgetting_a_person_leaves_the_seal_whole() -> None:
    entry = _record(times=1)
    seal(timestamp=0)
    assert actions.forget_subject(subject_kind="person", subject_id=7) == 1
    entry.refresh_from_db()
    assert entry.subject_id is None
    assert queries.seal_holds(Seal.objects.get().pk)


def test_sentences_name_officers_and_numbers() -> None:
    officer = builders.officer("administrator")
    with transaction.atomic():
        actions.record(
            LOOKED,
            actor=Actor.officer(officer.pk),
            subject_kind="person",
            subject_id=7,
            detail={"times": 3},
            now=clock.now(),
        )
    assert queries.trail(kind=LOOKED)[0].sentence == f"{officer.name} looked at person 7 3 times"
    _record()
    assert queries.trail()[0].sentence == "The system (test) looked at person 7 – times"


def test_the_trail_turns_its_pages(pages: Pages) -> None:
    pages.sign_in(builders.officer("administrator"))
    for _ in range(60):
        _record()
    first = pages.get("/console/audit/")
    older = first.context["older"]
    assert older
    rest = pages.get(f"/console/audit/?before={older}&kind={LOOKED}")
    assert len(rest.context["rows"]) <= 50
    assert rest.context["older"] is None
    assert pages.get("/console/audit/?kind=nothing&before=x").status_code == 200


def _said_of(count: int | None, kind: str = "checkins.replies_recorded", **detail: object) -> str:
    counted = {} if count is None else {"count": count}
    _record(kind, **counted, **detail)
    return queries.trail(kind=kind)[0].sentence


def test_one_is_said_in_the_singular() -> None:
    assert _said_of(1) == "1 answer came in for incident 7."
    assert _said_of(2) == "2 answers came in for incident 7."
    # Written before the number was kept.
    assert _said_of(None) == "– answers came in for incident 7."


@pytest.mark.parametrize(
    "name", [name for name in kinds.kinds if callable(kinds.kinds[name].sentence)]
)
def test_a_sentence_differs_by_its_number_and_keeps_its_other_words(name: str) -> None:
    kind = kinds.kinds[name]
    one, many = kind.worded(1), kind.worded(2)
    assert one != many
    assert sorted(re.findall(r"{\w+}", one)) == sorted(re.findall(r"{\w+}", many))


@pytest.mark.parametrize("name", list(kinds.kinds))
def test_a_sentence_for_any_number_has_it_behind_a_colon(name: str) -> None:
    kind = kinds.kinds[name]
    if not callable(kind.sentence):
        assert not re.search(r"{(count|people|messages|requests|confirmed)} \w", kind.worded(0))
