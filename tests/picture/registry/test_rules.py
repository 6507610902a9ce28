"""Names, numbers, addresses and dates: what is understood and what is refused."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.kernel.errors import Refusal
from safeconduct.picture.registry import rules
from tests.letters import ANY

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "region", "number"),
    [
        ("0532 123 45 67", "TR", "+905321234567"),
        ("+994 (50) 212-34-56", "TR", "+994502123456"),
        ("00994502123456", None, "+994502123456"),
        ("٠٥٣٢١٢٣٤٥٦٧", "TR", "+905321234567"),
        ("8 916 123-45-67", "RU", "+79161234567"),
        ("+999 000 123 4567", None, "+9990001234567"),
        ("+994 12 493 50 00 ext. 12", None, "+994124935000"),
        ("012 493 50 00 доб. 12", "AZ", "+994124935000"),
        ("+994 12 493 50 00 x12", None, "+994124935000"),
    ],
)
def test_telephone_numbers(raw, region, number):
    assert rules.normalised_phone(raw, region) == number


@pytest.mark.parametrize("raw", ["", "12", "abc", "0532 123", "+99", "+999", "+1 000 000 0000"])
def test_numbers_nobody_has(raw):
    with pytest.raises(rules.ContactRefusedError):
        rules.normalised_phone(raw, "TR")


@pytest.mark.parametrize("raw", ["0301234 ev", "030123 whats", "+49 30 1234 son", "1800FLOWERS"])
def test_letters_behind_a_number_are_not_dialled(raw):
    """Germany's numbers have many lengths: the keys of the letters would make one of them."""
    with pytest.raises(rules.ContactRefusedError):
        rules.normalised_phone(raw, "DE")


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" Leyla.Aliyeva@Example.AZ ", "Leyla.Aliyeva@example.az"),
        ("p1@nationals.invalid", "p1@nationals.invalid"),
        ("a+b@bücher.de", "a+b@xn--bcher-kva.de"),
    ],
)
def test_mail_addresses(raw, address):
    assert rules.normalised_mail(raw) == address


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "a",
        "a@",
        "@b.az",
        "a b@c.az",
        "a..b@c.az",
        "a@b",
        "a@-x.az",
        "a@@b.az",
        "ə@b.az",
        "a@b.az\n.x",
    ],
)
def test_addresses_nobody_has(raw):
    with pytest.raises(rules.ContactRefusedError):
        rules.normalised_mail(raw)


@given(
    st.from_regex(r"[a-z0-9]{1,10}@[a-z0-9]{1,10}\.(az|com|invalid)", fullmatch=True, alphabet=ANY)
)
def test_normalising_an_address_twice_changes_nothing(raw):
    try:
        once = rules.normalised_mail(raw)
    except rules.ContactRefusedError:
        return
    assert rules.normalised_mail(once) == once


@given(st.text(ANY, max_size=20), st.sampled_from([None, "TR", "AZ", "DE"]))
def test_whatever_is_typed_gives_a_number_or_a_refusal(raw, region):
    try:
        number = rules.normalised_phone(raw, region)
    except rules.ContactRefusedError:
        return
    assert number.startswith("+")
    assert number[1:].isdigit()
    assert rules.normalised_phone(number, None) == number


@pytest.mark.parametrize("raw", ["  Leyla   Əliyeva ", "Leyla Əliyeva", "Leyla\u00a0Əliyeva"])
def test_names_are_kept_as_written_but_for_spaces(raw):
    assert rules.clean_name(raw) == "Leyla Əliyeva"


@pytest.mark.parametrize("raw", ["", "  ", "123", "a\x00b", "a\x1b[0m", "x" * 101, "\ue000x"])
def test_what_is_no_name(raw):
    with pytest.raises(rules.NameRefusedError):
        rules.clean_name(raw)


@given(st.text(ANY, max_size=120))
def test_a_cleaned_name_is_clean(raw):
    try:
        once = rules.clean_name(raw)
    except Refusal:
        return
    assert rules.clean_name(once) == once
    assert len(once) <= 100


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-02-01", date(2026, 2, 1)),
        ("01.02.2026", date(2026, 2, 1)),
        ("1/2/2026", date(2026, 2, 1)),
        ("2026-02-01 00:00:00", date(2026, 2, 1)),
        ("٠١.٠٢.٢٠٢٦", date(2026, 2, 1)),
    ],
)
def test_dates(raw, day):
    assert rules.read_date(raw) == day


@pytest.mark.parametrize("raw", ["", "31.02.2026", "2026", "1.2.26", "soon", "2026-13-01"])
def test_what_is_no_date(raw):
    with pytest.raises(rules.DateRefusedError):
        rules.read_date(raw)


def test_births():
    today = date(2026, 5, 1)
    assert rules.accepted_birth(today, today) == today
    for born in (date(1899, 12, 31), today + timedelta(days=1)):
        with pytest.raises(rules.DateRefusedError):
            rules.accepted_birth(born, today)


@given(st.dates(), st.integers(0, 1000))
def test_a_stay_holds_through_its_last_day(begins, days):
    try:
        last = begins + timedelta(days=days)
        until = rules.day_after(last, begins)
    except OverflowError:
        return
    assert until is not None
    assert begins <= last < until
    assert until - last == timedelta(days=1)


def test_a_stay_does_not_end_before_it_begins():
    with pytest.raises(rules.DateRefusedError):
        rules.day_after(date(2026, 1, 1), date(2026, 1, 2))
    assert rules.day_after(None, date(2026, 1, 2)) is None


