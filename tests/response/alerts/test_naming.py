"""What an alert calls the place of its event."""

import pytest

from safeconduct.response.alerts.engine.area import of_signal
from safeconduct.wires.hazards.models import Signal
from tests import builders

pytestmark = pytest.mark.django_db
EPICENTRE = {"latitude": 37.2256, "longitude": 37.0143}
ANTAKYA = (36.2021, 36.16)


@pytest.fixture
def hatay() -> None:
    """The small town by the epicentre, and the large one that the shaking reached."""
    builders.city(
        302800,
        name="Pazarcık",
        names={"az": "Pazarcıq", "en": "Pazarcık", "ru": "Пазарджык"},
        at=(37.4869, 37.3035),
        population=23_850,
    )
    builders.city(323779, name="Antakya", at=ANTAKYA, population=399_045)


def quake(place: str | None = None, **more: object) -> Signal:
    facts = {} if place is None else {"place": place}
    cell = builders.cell_at(*ANTAKYA)
    columns = {"facts": facts, "cells_from": [cell], "cells_until": [cell], **EPICENTRE}
    return builders.signal(**columns | more)


@pytest.mark.parametrize(
    "said",
    ["Pazarcık, Kahramanmaraş, Türkiye", "36 km SW of Pazarcik, Turkey", "36km SW of Pazarcık"],
)
def test_an_earthquake_is_called_as_its_source_calls_it(hatay, said: str) -> None:
    place = of_signal(quake(said)).place
    assert place == {"az": "Pazarcıq", "en": "Pazarcık", "ru": "Пазарджык"}


@pytest.mark.parametrize("said", [None, "central Turkey", "Pazarcık", "3 km N of Pazar, Turkey"])
def test_a_big_town_stands_in_where_the_source_names_none_we_know_there(hatay, said) -> None:
    # A place of that name half a world away, and one whose name only begins so.
    elsewhere = {"latitude": -30.0, "longitude": -71.0} if said == "Pazarcık" else {}
    assert of_signal(quake(said, **elsewhere)).place["en"] == "Antakya"


def test_the_nearest_of_the_big_towns_is_said_and_not_the_largest(hatay) -> None:
    near = builders.city(310859, name="Kahramanmaraş", at=(37.58, 36.93), population=384_953)
    cells = sorted([near.cell, builders.cell_at(*ANTAKYA)])
    signal = quake(cells_from=cells, cells_until=cells)
    assert of_signal(signal).place["en"] == "Kahramanmaraş"
    signal.latitude = None
    assert of_signal(signal).place["en"] == "Antakya"


def gdacs(hazard: str, event: str, country: str) -> Signal:
    return quake(hazard=hazard, event=event, source="gdacs", facts={"country": country})


def test_a_flood_is_called_after_the_countries_of_its_name(hatay) -> None:
    builders.findable_country("TH", az="Tailand", en="Thailand", ru="Таиланд")
    builders.findable_country("LA", az="Laos", en="Laos", ru="Лаос")
    place = of_signal(gdacs("flood", "Flood in Thailand, Laos", "Thailand, Laos")).place
    assert place["az"] == "Tailand, Laos"
    assert place["ru"] == "Таиланд, Лаос"
    many = "Thailand, Laos, Thailand, Laos"
    assert of_signal(gdacs("drought", "Drought", many)).place["en"].endswith("Thailand, …")
    assert of_signal(gdacs("flood", "Flood in Nowhereland", "Nowhereland")).place["en"] == "Antakya"
    assert of_signal(gdacs("earthquake", "Earthquake in Laos", "Laos")).place["en"] == "Antakya"


def test_a_volcano_keeps_its_name(hatay) -> None:
    builders.findable_country("ID", az="İndoneziya", en="Indonesia", ru="Индонезия")
    place = of_signal(gdacs("volcano", "Eruption  Dukono", "Indonesia")).place
    assert place["ru"] == "Dukono, Индонезия"
    assert of_signal(gdacs("volcano", "Eruption Dukono", "")).place["az"] == "Dukono"


def test_the_sources_words_are_better_than_none() -> None:
    assert of_signal(quake("North of Ascension Island")).place["ru"] == "North of Ascension Island"
