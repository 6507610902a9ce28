"""Texts that are live for one place and do not agree."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.readiness.advice.engine import witnesses
from safeconduct.readiness.advice.engine.conflicts import all_contradictions, contradictions_with
from safeconduct.readiness.advice.engine.contradictions import contradictions_in
from safeconduct.readiness.advice.engine.witnesses import Said
from safeconduct.readiness.advice.models import LevelWords
from safeconduct.readiness.advice.terms import Area, AreaKind, Asks, Words
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def said(asks: Asks, *, title: str = "Alert", **more: Any) -> Said:
    return Said("TR", title, asks, clock.now(), "/console/alerts/1/", **more)


def named(name: str) -> dict[str, str]:
    return dict.fromkeys(("az", "en", "ru"), name)


def test_an_alert_that_says_leave_and_a_level_that_says_stay() -> None:
    made = builders.live_edition(level=1)
    (found,) = contradictions_in(made, [said(Asks.LEAVE)], "en")
    assert found.is_dangerous
    assert [address for _title, address in found.others] == [
        "/console/alerts/1/",
        "/console/advice/countries/TR/",
    ]
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


def test_an_extreme_alert_where_the_advice_is_calm() -> None:
    city = builders.city()
    area = Area(AreaKind.CITIES, named("Adana"), [city.pk], 10.0)
    made = builders.live_edition(level=1, areas=((3, area),))
    extreme = said(Asks.CARE, severity="Extreme", runs=([1], [2]))
    (found,) = contradictions_in(made, [extreme], "en")
    assert found.is_dangerous
    assert "graver than the level" in str(found.sentence)
    # In the area people are told that it is dangerous.
    here = said(Asks.CARE, severity="Extreme", runs=([city.cell], [city.cell]))
    assert contradictions_in(made, [here], "en") == []
    (check,) = contradictions_in(made, [said(Asks.CARE, severity="Severe")], "en")
    assert not check.is_dangerous
    assert contradictions_in(made, [said(Asks.CARE, severity="Moderate")], "en") == []


def test_an_incident_at_a_level_to_leave_where_the_advice_has_people_stay() -> None:
    builders.live_edition(level=2)
    found = builders.incident()
    Incident.objects.filter(pk=found.pk).update(level=3, names={"en": "War", "ru": "Война"})
    (clash,) = all_contradictions(None, "ru", now=clock.now())
    assert clash.is_dangerous
    assert "incident" in str(clash.sentence)
    assert clash.about.startswith("Война")
    assert clash.others[0][1] == f"/console/incidents/{found.pk}/"
    Incident.objects.filter(pk=found.pk).update(level=2)
    assert all_contradictions(None, "en", now=clock.now()) == []
    Incident.objects.filter(pk=found.pk).update(level=4, exercise=True)
    assert all_contradictions(None, "en", now=clock.now()) == []


def test_an_incident_is_about_any_area_of_its_countries() -> None:
    city = builders.city()
    area = Area(AreaKind.CITIES, named("Adana"), [city.pk], 10.0)
    made = builders.live_edition(level=1, areas=((4, area),))
    assert contradictions_in(made, [said(Asks.LEAVE, is_incident=True)], "en") == []
    two = [said(Asks.LEAVE, is_incident=True), said(Asks.SHELTER)]
    (clash,) = contradictions_in(made, two, "en")
    assert "incident's level has people leave" in str(clash.sentence)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (Asks.LEAVE, Asks.SHELTER, "take shelter"),
        (Asks.CLEAR, Asks.LEAVE, "all-clear"),
        (Asks.CLEAR, Asks.SHELTER, "all-clear"),
    ],
)
def test_two_alerts_with_opposite_instructions_also_where_we_advise_nothing(
    one: Asks, other: Asks, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [said(one, title="One"), said(other, title="Other")]
    monkeypatch.setattr(witnesses, "_witnesses", [lambda *_: both])
    (clash,) = all_contradictions(None, "en", now=clock.now())
    assert clash.is_dangerous
    assert words in str(clash.sentence)
    assert set(clash.about.split(" / ")) == {"One", "Other"}


def test_what_is_about_to_be_said_is_held_against_what_is_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    builders.live_edition(level=1)
    live = Said("TR", "Live", Asks.SHELTER, clock.now(), "/console/alerts/2/")
    itself = said(Asks.LEAVE)
    monkeypatch.setattr(witnesses, "_witnesses", [lambda *_: [live, itself]])
    found = contradictions_with([itself], "en", now=clock.now())
    assert [one.about for one in found] == ["Alert", "Alert / Live"]
    assert contradictions_with([said(Asks.CARE)], "en", now=clock.now()) == []
