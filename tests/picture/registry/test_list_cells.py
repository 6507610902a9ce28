"""What consular posts write into the cells and headings of their lists."""

import io
import tomllib
from collections import defaultdict
from datetime import date

import pytest

from safeconduct.ground.kernel.names import latin_key
from safeconduct.picture.registry import rules
from safeconduct.picture.registry.engine.lists import cells, mapping
from safeconduct.picture.registry.engine.lists.reading import read_table
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError

LEYLA = "+994501234567"


def numbers(text: str, country: str = "TR") -> list[str]:
    return [one for part in cells.several(text) for one in cells.phones(part, country)]


@pytest.mark.parametrize(
    ("written", "country", "read"),
    [
        ("0532 123 45 67 / 0533 123 45 67", "TR", ["+905321234567", "+905331234567"]),
        ("0532 123 45 67 və 0533 123 45 67", "TR", ["+905321234567", "+905331234567"]),
        ("+905321234567 +994501234567", "TR", ["+905321234567", LEYLA]),
        ("0532 123 45 67/", "TR", ["+905321234567"]),
        ("0221/123456", "DE", ["+49221123456"]),
        ("030 1234567/030 1234568", "DE", ["+49301234567", "+49301234568"]),
        ("+994501234567 (iş tel.)", "TR", [LEYLA]), ("+994501234567 (моб.)", "TR", [LEYLA]),
        ("0532 123 45 67 (ev) / 0533 123 45 67 (WhatsApp/Viber)", "TR",
         ["+905321234567", "+905331234567"]),
        ("994501234567", "DE", [LEYLA]), ("994 (50) 123-45-67", "DE", [LEYLA]),
        ("+994 (50) 123-45-67 (WhatsApp)", "TR", [LEYLA]),
        ("8 (903) 123-45-67", "RU", ["+79031234567"]),
        ("8 10 994 50 123 45 67", "RU", [LEYLA]),
        ("994 50 123 45 67", "TR", [LEYLA]),
        ("994501234567.0", "TR", [LEYLA]),
        ("905321234567.0", "TR", ["+905321234567"]),
        ("+994501234567 ev", "TR", [LEYLA]), ("+994501234567 whatsapp", "TR", [LEYLA]),
        ("Mob.: +994501234567", "TR", [LEYLA]), ("m:0532 123 45 67", "TR", ["+905321234567"]),
        ("тел. +7 903 123-45-67 моб", "TR", ["+79031234567"]), ("+994501234567ev", "TR", [LEYLA]),
        ("+994501234567 - iş, 0532 123 45 67 (ev)", "TR", [LEYLA, "+905321234567"]),
        ("0532 123 45 67 ev / 0533 123 45 67 iş", "TR", ["+905321234567", "+905331234567"]),
        ("+49 30 1234567 mob", "DE", ["+49301234567"]), ("هاتف: +994501234567", "TR", [LEYLA]),
        ("+994 12 493 50 00, ext. 12", "TR", ["+994124935000"]),
        ("+994 12 493 50 00 доб. 12", "TR", ["+994124935000"]),
        ("+994 12 493 50 00 (daxili 12)", "TR", ["+994124935000"]),
        ("+994 12 493 50 00 daxili 1234; +994501234567", "TR", ["+994124935000", LEYLA]),
        ("+994501234567 (ev) +90 532 123 45 67 (iş)", "TR", [LEYLA, "+905321234567"]),
        ("0532 123 45 67 və ya 0533 123 45 67", "TR", ["+905321234567", "+905331234567"]),
        ("+994501234567\\0532 123 45 67", "TR", [LEYLA, "+905321234567"]),
        ("+994 12 493 50 00 x12", "TR", ["+994124935000"]),
        ("+994 12 493 50 00 #12", "TR", ["+994124935000"]),
        ("yoxdur", "TR", []), ("нет", "TR", []), ("—", "TR", []), ("N/A", "TR", []),
    ],
)  # fmt: skip
def test_telephones_of_a_cell(written: str, country: str, read: list[str]) -> None:
    assert numbers(written, country) == read


