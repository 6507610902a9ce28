"""Countries as ISO has them, in three languages, and the cells they are made of."""

import tomllib
from collections import defaultdict

import pytest
import shapely

from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.ground.kernel.names import latin_key
from safeconduct.ground.places.engine import atlas, gazetteer


def test_countries_are_those_of_iso_3166_under_the_ministrys_rules():
    found = {country.code: country for country in gazetteer.countries()}
    assert len(found) == 249
    assert "XK" not in found
    assert found["AZ"].names == {"az": "Azərbaycan", "en": "Azerbaijan", "ru": "Азербайджан"}
    assert found["TR"].calling_code == "+90"
    assert found["AZ"].number == "031"
    assert found["PS"].names["az"] == "Fələstin"
    assert found["TW"].names["en"] == "Taiwan (China)"


def test_every_country_has_a_name_in_every_interface_language():
    for country in gazetteer.countries():
        assert set(country.names) == {"az", "en", "ru"}
        assert all(country.names.values())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("США", "US"), ("ABŞ", "US"), ("ABD", "US"), ("United States of America", "US"),
        ("UK", "GB"), ("Böyük Britaniya", "GB"), ("Англия", "GB"), ("England", "GB"),
        ("РФ", "RU"), ("Российская Федерация", "RU"), ("Russian Federation", "RU"),
        ("BƏƏ", "AE"), ("ОАЭ", "AE"), ("UAE", "AE"), ("Южная Корея", "KR"),
        ("Cənubi Koreya", "KR"), ("Iran, Islamic Republic of", "IR"), ("Czech Republic", "CZ"),
        ("Türkiye Cumhuriyeti", "TR"), ("Holland", "NL"), ("Белоруссия", "BY"),
    ],
)  # fmt: skip
def test_countries_are_known_by_what_people_call_them(name, code):
    called = {row.country_id for row in gazetteer.country_keys() if row.key == latin_key(name)}
    assert called == {code}


def test_what_people_call_a_country_is_no_other_countrys_name():
    told = tomllib.loads(gazetteer.COUNTRIES_CALLED.read_text("utf-8"))
    keys = defaultdict(set)
    for row in gazetteer.country_keys():
        keys[row.key].add(row.country_id)
    wrong = {
        name for code, names in told.items() for name in names if keys[latin_key(name)] != {code}
    }
    assert wrong == set()


def test_cells_cover_a_country_and_no_more_than_its_rim():
    # Malta, small enough to be resolved finely: 316 km² in cells of 5 km².
    malta = shapely.box(14.35, 35.8, 14.57, 35.98)
    cells = atlas._cells(malta)
    assert cells.contains(cell_at(35.9, 14.46))
    assert not cells.contains(cell_at(36.2, 14.46))
    assert cells.count() < 200


def test_a_big_country_is_resolved_coarsely_and_wholly():
    land = shapely.box(30, 40, 36, 46)
    cells = atlas._cells(land)
    for lat, lon in ((40.01, 30.01), (45.99, 35.99), (43, 33)):
        assert cells.contains(cell_at(lat, lon))
    assert not cells.contains(cell_at(39.5, 33))
    assert len(cells.lows) < 1000


@pytest.mark.parametrize(
    ("zone", "name", "azerbaijani", "russian"),
    [
        ("Europe/Istanbul", "Istanbul", "İstanbul", "Стамбул"),
        ("Europe/Berlin", "Berlin", "Berlin", "Берлин"),
    ],
)
def test_great_cities_are_named_in_the_interface_languages(zone, name, azerbaijani, russian):
    names = gazetteer._exemplar_cities()[zone, name]
    assert (names["az"], names["ru"]) == (azerbaijani, russian)
