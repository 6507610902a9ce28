"""One name, many spellings: they must meet, and lists must read as an alphabet does."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.ground.kernel.names import (
    latin_key,
    script_of,
    search_key,
    small,
    sort_key,
    twin_key,
)

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=40)


@pytest.mark.parametrize(
    "spellings",
    [
        ["Əliyev", "Aliyev", "Eliyev", "ƏLİYEV", "Алиев", "Әлијев", "علييف", "علیف"],
        ["Hüseynov", "HUSEYNOV", "Huseynov", "Гусейнов", "حسينوف"],
        ["Cəfər", "Jafar", "Djafar", "Джафар", "جعفر"],
        ["Çingiz", "Chingiz", "Cingiz", "Чингиз", "چنگیز"],
        ["Xəlil", "Khalil", "Халил", "خليل"],
        ["Qara", "Gara", "Кара", "Гара"],
        ["Məmmədov", "Mammadov", "Mamedov", "Мамедов"],
        ["İbrahim", "Ibrahim", "ibrahim", "Ибрагим", "إبراهيم"],
        ["Yusif", "Юсиф", "يوسف", "Yusuf"],
        ["Cavid", "Javid", "Джавид", "جاوید"],
        ["Şəhla", "Shahla", "Шахла", "Sehla"],
        ["Abdullah", "Abdulla", "Абдулла", "عبدالله"],
        ["Γεώργιος", "Georgios"],
        ["გიორგი", "Giorgi"],
        ["Elena", "Yelena", "Елена"],
    ],
)
def test_spellings_of_one_name_meet(spellings):
    assert len({search_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Əliyev", "Vəliyev"), ("Leyla", "Sevil"), ("Samir", "Zamir"), ("Leyla", "Əli")],
)
def test_different_names_stay_apart(one, other):
    assert search_key(one) != search_key(other)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Gəncə", "gence"),
        ("İSTANBUL", "istanbul"),
        ("ISPARTA", "isparta"),
        ("Iğdır", "igdir"),
        ("Kahramanmaraş", "kahramanmaras"),
        ("Санкт-Петербург", "sankt peterburg"),
        ("Йошкар-Ола", "yoshkar ola"),
        ("Ёлка", "yolka"),
        ("L’Aquila", "laquila"),
        ("São  Paulo ", "sao paulo"),
        ("北京", "北京"),
        ("", ""),
    ],
)
def test_plain_latin(text, plain):
    assert latin_key(text) == plain


def test_dotted_and_dotless_i():
    assert small("IĞDIR", "az") == "ığdır"
    assert small("İGİD", "az") == "igid"
    assert small("İGİD", "en") == "igid"
    assert small("IDEA", "en") == "idea"


@given(TEXTS)
def test_plain_latin_is_its_own_plain_latin(text):
    assert latin_key(latin_key(text)) == latin_key(text)


@given(TEXTS)
def test_keys_do_not_depend_on_case_or_spacing(text):
    assert search_key(f"  {text} ") == search_key(text)
    assert search_key("İlham".upper()) == search_key("ilham")


def test_azerbaijani_alphabet():
    names = ["Zaur", "Xəyal", "Həsən", "Ilqar", "İlqar", "Əli", "Elçin", "Çingiz", "Cavid", "Qara"]
    expected = [
        "Cavid", "Çingiz", "Elçin", "Əli", "Həsən", "Xəyal", "Ilqar", "İlqar", "Qara", "Zaur",
    ]  # fmt: skip
    assert sorted(names, key=lambda name: sort_key(name, "az")) == expected


def test_russian_alphabet():
    names = ["Жанна", "Яна", "Ёлкин", "Елкин", "Ewald", "Анна"]
    expected = ["Анна", "Елкин", "Ёлкин", "Жанна", "Яна", "Ewald"]
    assert sorted(names, key=lambda name: sort_key(name, "ru")) == expected


@given(st.text(alphabet="abcçdeəfgğhxıijkqlmnoöprsştuüvyz", max_size=8), st.data())
def test_a_word_sorts_before_what_continues_it(word, data):
    longer = word + data.draw(st.sampled_from("aəxıiz"))
    assert sort_key(word, "az") < sort_key(longer, "az")
    assert sort_key(f"{word} z", "az") < sort_key(longer, "az") or not word


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Əliyev", "Latn"),
        ("Алиев", "Cyrl"),
        ("علييف", "Arab"),
        ("123", "Zyyy"),
        ("Ali Алиев", "Cyrl"),
    ],
)
def test_script(text, script):
    assert script_of(text) == script


def test_twins_meet_in_any_order_and_script_on_one_birth_date():
    born = date(1990, 5, 1)
    key = twin_key("Leyla", "Əliyeva", born)
    assert key == twin_key("ALİYEVA", "LEYLA", born) == twin_key("Лейла", "Алиева", born)
    assert key != twin_key("Leyla", "Əliyeva", date(1990, 5, 2))
    assert -(2**63) <= key < 2**63
