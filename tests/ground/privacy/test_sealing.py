"""A key for each subject: made once, changed over, destroyed for good."""

import pytest
from django.db import IntegrityError, connection, transaction

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.privacy import sealing
from safeconduct.ground.privacy.actions import rewrap_keys
from safeconduct.ground.privacy.models import DataKey
from safeconduct.ground.privacy.sealing import (
    Plain,
    SealBrokenError,
    Sealed,
    ShreddedError,
    Subject,
)
from tests.builders import TESTER

pytestmark = pytest.mark.django_db
PERSON, CASE = Subject("person", 7), Subject("case", 7)
OLD, NEW = "ab" * 32, "cd" * 32
FIELD = "registry.Sheet.passport"


def _seal(text="Ağrı kəsici: penisillinə allergiya", subject=PERSON, field=FIELD):
    return sealing.seal(subject=subject, field=field, text=text)


def _unseal(sealed, subject=PERSON, field=FIELD):
    return sealing.unseal(subject=subject, field=field, sealed=sealed)


def test_a_text_is_sealed_and_opens_again():
    sealed = _seal()
    assert b"penisillin" not in sealed
    assert _unseal(sealed) == "Ağrı kəsici: penisillinə allergiya"
    photo = sealing.seal_bytes(subject=CASE, field="photo", content=b"\xff\xd8\xff")
    assert sealing.unseal_bytes(subject=CASE, field="photo", sealed=photo) == b"\xff\xd8\xff"


def test_a_subject_has_one_key_and_no_two_subjects_the_same():
    _seal("one"), _seal("two"), _seal("three", CASE)
    assert DataKey.objects.count() == 2
    first, second = (sealing.unwrap(row) for row in DataKey.objects.all())
    assert first != second
    assert first not in bytes(DataKey.objects.first().wrapped)


@pytest.mark.parametrize(
    ("subject", "field"), [(CASE, FIELD), (Subject("person", 8), FIELD), (PERSON, "other")]
)
def test_a_seal_opens_in_its_own_place_only(subject, field):
    sealed = _seal()
    _seal("so that there is a key", subject, field)
    with pytest.raises(SealBrokenError):
        _unseal(sealed, subject, field)


def test_a_key_put_into_another_subjects_row_opens_nothing():
    sealed = _seal()
    _seal("theirs", CASE)
    stolen = DataKey.objects.get(kind="person").wrapped
    DataKey.objects.filter(kind="case").update(wrapped=stolen)
    with pytest.raises(SealBrokenError):
        _unseal(sealed, CASE)


def test_after_shredding_the_bytes_are_never_read_again():
    sealed, other = _seal(), _seal("stays", CASE)
    sealing.shred(PERSON)
    with pytest.raises(ShreddedError):
        _unseal(sealed)
    with pytest.raises(ShreddedError):
        _seal("nothing is sealed for whom we forgot")
    assert _unseal(other, CASE) == "stays"
    row = DataKey.objects.get(kind="person")
    assert row.wrapped is None
    assert row.shredded_at is not None
    sealing.shred(PERSON)
    assert DataKey.objects.get(kind="person").shredded_at == row.shredded_at


def test_one_may_shred_who_never_had_a_key():
    sealing.shred(Subject("person", 99))
    assert sealing.shred_many("person", [1, 2, 3]) == 0


def test_a_row_is_either_a_key_or_shredded():
    _seal()
    with pytest.raises(IntegrityError), transaction.atomic():
        DataKey.objects.update(wrapped=None)


def test_many_are_sealed_and_opened_in_as_many_queries_as_one(django_assert_num_queries):
    people = [Subject("person", number) for number in range(40)]
    plain = [Plain(one, FIELD, f"passport {one.id}") for one in people]
    with django_assert_num_queries(3):  # who has a key, make the others', read them
        first = sealing.seal_many(plain)
    with django_assert_num_queries(1):
        sealed = sealing.seal_many(plain)
    assert first[0] != sealed[0]
    sealing.shred(people[3])
    with django_assert_num_queries(1):
        told = sealing.unseal_many(
            [Sealed(one, FIELD, kept) for one, kept in zip(people, sealed, strict=True)]
        )
    assert told == [f"passport {one.id}" if one.id != 3 else None for one in people]
    assert sealing.unseal_many([]) == []


def test_two_who_make_a_key_at_once_end_with_one(monkeypatch):
    """The other one's row appears between our look and our insert."""
    real = DataKey.objects.bulk_create
    theirs = []

    def beaten(drafts, **more):
        if not theirs:
            theirs.append(None)
            theirs[0] = _seal("theirs")
        return real(drafts, **more)

    monkeypatch.setattr(DataKey.objects, "bulk_create", beaten)
    ours = _seal("ours")
    assert (_unseal(ours), _unseal(theirs[0])) == ("ours", "theirs")


def test_keys_change_over_while_everything_is_read(settings):
    settings.DATA_KEYS = [OLD]
    sealed = _seal()
    outside = sealing.seal_outside(b"said at the door")
    found = sealing.blind_index("passport", "AZ123")
    settings.DATA_KEYS = [NEW, OLD]
    assert _unseal(sealed) == "Ağrı kəsici: penisillinə allergiya"
    assert rewrap_keys(now=clock.now(), actor=TESTER) == 2
    assert rewrap_keys(now=clock.now(), actor=TESTER) == 0
    assert Entry.objects.get(kind="privacy.rewrapped").detail == {"count": 2}
    assert sealing.open_outside(outside) == b"said at the door"
    settings.DATA_KEYS = [NEW]
    assert _unseal(sealed) == "Ağrı kəsici: penisillinə allergiya"
    assert sealing.blind_index("passport", "AZ123") == found, "an index outlives the key"
    with pytest.raises(SealBrokenError):
        sealing.open_outside(outside)


def test_without_its_key_the_database_tells_nothing(settings):
    settings.DATA_KEYS = [OLD]
    sealed = _seal()
    settings.DATA_KEYS = [NEW]
    with pytest.raises(SealBrokenError):
        _unseal(sealed)
    with pytest.raises(SealBrokenError):
        rewrap_keys(now=clock.now(), actor=TESTER)


def test_a_change_of_keys_makes_nobody_readable_again(settings):
    settings.DATA_KEYS = [OLD]
    sealed = _seal()
    sealing.shred(PERSON)
    settings.DATA_KEYS = [NEW, OLD]
    assert rewrap_keys(now=clock.now(), actor=TESTER) == 0
    with pytest.raises(ShreddedError):
        _unseal(sealed)


def test_a_blind_index_is_equal_for_equals_of_one_purpose_only():
    first, second, again = sealing.blind_indexes("passport", ["C01", "C02", "C01"])
    assert first == again != second
    assert len(first) == 16
    assert sealing.blind_index("passport", "C01") == first
    assert sealing.blind_index("telephone", "C01") != first


def test_a_door_seals_without_reading_anything(django_assert_num_queries):
    with django_assert_num_queries(0):
        sealed = sealing.seal_outside(b"ranenie", purpose="report")
        assert sealing.open_outside(sealed, purpose="report") == b"ranenie"
    with pytest.raises(SealBrokenError):
        sealing.open_outside(sealed, purpose="answer")


def test_the_index_on_whose_key_is_old_serves_the_change_of_keys():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'datakey_wrapper'")
        assert "wrapped IS NOT NULL" in cursor.fetchone()[0]
