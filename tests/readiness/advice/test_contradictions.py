"""Texts that are live for one place and do not agree."""

from datetime import timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.readiness.advice.engine.contradictions import contradictions_in
from safeconduct.readiness.advice.engine.witnesses import Asks, Said
from safeconduct.readiness.advice.models import LevelWords
from safeconduct.readiness.advice.queries import all_contradictions
from safeconduct.readiness.advice.terms import Area, AreaKind, Words
from tests import builders

pytestmark = pytest.mark.django_db


def said(asks: Asks, *, title: str = "Alert", runs=([], [])) -> Said:
    return Said("TR", title, asks, clock.now(), "/console/alerts/1/", runs=runs)


def named(name: str) -> dict[str, str]:
    return dict.fromkeys(("az", "en", "ru"), name)


def test_an_alert_that_says_leave_and_a_level_that_says_stay() -> None:
    made = builders.live_edition(level=1)
    (found,) = contradictions_in(made, [said(Asks.LEAVE)], "en")
    assert found.is_dangerous
    assert found.others == (("Alert", "/console/alerts/1/"),)
    assert contradictions_in(made, [said(Asks.CARE)], "en") == []


def test_an_alert_is_held_against_the_level_where_it_holds() -> None:
    city = builders.city()
    area = Area(AreaKind.CITIES, named("Adana"), [city.pk], 10.0)
    made = builders.live_edition(level=1, areas=((4, area),))
    here = ([city.cell], [city.cell])
    assert contradictions_in(made, [said(Asks.LEAVE, runs=here)], "en") == []
    assert contradictions_in(made, [said(Asks.CLEAR, runs=here)], "en")


def test_leave_and_shelter_at_once() -> None:
    made = builders.live_edition(level=4)
    both = [said(Asks.LEAVE), said(Asks.SHELTER)]
    (found,) = contradictions_in(made, both, "en")
    assert found.is_dangerous
    apart = [said(Asks.LEAVE, runs=([1], [2])), said(Asks.SHELTER, runs=([3], [4]))]
    assert contradictions_in(made, apart, "en") == []


def test_areas_that_overlap_with_levels_far_apart() -> None:
    city = builders.city()
    near = Area(AreaKind.CITIES, named("City"), [city.pk], 10.0)
    wide = Area(
        AreaKind.OUTLINE, named("Province"), corners=[[36, 34], [38, 34], [38, 37], [36, 37]]
    )
    made = builders.edition(areas=((4, near), (2, wide)))
    (found,) = contradictions_in(made, [], "en")
    assert found.is_dangerous
    assert found.about == "City / Province"


def test_words_that_do_not_fit_their_level() -> None:
    wrong = builders.advice_words(en=Words("Leave the country", "Why", "Go", "Go"))
    made = builders.edition(level=1, words=wrong)
    (found,) = contradictions_in(made, [], "en")
    assert "leave the country" in found.about
    assert contradictions_in(builders.edition("GE", level=4, words=wrong), [], "en") == []


def test_a_language_that_stayed_behind() -> None:
    made = builders.live_edition(
        level=3, words=builders.advice_words(fa=Words("الف", "ب", "پ", "ت"))
    )
    old = clock.now() - timedelta(days=30)
    LevelWords.objects.filter(language="fa").update(since=old)
    (found,) = contradictions_in(made, [], "en")
    assert found.about.endswith(": fa")
    assert found.is_dangerous


def test_a_real_alert_in_force_is_a_witness() -> None:
    released = builders.released_alert()
    released.response_type = "Evacuate"
    released.save(update_fields=["response_type"])
    for code in released.countries:
        builders.live_edition(code, level=1)
    found = all_contradictions(None, "en", now=clock.now())
    assert [one.is_dangerous for one in found] == [True] * len(released.countries)
    assert all_contradictions(frozenset({"XX"}), "en", now=clock.now()) == []
    released.exercise = True
    released.save(update_fields=["exercise"])
    assert all_contradictions(None, "en", now=clock.now()) == []
