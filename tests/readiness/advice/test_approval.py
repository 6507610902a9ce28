"""An edition from its first word until another one takes its place."""

from datetime import timedelta

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock, facts
from safeconduct.ground.kernel.actor import Actor
from safeconduct.readiness.advice.actions import (
    ApprovalRefusedError,
    DraftRefusedError,
    approve_edition,
    remove_level,
    start_edition,
    submit_edition,
    take_back,
    write_level,
    write_section,
)
from safeconduct.readiness.advice.actions.demo import seed_demo
from safeconduct.readiness.advice.events import EditionApproved, LevelChanged
from safeconduct.readiness.advice.models import Edition, LevelWords
from safeconduct.readiness.advice.queries import brief_of, history_of
from safeconduct.readiness.advice.terms import Area, AreaKind, EditionState, SectionName
from tests import builders

pytestmark = pytest.mark.django_db
AUTHOR, APPROVER = Actor.officer(901), Actor.officer(902)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[facts.Fact]:
    found: list[facts.Fact] = []
    monkeypatch.setattr("safeconduct.readiness.advice.actions.approvals.announce", found.append)
    return found


def submitted(**more: object) -> Edition:
    made = builders.edition(**more)
    return submit_edition(edition_id=made.pk, version=made.version, now=clock.now(), actor=AUTHOR)


def approved(made: Edition, actor: Actor = APPROVER) -> Edition:
    return approve_edition(edition_id=made.pk, version=made.version, now=clock.now(), actor=actor)


def test_nobody_approves_their_own_words() -> None:
    made = submitted()
    with pytest.raises(ApprovalRefusedError, match="Somebody else"):
        approved(made, AUTHOR)
    assert brief_of("TR", "en") is None
    approved(made)
    assert brief_of("TR", "en") is not None


def test_what_was_changed_after_the_approver_read_it_is_not_approved() -> None:
    made = submitted()
    take_back(edition_id=made.pk, now=clock.now(), actor=AUTHOR)
    builders_words = builders.advice_words()
    text = made.levels.get()
    write_level(
        edition_id=made.pk,
        version=made.version,
        text_id=text.pk,
        level=4,
        area=Area(),
        words=builders_words,
        now=clock.now(),
        actor=AUTHOR,
    )
    submit_edition(edition_id=made.pk, version=made.version + 1, now=clock.now(), actor=AUTHOR)
    with pytest.raises(ApprovalRefusedError, match="Read it again"):
        approved(made)


def test_a_new_level_announces_itself_and_the_old_edition_stays(announced) -> None:
    first = builders.live_edition(level=2)
    second = builders.live_edition(level=3)
    first.refresh_from_db()
    assert (first.state, first.ended_at is not None) == (EditionState.PAST, True)
    assert (second.number, second.change, second.basis_id) == (2, "raised", first.pk)
    assert announced == [
        EditionApproved(first.pk),
        EditionApproved(second.pk),
        LevelChanged(second.pk),
    ]
    assert [line.number for line in history_of("TR", "en")] == [2, 1]


def test_an_edition_with_the_same_levels_asks_nobody_anything(announced) -> None:
    builders.live_edition(level=2)
    builders.live_edition(level=2)
    assert not any(isinstance(fact, LevelChanged) for fact in announced)


def test_an_old_edition_comes_back_as_a_new_one_that_needs_two_again() -> None:
    first = builders.live_edition(level=1)
    builders.live_edition(level=4)
    back = start_edition(country="TR", restore_id=first.pk, now=clock.now(), actor=AUTHOR)
    assert (back.state, back.restores, back.number) == (EditionState.DRAFT, True, None)
    assert back.levels.get().level == 1
    assert back.levels.get().words.count() == 3
    with pytest.raises(ApprovalRefusedError):
        approved(back)


def test_only_one_edition_of_a_country_is_written_at_a_time() -> None:
    builders.edition()
    with pytest.raises(DraftRefusedError, match="already"):
        start_edition(country="TR", now=clock.now(), actor=AUTHOR)


def test_two_officers_do_not_overwrite_each_other() -> None:
    made = builders.edition()
    now = clock.now()
    write_section(
        edition_id=made.pk,
        version=made.version,
        name=SectionName.LAWS,
        bodies={"az": "Qanun", "en": "Law", "ru": "Закон"},
        now=now,
        actor=AUTHOR,
    )
    with pytest.raises(DraftRefusedError, match="meanwhile"):
        write_section(
            edition_id=made.pk,
            version=made.version,
            name=SectionName.LAWS,
            bodies={"en": "Other"},
            now=now,
            actor=APPROVER,
        )


def test_what_was_approved_is_never_written_in() -> None:
    made = builders.live_edition()
    with pytest.raises(DraftRefusedError, match="no draft"):
        remove_level(
            edition_id=made.pk,
            version=made.version,
            text_id=made.levels.get().pk,
            now=clock.now(),
            actor=AUTHOR,
        )
    with pytest.raises(ApprovalRefusedError, match="approved"):
        take_back(edition_id=made.pk, now=clock.now(), actor=AUTHOR)


def test_words_keep_the_day_they_were_written_on() -> None:
    long_ago = clock.now() - timedelta(days=50)
    builders.live_edition(now=long_ago, review_on=clock.now().date() + timedelta(days=9))
    builders.edition(level=3)
    draft = Edition.objects.get(state=EditionState.DRAFT)
    assert set(draft.levels.get().words.values_list("since", flat=True)) == {long_ago}
    assert LevelWords.objects.count() == 6


def test_an_area_knows_its_cells() -> None:
    city = builders.city()
    area = Area(AreaKind.CITIES, dict.fromkeys(("az", "en", "ru"), "Adana"), [city.pk], 10.0)
    made = builders.edition(areas=((3, area),))
    text = made.levels.get(kind=AreaKind.CITIES)
    assert any(
        low <= city.cell <= high
        for low, high in zip(text.cells_from, text.cells_until, strict=True)
    )


def test_every_deed_is_remembered() -> None:
    builders.live_edition()
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert {"advice.started", "advice.written", "advice.submitted", "advice.approved"} <= kinds


def test_the_demonstration_has_its_advice_once() -> None:
    for code in ("TR", "EG"):
        builders.country(code)
    builders.city(1, "TR", "Kilis")
    now = clock.now()
    assert seed_demo(author=AUTHOR, approver=APPROVER, now=now) == 2
    assert seed_demo(author=AUTHOR, approver=APPROVER, now=now) == 0
    brief = brief_of("TR", "ru")
    assert brief is not None
    assert brief.level == 2
    assert [area.level for area in brief.areas] == [3]
    lapsed = brief_of("EG", "az")
    assert lapsed is not None
    assert lapsed.has_lapsed
