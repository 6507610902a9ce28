"""Naming the place of an alert, with script and without."""

from typing import Any

import pytest

from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions.again import draft_again
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import AreaKind, CapScope
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
NEW = "/console/alerts/new/"


def filled(**more: Any) -> dict[str, Any]:
    return {
        "hazard": "flood",
        "event": "Water in the streets",
        "severity": "Moderate",
        "urgency": "Immediate",
        "certainty": "Observed",
        "expires_in": 12,
        "radius_km": 20,
    } | more


@pytest.fixture
def duty(pages: Pages) -> Pages:
    return pages.sign_in(builders.officer("duty_officer"))


@pytest.mark.parametrize("typed", ["Antakya", "antakya", "Антакья", "أنطاكية", "Hatay"])
def test_a_city_is_named_in_any_script(duty: Pages, typed: str) -> None:
    city = builders.city(id=323779, name="Antakya", spellings=("Антакья", "أنطاكية", "Hatay"))
    assert duty.post(NEW, filled(place=typed)).status_code == 302
    alert = Alert.objects.get()
    assert (alert.area_kind, alert.city_id, alert.radius_km) == (AreaKind.CITY, city.pk, 20)


def test_a_country_alone_means_all_of_it(duty: Pages) -> None:
    builders.findable_country("TR", en="Türkiye", az="Türkiyə")
    assert duty.post(NEW, filled(place="türkiyə", radius_km="")).status_code == 302
    alert = Alert.objects.get()
    assert (alert.area_kind, alert.country_id) == (AreaKind.COUNTRY, "TR")


def test_of_two_places_with_one_name_the_form_asks_and_keeps_what_was_typed(duty: Pages) -> None:
    builders.findable_country("FR", en="France")
    builders.findable_country("US", en="United States")
    builders.city(id=1, code="FR", name="Paris", at=(48.85, 2.35))
    texan = builders.city(id=2, code="US", name="Paris", at=(33.66, -95.55))
    asked = duty.post(NEW, filled(place="Paris"))
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Paris, United States" in page
    assert "Water in the streets" in page
    assert 'href="#id_chosen_place_0"' in page
    assert not Alert.objects.exists()
    assert duty.post(NEW, filled(place="Paris", chosen_place="US:2")).status_code == 302
    alert = Alert.objects.get()
    assert alert.city_id == texan.pk
    shown = duty.get(f"/console/alerts/{alert.pk}/edit/").content.decode()
    assert 'value="Paris, United States"' in shown


def test_two_places_of_one_name_and_country_are_told_apart_by_where_they_lie(duty: Pages) -> None:
    builders.findable_country("US", en="United States")
    builders.city(id=1, code="US", name="Springfield", at=(39.8, -89.64))
    builders.city(id=2, code="US", name="Springfield", at=(37.2, -93.29))
    page = duty.post(NEW, filled(place="Springfield")).content.decode()
    assert "Springfield, United States (39.8, -89.6)" in page
    assert "Springfield, United States (37.2, -93.3)" in page


def test_a_place_left_alone_stays_though_another_bears_its_very_name(duty: Pages) -> None:
    builders.findable_country("US", en="United States")
    first = builders.city(id=1, code="US", name="Springfield", at=(39.8, -89.64))
    builders.city(id=2, code="US", name="Springfield", at=(37.2, -93.29))
    alert = builders.alert(city_id=first.pk)
    place = "Springfield, United States"
    answer = duty.post(f"/console/alerts/{alert.pk}/edit/", filled(version=1, place=place))
    assert "Which of these" not in answer.content.decode()
    alert.refresh_from_db()
    assert alert.city_id == first.pk


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place": ""}, "Say where the alert holds."),
        ({"place": "Xyzzyq"}, "We know no such place."),
        ({"place": "Adana", "radius_km": ""}, "Say how many kilometres"),
        ({"place": "Germany", "radius_km": "50"}, "Kilometres are counted around a city"),
    ],
)
def test_what_is_missing_is_said_beside_it(duty: Pages, wrong: dict[str, str], said: str) -> None:
    builders.city()
    builders.findable_country("DE", en="Germany")
    refused = duty.post(NEW, filled(**wrong))
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not Alert.objects.exists()


def test_countries_are_ticked_by_name_and_stand_first_once_ticked(duty: Pages) -> None:
    builders.city()
    for code, name in (("AF", "Afghanistan"), ("SY", "Syria"), ("TR", "Türkiye")):
        builders.findable_country(code, en=name)
    from safeconduct.ground.places import queries

    queries._names_as_of.cache_clear()
    assert duty.post(NEW, filled(place="Adana", somewhere_in=["SY", "TR"])).status_code == 302
    alert = Alert.objects.get()
    assert alert.somewhere_in == ["SY", "TR"]
    page = duty.get(f"/console/alerts/{alert.pk}/edit/").content.decode()
    assert page.index("Syria") < page.index("Afghanistan")
    assert duty.post(NEW, filled(place="Adana", somewhere_in=["XX"])).status_code == 422


def test_asking_again_follows_the_usual_scope_unless_an_officer_chose(duty: Pages) -> None:
    alert = builders.released_alert()
    actor, now = Actor.officer(1), alert.created_at
    assert alert.incident_id is not None
    assert alert.scope == CapScope.PUBLIC
    usual = draft_again(incident_id=alert.incident_id, now=now, actor=actor)
    assert usual.scope == CapScope.PUBLIC
    Alert.objects.filter(pk=alert.pk).update(scope=CapScope.PRIVATE)
    chosen = draft_again(incident_id=alert.incident_id, now=now, actor=actor)
    assert chosen.scope == CapScope.PRIVATE


def test_kilometres_without_a_city_never_mean_the_whole_area_of_a_signal(duty: Pages) -> None:
    draft = builders.alert(
        signal_id=builders.signal().pk, area_kind=AreaKind.SIGNAL, city_id=None, radius_km=None
    )
    address = f"/console/alerts/{draft.pk}/edit/"
    sent = filled(place="", radius_km="50", hazard="earthquake", version=draft.version)
    refused = duty.post(address, sent)
    assert refused.status_code == 422
    assert "Kilometres are counted around a city" in refused.content.decode()
