"""Consent: by purpose, in words that keep their version, taken back with effect."""

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.catalogues import CatalogueError
from safeconduct.ground.privacy import consents, queries
from safeconduct.ground.privacy.actions import choose_consents, forget_people
from safeconduct.ground.privacy.consents import FAMILY, PARTNERS, WARNINGS, Purpose, purposes
from safeconduct.ground.privacy.models import Consent
from safeconduct.ground.privacy.sealing import Subject
from tests.builders import TESTER

PARTY = Subject("party", 5)


def _choose(subject=PARTY, **choices):
    return choose_consents(
        subject=subject, choices=choices, language="az", how="page", now=clock.now(), actor=TESTER
    )


@pytest.mark.parametrize("name", list(purposes()))
def test_every_version_of_a_purpose_is_written_in_every_language(name):
    purpose = purposes()[name]
    assert {"az", "en", "ru", "fa", "ar"} <= purpose.languages
    for version in range(1, purpose.version + 1):
        for language in sorted(purpose.languages):
            wording = purpose.wording(language, version)
            assert all((wording.title, wording.text, wording.without))


def test_a_reader_of_another_language_reads_the_next_best_one():
    assert purposes()[FAMILY].wording("tr") == purposes()[FAMILY].wording("az")
    assert purposes()[FAMILY].wording("xx") == purposes()[FAMILY].wording("en")


@pytest.mark.django_db
def test_what_was_agreed_to_is_kept_with_date_and_version_and_the_last_word_counts():
    assert _choose(family=True, partners=False) == 2
    assert queries.consents_of(PARTY)[FAMILY].given
    assert _choose(family=False) == 1
    stand = queries.consents_of(PARTY)
    assert not stand[FAMILY].given
    assert stand[FAMILY].version == 1
    assert [said.given for said in queries.history_of(PARTY)] == [False, False, True]
    kinds = Entry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        "privacy.consent_given",
        "privacy.consent_withdrawn",
        "privacy.consent_withdrawn",
    ]
    assert Entry.objects.last().detail == {"purpose": "family", "version": 1}


@pytest.mark.django_db
def test_saying_it_again_says_nothing_new(monkeypatch):
    _choose(family=True, partners=False)
    assert _choose(family=True, partners=False) == 0
    newer = {
        name: Purpose(one.name, 2, {2: one._written[1], **one._written})
        for name, one in purposes().items()
    }
    for room in ("consents", "actions.consents", "queries"):
        monkeypatch.setattr(f"safeconduct.ground.privacy.{room}.purposes", lambda: newer)
    assert _choose(family=True, partners=False) == 1, "a Yes was to other words"
    newest = queries.history_of(PARTY)[0]
    assert (newest.purpose, newest.version) == ("family", 2)


@pytest.mark.django_db
def test_a_purpose_nobody_wrote_is_refused():
    with pytest.raises(KeyError):
        _choose(advertising=True)


@pytest.mark.django_db
def test_who_agrees_and_who_declines_is_asked_for_many_at_once(django_assert_num_queries):
    for number, given in ((1, True), (2, False), (3, True)):
        _choose(Subject("party", number), family=given)
    _choose(Subject("party", 3), family=False)
    with django_assert_num_queries(1):
        assert queries.who_agrees("party", [1, 2, 3, 4], FAMILY) == {1}
    assert queries.who_declines("party", [1, 2, 3, 4], FAMILY) == {2, 3}
    assert queries.who_agrees("party", [1], PARTNERS) == set()


@pytest.mark.django_db
def test_what_follows_is_done_with_the_word(monkeypatch):
    done = []
    monkeypatch.setattr(consents.effects, "_items", {})
    consents.effects.register(WARNINGS, lambda subject, given, now, actor: done.append(given))
    _choose(warnings=True, family=True)
    _choose(warnings=False)
    assert done == [True, False]


@pytest.mark.django_db
def test_who_is_forgotten_agreed_to_nothing():
    _choose(family=True)
    _choose(Subject("party", 6), family=True)
    forget_people(person_ids=[], party_ids=[5])
    assert list(Consent.objects.values_list("subject_id", flat=True)) == [6]
    told = Entry.objects.filter(subject_kind="party").values_list("subject_id", flat=True)
    assert set(told) == {None, 6}


def test_an_effect_is_registered_once():
    with pytest.raises(CatalogueError):
        consents.effects[PARTNERS + "x"]
