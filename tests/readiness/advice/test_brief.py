"""What the first screen says of a country."""

from datetime import timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.readiness.advice.queries import brief_of
from safeconduct.readiness.advice.terms import Area, AreaKind
from tests import builders

pytestmark = pytest.mark.django_db


def test_there_is_no_brief_without_approved_advice() -> None:
    assert brief_of("TR", "az") is None
    builders.edition()
    assert brief_of("TR", "az") is None


def test_a_brief_tells_the_level_its_areas_and_when_it_must_be_read_again() -> None:
    named = {"az": "Sərhəd", "en": "The border", "ru": "Граница"}
    city = builders.city()
    area = Area(AreaKind.CITIES, named, [city.pk], 20.0)
    made = builders.live_edition(level=2, areas=((4, area),))
    found = brief_of("TR", "az")
    assert found is not None
    assert (found.level, found.headline, found.language) == (2, "Ehtiyatlı olun", "az")
    assert [(one.name, one.level) for one in found.areas] == [("Sərhəd", 4)]
    assert (found.review_on, found.has_lapsed) == (made.review_on, False)
    assert found.url == "/advice/az/TR/"


def test_a_language_without_words_gets_the_declared_next_best() -> None:
    builders.live_edition()
    found = brief_of("TR", "fa")
    assert found is not None
    assert found.language == "az"
    assert found.level_name == "احتیاط بیشتر"


def test_a_brief_says_that_its_review_is_overdue() -> None:
    builders.live_edition()
    later = clock.now() + timedelta(days=200)
    found = brief_of("TR", "en", now=later)
    assert found is not None
    assert found.has_lapsed
