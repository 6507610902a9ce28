"""What duty officers see and do about signals."""

import pytest

from safeconduct.ground.missions.terms import ROLES, Role
from safeconduct.wires.hazards import queries, tasks
from safeconduct.wires.hazards.models import Feed
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty(pages):
    return pages.sign_in(builders.officer("duty_officer"))


def test_the_list_filters_and_leaves_out_what_was_replaced(duty):
    shown = builders.signal(event="Shown quake")
    builders.signal("us_old", event="Old quake", superseded_by=shown)
    text = duty.get("/console/hazards/?severity=Extreme").content.decode()
    assert "Shown quake" in text
    assert "Old quake" not in text
    assert "Old quake" in duty.get("/console/hazards/?all_versions=on").content.decode()
    assert "Shown quake" not in duty.get("/console/hazards/?unresolved=on").content.decode()
    assert duty.get("/console/hazards/?severity=nonsense").status_code == 200


def test_a_signal_shows_its_repairs_and_words(duty):
    note = {"text": "<%(name)s> is empty.", "values": {"name": "severity"}}
    made = builders.signal(repairs=[note], texts={"az": {"headline": "Zəlzələ <b>"}})
    text = duty.get(f"/console/hazards/{made.pk}/").content.decode()
    assert "&lt;severity&gt; is empty." in text
    assert "Zəlzələ &lt;b&gt;" in text


def test_the_outline_is_geojson(duty):
    made = builders.signal()
    answer = duty.get(f"/console/hazards/{made.pk}/outline.json")
    assert answer.json()["geometry"]["type"] == "Point"


def test_a_problem_is_solved_with_one_click(duty):
    problem = builders.hazard_problem()
    assert "The file is empty." in duty.get("/console/hazards/problems/").content.decode()
    duty.post(f"/console/hazards/problems/{problem.pk}/solve/")
    assert "The file is empty." not in duty.get("/console/hazards/problems/").content.decode()


def test_a_feed_is_added_and_a_wrong_address_is_shown_again(duty):
    good = {"name": "USGS", "url": "https://example.org/feed", "every_seconds": "60"}
    duty.post("/console/hazards/feeds/add/", good)
    assert Feed.objects.get().name == "USGS"
    again = duty.post("/console/hazards/feeds/add/", good | {"url": "nonsense"})
    assert again.status_code == 200
    assert Feed.objects.count() == 1


def test_a_signal_is_drawn_without_script_and_its_facts_have_names(duty):
    ring = [[35.0, 36.0], [38.0, 36.0], [38.0, 38.0], [35.0, 38.0], [35.0, 36.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    made = builders.signal(outline=area, facts={"magnitude": 7.8, "strange": 1})
    text = duty.get(f"/console/hazards/{made.pk}/").content.decode()
    assert 'class="area" d="M' in text
    assert f'data-area="/console/hazards/{made.pk}/outline.json"' in text
    assert "<dt>Magnitude</dt>" in text
    assert "<dt>strange</dt>" in text


def test_a_signal_without_any_place_has_no_map(duty):
    made = builders.signal(outline=None, latitude=None, longitude=None)
    text = duty.get(f"/console/hazards/{made.pk}/").content.decode()
    assert "signal-map" not in text


def test_well_known_feeds_are_offered_and_none_is_read_unasked(duty):
    page = duty.get("/console/hazards/feeds/").content.decode()
    assert "GDACS, all hazards" in page
    assert not Feed.objects.exists()
    one = queries.feeds_to_choose()[0]
    duty.post("/console/hazards/feeds/add/", vars_of(one))
    assert Feed.objects.get().url == one.url
    assert one not in queries.feeds_to_choose()


def vars_of(feed):
    return {"name": feed.name, "url": feed.url, "every_seconds": feed.every_seconds}


def test_a_demonstration_asks_nobody_outside(settings):
    Feed.objects.create(name="Never", url="https://example.org/feed")
    settings.MODE = "demo"
    assert tasks.poll.func(timestamp=0) == 0
    assert Feed.objects.get().read_at is None


def test_a_signal_says_by_which_code_it_is_on_the_map(duty):
    note = {"text": "by county code: %(names)s", "values": {"names": "SAME 012086"}}
    made = builders.signal(source="cap", estimated=True, facts={"placed_by": [note]})
    text = duty.get(f"/console/hazards/{made.pk}/").content.decode()
    assert "<p>by county code: SAME 012086</p>" in text
    assert "it gives way to a measured one" not in text


def test_a_warning_on_no_map_leads_from_its_problem_to_a_draft(duty):
    made = builders.signal(cells_from=[], cells_until=[], area_km2=None, outline=None)
    builders.hazard_problem(signal=made)
    address = f"/console/alerts/from-signal/{made.pk}/"
    for page in ("/console/hazards/problems/", f"/console/hazards/{made.pk}/"):
        text = duty.get(page).content.decode()
        assert f'href="{address}"' in text
        assert "Choose the area and draft an alert" in text


@pytest.mark.parametrize(("may", "led"), [("hazards.view", False), ("alerts.draft", True)])
def test_only_who_writes_alerts_is_led_to_a_draft(pages, monkeypatch, may, led):
    role = Role("watcher", "Watcher", frozenset({"hazards.view", may}))
    monkeypatch.setitem(ROLES, "watcher", role)
    placed = builders.signal("placed")
    lost = builders.signal(cells_from=[], cells_until=[], area_km2=None, outline=None)
    builders.hazard_problem(signal=lost)
    watcher = pages.sign_in(builders.officer("watcher"))
    for page in ("problems", lost.pk, placed.pk):
        text = watcher.get(f"/console/hazards/{page}/").text
        assert ("/console/alerts/from-signal/" in text) is led
    answer = watcher.get(f"/console/alerts/from-signal/{placed.pk}/")
    assert (answer.status_code != 404) is led


def test_what_was_refused_or_has_an_area_needs_none_chosen(duty):
    refused = builders.signal("refused", cells_from=[], area_km2=None, outcome="refused")
    builders.hazard_problem(signal=refused)
    builders.hazard_problem(signal=builders.signal("placed"))
    builders.hazard_problem(signal=None)
    assert "from-signal" not in duty.get("/console/hazards/problems/").content.decode()
    assert "from-signal" not in duty.get(f"/console/hazards/{refused.pk}/").content.decode()
