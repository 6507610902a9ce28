"""What is handed in for a list by mistake, or with marks that mislead: read, or kindly refused."""

import io
from datetime import date

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.actions import Plan, import_list
from safeconduct.picture.registry.models import Person
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