def test_the_last_day_of_all_is_no_end():
    assert rules.day_after(date(9999, 12, 31), date(2026, 1, 2)) is None


@pytest.mark.parametrize(
    ("born", "need"),
    [
        (None, 0),
        ("2025-06-01", 4),
        ("2024-05-01", 2),
        ("2000-01-01", 0),
        ("1950-01-01", 1),
        ("1940-01-01", 3),
    ],
)
def test_need_by_age(born, need):
    day = date.fromisoformat(born) if born else None
    assert rules.vulnerability_at(day, date(2026, 5, 1)) == need


@pytest.mark.parametrize(
    ("number", "is_it"),
    [
        ("+903121234567", True),
        ("+905321234567", False),
        # In North America nobody can tell; made-up numbers are no country's.
        ("+12125551234", False),
        ("+9990001112233", False),
    ],
)
def test_landlines(number, is_it):
    assert rules.is_landline(number) is is_it


BORN, OTHER = date(1990, 2, 1), date(1985, 7, 3)


@pytest.mark.parametrize(
    ("known", "told", "shares", "is_else"),
    [
        # One birth date; one given name, married; both in the other order; spelled anew.
        (("Leyla", "Əliyeva", BORN), ("Ləman", "Həsənova", BORN), False, False),
        (("Leyla", "Əliyeva", BORN), ("Лейла", "Гасанова", None), True, False),
        (("Leyla", "Əliyeva", BORN), ("Лейла", "Алиева", None), False, False),
        (("Əliyev Vaqif", "", None), ("Вагиф", "Алиев", None), False, False),
        (("Gülnar Məmmədova", "", None), ("Мамедова Гюльнар", "", None), False, False),
        # One given name is many people's; where there is no other word it has to do.
        (("Leyla", "Əliyeva", None), ("Leyla", "Həsənova", None), False, True),
        (("Leyla", "", None), ("Leyla", "Həsənova", None), False, False),
        (("Leyla", "Əliyeva", None), ("Aliyeva", "Leyla", None), False, False),
        (("Leyla", "Əliyeva", None), ("Leylaxanım", "Əliyeva", None), True, False),
        (("Leyla", "Əliyeva", None), ("Kamran", "Əliyev", None), False, True),
        (("Leyla", "Əliyeva", BORN), ("Leyla", "Əliyeva", OTHER), False, False),
        (("Leyla", "Əliyeva", BORN), ("Leyla", "Həsənova", OTHER), True, False),
        (("Leyla", "Əliyeva", BORN), ("Leyla", "Həsənova", OTHER), False, True),
        # A family's telephone makes no one person of it.
        (("Leyla", "Əliyeva", BORN), ("Kamran", "Əliyev", OTHER), True, True),
        (("Həsən Əliyev", "", BORN), ("Rauf Əliyev", "", OTHER), True, True),
        # Nor do the word for son, the father of two brothers, or the same sounds.
        (
            ("Əliyev Həsən Vaqif oğlu", "", None),
            ("Məmmədov Rauf Tofiq oğlu", "", None),
            False,
            True,
        ),
        (("Əliyev Həsən Vaqif oğlu", "", None), ("Алиев Рауф Вагиф оглы", "", None), False, True),
        (
            ("Əliyeva Leyla Vaqif qızı", "", None),
            ("Həsənova Sara Tofiq kızı", "", None),
            False,
            True,
        ),
        (("Гасан Вагифович", "Алиев", None), ("Рауф Вагифович", "Алиев", None), False, True),
        (("Əliyev Həsən Vaqif oğlu", "", None), ("Гасан", "Алиев", None), False, False),
        (("Anar", "Məmmədov", None), ("Aynur", "Həsənova", None), False, True),
        (("Samir", "Vəliyev", None), ("Səmra", "Vəliyev", None), False, True),
    ],
)
def test_who_is_somebody_else(known, told, shares, is_else):
    one, other = rules.Named(*known), rules.Named(*told)
    assert rules.is_somebody_else(one, other, shares_contact=shares) is is_else


@pytest.mark.parametrize(
    ("one", "other", "is_another"),
    [
        (("Leyla", "Əliyeva", BORN), ("əliyeva", "LEYLA", None), False),
        (("Leyla", "Əliyeva", BORN), ("Leyla", "Əliyeva", OTHER), True),
        (("Samir", "Vəliyev", None), ("Səmra", "Vəliyeva", None), True),
    ],
)
def test_two_rows_of_one_identifier(one, other, is_another):
    assert rules.is_another_bearer(rules.Named(*one), rules.Named(*other)) is is_another


def test_a_family_name_is_one_for_men_and_women_and_no_other_that_sounds_so():
    assert rules.family_key("Əliyev") == rules.family_key("Алиева") != set()
    assert rules.family_key("Həsənov").isdisjoint(rules.family_key("Hüseynova"))


def point(channel, worked=None, failed=None):
    return SimpleNamespace(channel=channel, last_worked_at=worked, last_failed_at=failed)


def test_an_address_works_until_it_fails_and_again_when_it_has_worked_since():
    later = NOON + timedelta(hours=1)
    assert rules.works(point(1))
    assert not rules.works(point(1, failed=NOON))
    assert not rules.works(point(1, worked=NOON, failed=later))
    assert rules.works(point(1, worked=later, failed=NOON))


def test_reach_is_the_sum_of_channels_that_work():
    points = [point(1, failed=NOON), point(1), point(2), point(2, failed=NOON)]
    assert rules.reach_of(points) == 3
    assert rules.reach_of([point(1, failed=NOON)]) == 0