@pytest.mark.parametrize("written", ["12", "0532 123 45 67 / 12", "505 823 45 678", "99450123456"])
def test_what_is_nobodys_telephone(written: str) -> None:
    """Eleven digits that would be a Nicaraguan's with a plus are a Turk's with one too many."""
    with pytest.raises(rules.ContactRefusedError):
        numbers(written)


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("+994501234567 (qardaşı)", "TR"),
        ("+905321234567 (mother)", "TR"),
        ("+994501234567 (ev, anası)", "TR"),
        # The keys of these letters would make a longer number of a stranger.
        ("+49 30 1234 (son)", "DE"),
        ("+49 30 1234 son", "DE"),
        ("+994501234567 qardaşı", "TR"),
        ("Anası: +994501234567", "TR"),
        ("+994501234567 ev anası", "TR"),
    ],
)
def test_a_number_with_somebody_behind_it_may_be_theirs(written: str, country: str) -> None:
    with pytest.raises(rules.ContactRefusedError, match="somebody else"):
        numbers(written, country)


@pytest.mark.parametrize("written", ["030 1234567/68", "030 1234567/68/69", "0221/123456/57"])
def test_the_last_figures_of_a_second_number_are_no_part_of_the_first(written: str) -> None:
    with pytest.raises(rules.ContactRefusedError):
        numbers(written, "DE")


def test_a_number_a_spreadsheet_has_shortened_says_what_to_do() -> None:
    with pytest.raises(rules.ContactRefusedError, match="as text"):
        numbers("9.94501E+11")


@pytest.mark.parametrize(
    "written",
    [
        "31.12.1990", "31/12/1990", "1990-12-31", "31.12.1990 0:00:00", "1990-12-31T00:00:00",
        "31. 12. 1990", "31.12.1990 г.", "19901231", "33238", "33238.0", "31 dekabr 1990",
        "31 декабря 1990", "31 Aralık 1990", "31-Dec-1990", "31 Dec 1990",
    ],
)  # fmt: skip
def test_days(written: str) -> None:
    assert cells.day(written) == date(1990, 12, 31)


@pytest.mark.parametrize("written", ["12/31/1990", "31.12.90", "1990", "99999", "31 smarch 1990"])
def test_what_is_no_day(written: str) -> None:
    with pytest.raises(rules.DateRefusedError):
        cells.day(written)


@pytest.mark.parametrize(
    "written",
    ["February 1, 1985", "Feb 1st 1985", "1985.02.01.", "01,02,1985", "01 02 1985",
     "1 fev 1985-ci il", "01.02.1985-ci il", "1.2.1985 г.", "1 февраля 1985 года",
     "1 Şubat 1985 yılı"],
)  # fmt: skip
def test_days_with_words_about_them(written: str) -> None:
    assert cells.day(written) == date(1985, 2, 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Leyla Əliyeva <leyla@example.org>", ["leyla@example.org"]),
        ("mailto:leyla@example.org", ["leyla@example.org"]),
        ("leyla@example.org (iş)", ["leyla@example.org"]),
        ("leyla@example.org / rauf@example.org", ["leyla@example.org", "rauf@example.org"]),
    ],
)
def test_addresses_of_a_cell(written: str, read: list[str]) -> None:
    assert [one for part in cells.several(written) for one in cells.mails(part)] == read


@pytest.mark.parametrize("written", ["leyla@example.org (anası)", "leyla(at)example.org"])
def test_an_address_with_somebody_behind_it_may_be_theirs(written: str) -> None:
    with pytest.raises(rules.ContactRefusedError):
        list(cells.mails(written))


@pytest.mark.parametrize("written", ["31.12.90", "1/2/85", "05-Mar-85", "5 mart 85", "1.2.85 г."])
def test_a_year_of_two_digits_comes_back_and_says_what_to_do(written: str) -> None:
    with pytest.raises(rules.DateRefusedError, match="four digits"):
        cells.day(written)


