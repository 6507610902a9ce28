"""Places are found in any script, with diacritics or without, the greater before the smaller."""

import pytest

from safeconduct.ground.places import queries
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world():
    builders.findable_country("TR", az="Türkiyə", en="Türkiye", ru="Турция")
    builders.findable_country("US", az="ABŞ", en="United States", ru="США")
    builders.findable_country("FR", az="Fransa", en="France", ru="Франция")
    builders.city(
        314830, "TR", "Gaziantep", spellings=("Qaziantep", "Газиантеп", "غازي عنتاب"),
        names={"az": "Qaziantep"}, at=(37.06, 37.38), population=2_222_415,
    )  # fmt: skip
    builders.city(1, "FR", "Paris", population=2_000_000, at=(48.85, 2.35))
    builders.city(2, "US", "Paris", population=25_000, at=(33.66, -95.55))
    builders.city(3, "US", "Paris Hill", population=1_000_000, at=(44.2, -70.5))


@pytest.mark.parametrize(
    "text", ["gaziantep", "GAZİANTEP", "Qaziantep", "qazi", "Газиант", "غازي عنتاب", " gazi "]
)
def test_any_script(text):
    assert [hit.value for hit in queries.find_places(text, "az")] == ["TR:314830"]


def test_names_are_the_readers():
    hit = queries.find_places("gaziantep", "az")[0]
    assert hit.label == "Qaziantep, Türkiyə"
    assert queries.find_places("gaziantep", "ru")[0].label == "Gaziantep, Турция"


def test_a_whole_name_comes_before_a_longer_one_and_the_greater_first():
    assert [hit.value for hit in queries.find_places("Paris", "en")] == ["FR:1", "US:2", "US:3"]


@pytest.mark.parametrize("text", ["Paris, United", "paris,us", "Paris, США"])
def test_a_country_after_the_comma_decides(text):
    assert [hit.value for hit in queries.find_places(text, "en")][:1] == ["US:2"]


def test_an_unknown_word_after_the_comma_does_no_harm():
    assert [hit.value for hit in queries.find_places("Paris, Nowhereland", "en")][:1] == ["FR:1"]


def test_countries_are_found_too():
    hits = queries.find_places("турц", "ru")
    assert [(hit.value, hit.label) for hit in hits] == [("TR", "Турция")]


@pytest.fixture
def pekins():
    builders.findable_country("CN", az="Çin", en="China", ru="Китай")
    builders.city(
        11,
        "CN",
        "Beijing",
        spellings=("Пекин", "Pekin", "Peking"),
        population=18_960_744,
        at=(39.9, 116.4),
    )
    builders.city(12, "US", "Pekin", spellings=("Peking",), population=31_731, at=(40.57, -89.65))


def meant(text, language="en"):
    hit = queries.meant(text, queries.find_places(text, language))
    return hit and hit.value


@pytest.mark.parametrize("text", ["Pekin", "Пекин"])
def test_nobody_is_moved_to_a_small_place_because_that_one_is_spelled_so(pekins, text):
    assert meant(text) is None
    assert queries.find_places(text, "en")[0].value == "CN:11"
    assert meant(f"{text}, Китай") == "CN:11"


def test_the_greatest_by_far_is_meant_where_none_is_shown_by_the_name(pekins):
    assert meant("Peking") == "CN:11"
    builders.city(13, "FR", "Petit", spellings=("Peking",), population=900_000, at=(48.8, 2.3))
    assert meant("Peking") is None


def test_the_small_place_is_meant_by_whoever_says_its_country(pekins):
    assert meant("Pekin, US") == "US:12"


def test_of_places_that_both_have_people_nobody_guesses():
    assert meant("Paris") is None
    builders.city(4, "US", "Nowhere", population=0, at=(33.66, -95.55))
    builders.city(5, "FR", "Nowhere", population=0, at=(48.85, 2.35))
    assert meant("Nowhere") is None
    assert meant("Qaziantep", "ru") == "TR:314830"


def test_the_greatest_is_meant_where_others_bear_the_name_as_a_second_one_only():
    builders.city(spellings=("Adana",))
    builders.city(6, "US", "Aden", spellings=("Adana",), population=1_079_670, at=(12.8, 45.0))
    assert meant("Adana") == "TR:325363"
    # The greater place is asked about even where the smaller one is shown by the name.
    builders.city(7, "FR", "Great", spellings=("Small",), population=3_000, at=(48.85, 2.35))
    builders.city(8, "US", "Small", population=2_000, at=(33.66, -95.55))
    assert meant("Small") is None


@pytest.mark.parametrize("text", ["", "p", "%", "__", "п", "\x00"])
def test_too_little_finds_nothing(text):
    assert queries.find_places(text, "en") == []


@pytest.mark.parametrize(
    "value", ["", "XX", "TR:1", "TR:", "TR:x", "TR:99999999999999999999", "TR:-1", "US:3:4"]
)
def test_a_forged_value_is_no_place(value):
    assert queries.place(value, "en") is None or value == "TR:"


def test_values_lead_back():
    assert queries.place("US:2", "en").label == "Paris, United States"
    assert queries.place("TR", "ru").label == "Турция"


def test_country_names_and_choices():
    assert queries.country_name("TR", "fa") == "ترکیه"
    assert queries.place("TR", "ar").label == "تركيا"
    assert queries.country_name("QQ", "en") == "QQ"
    assert [code for code, _ in queries.country_choices("ru")] == ["US", "TR", "FR"]


def test_the_pickers_endpoint_and_its_page(pages):
    found = pages.get("/places/find/", {"q": "gazi", "format": "json"}).json()
    assert found == {"places": [{"value": "TR:314830", "label": "Gaziantep, Türkiye"}]}
    assert "Gaziantep" in pages.get("/places/find/", {"q": "gazi"}).text
    assert pages.get("/places/find/", {"q": "zzzz"}).status_code == 200


def test_outlines_are_validated_and_compressed(pages, monkeypatch):
    from safeconduct.ground.places.engine.atlas import MapFile
    from safeconduct.ground.places.web import public

    monkeypatch.setattr(public, "map_file", lambda: MapFile(b"{}", b"zipped", '"tag"'))
    plain = pages.get("/places/outlines.json")
    assert (plain.content, plain["ETag"]) == (b"{}", '"tag"')
    zipped = pages.get("/places/outlines.json", headers={"accept-encoding": "gzip"})
    assert (zipped.content, zipped["Content-Encoding"]) == (b"zipped", "gzip")
    assert pages.get("/places/outlines.json", headers={"if-none-match": '"tag"'}).status_code == 304


def test_the_reader_sees_what_is_drawn_where_states_disagree(pages):
    assert "resolution 68/262" in pages.get("/places/borders/").text


def test_where_the_ministry_has_its_own_word_no_other_is_taken():
    """Better the ministry's Azerbaijani than a name of CLDR's that it would not use."""
    builders.findable_country("TW", az="Tayvan (Çin)", en="Taiwan (China)", ru="Тайвань (Китай)")
    queries._names_as_of.cache_clear()
    assert queries.country_name("TW", "fa") == "Tayvan (Çin)"
    queries._names_as_of.cache_clear()
