"""What is handed in for a list by mistake, or with marks that mislead: read, or kindly refused."""

import io
import random
import zipfile
from datetime import date

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import Plan, import_list, run_import
from safeconduct.picture.registry.engine.lists.reading import read_table
from safeconduct.picture.registry.engine.lists.reasons import ListRefusedError
from safeconduct.picture.registry.models import ContactPoint, ImportRun, Person
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(db):
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")


def bring_in(raw: bytes, **wishes):
    plan = Plan(label="employer", legal_basis="consent", collected_on=date(2026, 3, 1), **wishes)
    return import_list(
        file=io.BytesIO(raw),
        refused=io.StringIO(),
        plan=plan,
        now=clock.now(),
        actor=builders.TESTER,
    )


def run_of(content: bytes) -> ImportRun:
    run = builders.import_run()
    ImportRun.objects.update(content=content)
    run_import(run_id=run.pk, now=clock.now(), actor=builders.TESTER)
    run.refresh_from_db()
    return run


def workbook() -> bytes:
    """As Excel saves it: nothing but a zip of parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>" * 50)
        parts.writestr("xl/sharedStrings.xml", random.Random(1).randbytes(5_000))
    return file.getvalue()


def test_initials_do_not_make_a_russian_list_turkish():
    text = "Фамилия;Имя;Страна\n" + "Иванов;И.И.;Турция\nЦой;П.А.;Турция\n" * 3
    tally = bring_in(text.encode("cp1251"))
    assert (tally.new, tally.refused) == (2, 0)
    assert Person.objects.filter(family_name="Иванов").exists()
    tally = bring_in(("ФИО;телефон\n" + "Ли И.И.;\n" * 8).encode("cp1251"), country="TR")
    assert (tally.new, tally.refused) == (1, 0)


def test_initials_do_not_make_a_turkish_list_russian():
    text = "name;surname;country\n" + "Ö.Ş.;Çelik;TR\n" + "İ.Ü.;Yılmaz;TR\n"
    assert bring_in(text.encode("cp1254")).new == 2
    assert Person.objects.filter(family_name="Yılmaz", given_name="İ.Ü.").exists()


def test_a_stray_mark_in_a_heading_swallows_no_row():
    text = 'Ad;Tel "GSM;Ölkə\nLeyla;;TR\nO"Brien;;TR\nKamran;;TR\n'
    assert read_table(io.BytesIO(text.encode())).header == ["Ad", 'Tel "GSM', "Ölkə"]
    tally = bring_in(text.encode())
    assert (tally.read, tally.new) == (3, 3)


def test_a_heading_of_two_lines_is_still_one():
    tally = bring_in(b'name,"country\nof birth",country\nLeyla,TR,TR\n')
    assert (tally.new, tally.columns_unread) == (1, ["country of birth"])


@pytest.mark.parametrize(
    "raw", [b'sep="\nx,y\n', b"x" * 10_001 + b",country\n1,2\n", b'"' + b"x" * 20_000]
)
def test_a_header_that_is_none_is_refused(raw):
    with pytest.raises(ListRefusedError, match="names no columns"):
        bring_in(raw)


@pytest.mark.parametrize(
    "titles",
    [
        "Türkiyədə yaşayan vətəndaşların siyahısı\n\n",
        "Siyahı, 2026;;;\n;;;\nTəsdiq edirəm: Məmmədov R.;;;\n",
        'sep=;\n"List ""A""";;;\n',
        "Şəxs;;Əlaqə;\n",
    ],
)
def test_titles_above_the_header_are_no_header(titles):
    text = f"{titles}Ad;Soyad;Telefon;Ölkə\nLeyla;Əliyeva;0532 123 45 67;TR\n"
    tally = bring_in(text.encode())
    assert (tally.read, tally.new, tally.columns_unread) == (1, 1, [])


def test_headings_below_one_over_several_columns_are_read():
    text = "Ad;Soyad;Əlaqə;;Ölkə\n;;Telefon;E-poçt;\nLeyla;Əliyeva;0532 123 45 67;l@b.az;TR\n"
    tally = bring_in(text.encode())
    assert (tally.read, tally.new, tally.columns_unread) == (1, 1, [])
    assert sorted(ContactPoint.objects.values_list("address", flat=True)) == [
        "+905321234567",
        "l@b.az",
    ]


def test_a_row_below_the_header_is_no_second_line_of_it():
    assert bring_in(b"Ad;Soyad;x;country\nLeyla;;Name;TR\nRauf;;;TR\n").new == 2


@pytest.mark.parametrize(
    "last",
    [b"C\xc9\x99mi: 2;;;", b"Toplam;;;", "İcraçı: Məmmədov R.;;;".encode(), "Итого;;;".encode()],
)
def test_what_stands_below_the_people_is_nobody(last):
    raw = "Ad;Soyad;Telefon;Ölkə\nNota;;0532 123 45 67;TR\nCəmilə;;;TR\n".encode() + last
    tally = bring_in(raw, country="TR")
    assert (tally.new, tally.refused) == (2, 1)


@pytest.mark.parametrize(
    "raw", [workbook(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90, b"%PDF-1.7\n"]
)
def test_an_office_file_ends_its_run_and_says_what_to_do(raw):
    run = run_of(raw)
    assert run.failure == "Some letters cannot be read: save the list as UTF-8."
    assert run.finished_at
    assert run.content is None


def test_no_bytes_at_all_break_a_reading():
    for seed in range(300):
        chance = random.Random(seed)
        raw = chance.choice((b"", b"\xff\xfe", b"\x89PNG\r\n")) + chance.randbytes(600)
        with pytest.raises(ListRefusedError):
            bring_in(raw + b'"\r;' * chance.randrange(3))


def test_a_heading_with_letters_nobody_sees_lets_the_run_end():
    run = run_of(b"name,country,sh\x00oe\x07 size\nLeyla,TR,38\n")
    assert (run.rows_new, run.failure) == (1, "")
    assert run.columns_unread == ["shoe size"]
    assert run.finished_at


def test_a_reason_is_told_to_its_end():
    header = ";".join([*(f"Full name {n}" for n in range(1, 13)), "phone"])
    run = run_of(f"{header}\nLeyla\n".encode())
    assert run.failure.startswith("The columns “Full name 1”, “Full name 2”")
    assert run.failure.endswith("say the same name again.")
    long = ";".join(f"Full name {n}" + " (as in passport)" * 9 for n in range(1, 13))
    assert run_of(f"{long};phone\nLeyla\n".encode()).failure.endswith("say the same name again.")