@pytest.mark.parametrize(
    ("days", "month_first"),
    [
        (["01/02/1990", "12/31/1990"], True),
        (["01/02/1990", "31/12/1990"], False),
        (["12/31/1990", "31/12/1990"], False),
        (["01/02/1990"], False),
        (["01.13.1990"], False),
    ],
)
def test_a_list_that_writes_american_dates_shows_it(days: list[str], month_first: bool) -> None:
    raw = "name,born\n" + "".join(f"A,{day}\n" for day in days)
    for encoding in ("utf-8-sig", "utf-16"):
        table = read_table(io.BytesIO(raw.encode(encoding)))
        assert table.month_first is month_first
        assert table.header == ["name", "born"]
        assert sum(1 for _ in table.rows) == len(days)


def test_american_days_are_read_as_such() -> None:
    assert cells.day("01/02/1990", month_first=True) == date(1990, 1, 2)
    assert cells.day("01.02.1990", month_first=True) == date(1990, 2, 1)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_letter_are_known_without_a_mark(encoding: str) -> None:
    table = read_table(io.BytesIO("Ad;Ölkə\r\nƏli;TR\r\n".encode(encoding)))
    assert table.header == ["Ad", "Ölkə"]
    assert [row.cells for row in table.rows] == [["Əli", "TR"]]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Telefon 2", "phone"), ("phone3", "phone"), ("Phone (mobile)", "phone"),
        ("Cep Telefonu", "phone"), ("Контактный телефон", "phone"), ("Əlaqə nömrəsi", "phone"),
        ("Mobil nömrə", "phone"), ("Telefon (1)", "phone"), ("Doğum Tarihi", "birth_on"),
        ("Doğum tarixi (gün.ay.il)", "birth_on"), ("Ülke", "country"), ("Şehir", "place"),
        ("Страна пребывания", "country"), ("Ф.И.О.", "full_name"), ("Soyadı, adı", "full_name"),
        ("E-posta", "mail"), ("Aile No", "party"), ("Name (in Latin)", "given_name"),
        ("Дата рождения (дд.мм.гггг)", "birth_on"), ("Ölkə (Country)", "country"),
        ("Departure (planned)", "stay_until"), ("Telefon (ölkə kodu ilə)", "phone"),
        ("رقم الهاتف", "phone"), ("نام خانوادگی", "family_name"), ("تاريخ الميلاد", "birth_on"),
        # Somebody else's, and what counts the lines of this list alone.
        ("Telefon (anası)", ""), ("Имя (отца)", ""), ("Name (father)", ""), ("Ata adı", ""),
        ("Country (citizenship)", ""), ("Ölkə (vətəndaşlıq)", ""), ("Şəhər (doğulduğu)", ""),
        ("Doğum tarixi (uşaq)", ""), ("Ailə (həyat yoldaşı)", ""), ("Telefon (1) (anası)", ""),
        ("№", ""), ("Sıra", ""), ("No", ""), ("İl", ""),
    ],
)  # fmt: skip
def test_headings(heading: str, field: str) -> None:
    assert mapping.field_of(heading) == field


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("Full name;Name (father)", {"full_name": 0}),
        ("ФИО;Имя (отца)", {"full_name": 0}),
        ("ФИО;Имя (латиницей);Фамилия (латиницей)", {"full_name": 0}),
        ("Name;Full name (in Latin)", {"given_name": 0}),
        ("Name;Surname (in Latin)", {"given_name": 0, "family_name": 1}),
        ("Ad;Country (citizenship);Country of residence", {"given_name": 0, "country": 2}),
        ("Ad;Country (ISO code);Country of residence", {"given_name": 0, "country": 2}),
        ("Ad;Telefon 2;Telefon", {"given_name": 0, "phone": 2}),
        ("Ad 1;Soyad 1;Telefon 1;Telefon 2", {"given_name": 0, "family_name": 1, "phone": 2}),
    ],
)
def test_what_is_called_exactly_so_comes_first(header: str, read: dict[str, int]) -> None:
    assert mapping.columns(header.split(";"), {}) == read


