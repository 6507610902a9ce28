"""The levels on a drawing, and the map an area is made on."""

import gzip
import re

import pytest
from lxml import etree

from safeconduct.readiness.advice.engine.sketch import sketch_of
from safeconduct.readiness.advice.terms import Area, AreaKind
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
NAMES = {"az": "Sərhəd", "en": "Border", "ru": "Граница"}
SVG = {"s": "http://www.w3.org/2000/svg"}


def border() -> Area:
    return Area(AreaKind.CITIES, NAMES, [builders.city().pk], 60.0)


def numbers(drawn: bytes) -> list[str]:
    return etree.fromstring(drawn).xpath("//s:text/text()", namespaces=SVG)


def test_a_countrys_page_shows_its_levels_on_a_map_and_in_words(pages: Pages) -> None:
    builders.live_edition(level=2, areas=((4, border()),))
    page = pages.get("/advice/en/TR/").content.decode()
    assert 'src="/advice/en/TR.svg"' in page
    assert page.count("Border") >= 2
    assert "take no position" in page
    drawn = pages.get("/advice/en/TR.svg")
    assert drawn["Content-Type"].startswith("image/svg+xml")
    assert numbers(drawn.content) == ["2", "4"]
    assert b"script" not in drawn.content
    again = pages.get("/advice/en/TR.svg", headers={"If-None-Match": drawn["ETag"]})
    assert again.status_code == 304


def test_a_map_speaks_the_digits_of_its_language(pages: Pages) -> None:
    builders.live_edition(level=2)
    assert numbers(pages.get("/advice/fa/TR.svg").content) == ["۲"]
    assert numbers(pages.get("/advice/az/TR.svg").content) == ["2"]


@pytest.mark.parametrize("path", ["/advice/en/DE.svg", "/advice/en/XX.svg", "/advice/xx/TR.svg"])
def test_there_is_no_map_without_advice(path: str, pages: Pages) -> None:
    builders.live_edition()
    assert pages.get(path).status_code == 404


def test_a_country_we_have_no_outline_of_has_no_map_and_its_page_no_hole(pages: Pages) -> None:
    builders.live_edition("QQ")
    assert pages.get("/advice/en/QQ.svg").status_code == 404
    assert "advice-map" not in pages.get("/advice/en/QQ/").content.decode()


def test_officers_see_a_draft_on_the_map_before_they_let_it_go(pages: Pages) -> None:
    made = builders.edition(level=1, areas=((3, border()),))
    desk = pages.sign_in(builders.officer("duty_officer"))
    assert (
        f"/console/advice/editions/{made.pk}/map.svg"
        in desk.get(f"/console/advice/editions/{made.pk}/").content.decode()
    )
    drawn = desk.get(f"/console/advice/editions/{made.pk}/map.svg")
    assert numbers(drawn.content) == ["1", "3"]
    assert "private" in drawn["Cache-Control"]


def test_areas_end_at_the_border_of_the_drawing_too() -> None:
    near = Area(AreaKind.OUTLINE, NAMES, corners=[[34.0, 30.0], [38.0, 30.0], [38.0, 36.0]])
    drawn = sketch_of(builders.edition(areas=((3, near),)))
    assert drawn is not None
    (area,) = drawn.areas
    corners = [float(part) for part in re.findall(r"[\d.]+", area.path)]
    # South of the coast, at about 36.2 degrees, lies the sea: none of it is coloured.
    coast = max(corners[1::2]) / drawn.height
    assert coast < 0.8


@pytest.mark.parametrize("code", ["RU", "US", "CA", "ID", "FR"])
def test_large_countries_stay_light_and_in_one_piece(code: str, pages: Pages) -> None:
    builders.live_edition(code)
    found = pages.get(f"/advice/en/{code}.svg").content
    assert len(gzip.compress(found)) < 16_000
    drawn = sketch_of(builders.edition(code))
    assert drawn is not None
    # The antimeridian and far islands do not squeeze the mainland to a line.
    assert drawn.height > drawn.width / 4


def test_towns_of_a_country_are_named_as_the_form_reads_them(pages: Pages) -> None:
    builders.city(names={"ru": "Адана"})
    pages.cookies["django_language"] = "ru"
    desk = pages.sign_in(builders.officer("editor"))
    found = desk.get("/console/advice/countries/TR/towns.json").json()
    assert found == {"towns": [{"name": "Адана", "lat": 37.0, "lon": 35.32}]}


def test_an_area_is_made_on_a_map_or_without_one(pages: Pages) -> None:
    made = builders.edition()
    desk = pages.sign_in(builders.officer("duty_officer"))
    form = desk.get(f"/console/advice/editions/{made.pk}/area/").content.decode()
    assert 'id="area-map" hidden' in form
    assert 'name="corners"' in form
    whole = desk.get(f"/console/advice/editions/{made.pk}/level/").content.decode()
    assert "area-map" not in whole
