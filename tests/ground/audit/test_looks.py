"""Who looked at a person and why: written once an hour, read by the person, gone with them."""

from datetime import UTC, datetime, timedelta

import pytest

from safeconduct.ground.audit import looks
from safeconduct.ground.audit.actions import forget_old_looks, forget_people, record
from safeconduct.ground.audit.looks import Why
from safeconduct.ground.audit.models import Entry, Look
from safeconduct.ground.audit.queries import looks_at, seal_holds
from safeconduct.ground.kernel.catalogues import CatalogueError
from safeconduct.ground.missions.actions import note_look
from safeconduct.ground.missions.holdings import looked
from tests import builders

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    monkeypatch.setattr(looks.kinds, "_items", {})
    monkeypatch.setattr(looks.reasons, "_items", {})
    looks.look_kind("registry.record", "Your record was opened")
    looks.look_reason("incident", "for the crisis “{subject}”", lambda ids: {5: "Flood"})
    looks.look_reason("search", "after a search")


def _look(officer, people, why=None, now=NOW):
    note_look(
        officer=officer,
        permission="registry.view",
        people=people,
        what="registry.record",
        why=why or Why("incident", 5),
        now=now,
    )


def test_a_look_says_role_and_post_and_reason_and_no_name():
    builders.post(id=2, seat="TR")
    officer = builders.officer("duty_officer", at=builders.post(id=2))
    _look(officer, [7])
    (one,) = looked([7])
    assert one.who == "Duty officer, Embassy 2"
    assert (one.what, one.why) == ("Your record was opened", "for the crisis “Flood”")
    assert officer.name not in str(one)
    ministry = builders.officer("registrar")
    _look(ministry, [7], Why("search"))
    assert looked([7])[0].who == "Registrar, the ministry"


def test_the_same_look_in_the_same_hour_is_one():
    officer = builders.officer("duty_officer")
    _look(officer, [7])
    _look(officer, [7], now=NOW + timedelta(minutes=30))
    _look(officer, [7], Why("search"))
    _look(officer, [7], Why("search"), now=NOW + timedelta(minutes=1))
    _look(officer, [7], now=NOW + timedelta(hours=1))
    assert Look.objects.count() == 3


def test_many_are_written_and_read_in_one_query_each(django_assert_num_queries):
    officer = builders.officer("duty_officer")
    with django_assert_num_queries(2):  # appointments, the rows
        _look(officer, range(40))
    with django_assert_num_queries(1):
        assert len(looks_at(range(40))) == 40


def test_an_undeclared_look_or_reason_is_refused():
    officer = builders.officer("duty_officer")
    with pytest.raises(CatalogueError):
        _look(officer, [7], Why("curiosity"))


def test_a_look_goes_with_the_person_or_after_two_years():
    officer = builders.officer("duty_officer")
    _look(officer, [7, 8])
    forget_people([7])
    assert list(Look.objects.values_list("person_id", flat=True)) == [8]
    assert forget_old_looks(NOW + timedelta(days=729)) == 0
    assert forget_old_looks(NOW + timedelta(days=731)) == 1


@pytest.mark.django_db
def test_who_is_forgotten_leaves_no_number_in_the_trail_and_breaks_no_seal():
    from django.db import transaction

    from safeconduct.ground.audit.actions import seal_entries

    actor = builders.TESTER
    with transaction.atomic():
        for kind, subject, number in (
            ("registry.viewed", "person", 7),
            ("registry.changed", "party", 3),
            ("registry.viewed", "person", 8),
        ):
            record(kind, actor=actor, subject_kind=subject, subject_id=number, now=NOW)
    seal_entries(now=NOW)
    assert forget_people([7], party_ids=[3]) == 2
    assert set(Entry.objects.values_list("subject_id", flat=True)) == {None, 8}
    assert seal_holds(Entry.objects.first().seal_id)