@pytest.mark.parametrize(
    "header",
    [
        "Ad 1;Telefon 1;Ad 2;Telefon 2",
        "Ad;Telefon;Ad 2;Telefon 2",
        "Ad (1);Telefon (1);Ad (2);Telefon (2)",
        "Ad;Soyad;Telefon;Soyad 2;Telefon 2",
        "Ad;Soyad;Telefon;Ad;Soyad;Telefon",
        "Ad;AD;Telefon",
        "ФИО;Телефон;ФИО;Телефон",
    ],
)
def test_people_side_by_side_are_no_list(header: str) -> None:
    """The second one's telephone would be the first one's, and they themselves nobody."""
    with pytest.raises(ListRefusedError, match="One line is one person"):
        mapping.columns(header.split(";"), {})


@pytest.mark.parametrize(
    ("header", "read", "unread"),
    [
        ("Ad;Telefon;Telefon;Ölkə", [1, 2], []),
        ("Ad;Telefon;Ölkə;Telefon", [1, 3], []),
        ("Ad;Telefon;Ölkə;Ölkə", [1], ["Ölkə (4)"]),
        # Nobody knows whose the second is: something unknown stands before it.
        ("Ad;Telefon;Ünvan;Telefon", [1], ["Ünvan", "Telefon (4)"]),
        ("Ad;Telefon;;Telefon", [1], ["Telefon (4)"]),
        ("Ad;Telefon;Ünvan;Mobil", [1, 3], ["Ünvan"]),
        # Somebody else is named in between.
        ("Ad;Mobil;Yaxın qohumu;Telefon", [1], ["Yaxın qohumu", "Telefon"]),
        ("Name;Mobile;Emergency contact;Relationship;Phone;Home phone", [1],
         ["Emergency contact", "Relationship", "Phone", "Home phone"]),
        ("ФИО;Моб;Супруга;Телефон", [1], ["Супруга", "Телефон"]),
        ("Ad;Soyad;Telefon;Имя;Фамилия;Телефон", [2], ["Имя", "Фамилия", "Телефон"]),
        # The same name in other letters, and then all their telephones.
        ("Ad;Soyad;Имя;Фамилия;Telefon;Mobil", [4, 5], ["Имя", "Фамилия"]),
        ("Ad;Ata adı;Telefon;Telefon 2", [2, 3], ["Ata adı"]),
    ],
)  # fmt: skip
def test_a_telephone_that_may_be_somebody_elses_is_not_read(
    header: str, read: list[int], unread: list[str]
) -> None:
    headings = header.split(";")
    places = mapping.columns(headings, {})
    more = mapping.further(headings, places, {})
    assert [places["phone"], *more["phone"]] == read
    assert mapping.unread(headings, places, more) == unread


def test_of_two_people_under_the_same_headings_only_the_chosen_ones_columns_are_read() -> None:
    header = ["Ad", "Ad", "Telefon", "Telefon", "Ölkə"]
    chosen = {"Ad": "given_name"}
    places = mapping.columns(header, chosen)
    more = mapping.further(header, places, chosen)
    assert places == {"given_name": 0, "phone": 2, "country": 4}
    assert mapping.unread(header, places, more) == ["Ad (2)", "Telefon (4)"]


def test_of_people_side_by_side_only_chosen_columns_are_read() -> None:
    header = ["Ad 1", "Telefon 1", "Ad 2", "Telefon 2", "Ölkə"]
    chosen = {"Ad 2": "given_name"}
    places = mapping.columns(header, chosen)
    more = mapping.further(header, places, chosen)
    assert places == {"given_name": 2, "country": 4}
    assert mapping.unread(header, places, more) == ["Ad 1", "Telefon 1", "Telefon 2"]


def test_no_heading_means_two_fields() -> None:
    told = tomllib.loads(mapping._FILE.read_text("utf-8"))
    meant = defaultdict(set)
    for field, names in told.items():
        for name in names:
            meant[latin_key(name)].add(field)
    assert [name for name, fields in meant.items() if len(fields) > 1 or not name] == []
