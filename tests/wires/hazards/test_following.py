"""From a list's point to the measured area: over a real server, first without a ShakeMap."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.wires.hazards import queries, tasks
from safeconduct.wires.hazards.engine import fetch
from safeconduct.wires.hazards.engine.following import Way
from safeconduct.wires.hazards.models import Feed, Signal
from tests import builders
from tests.wires.hazards.agency import Agency, agency
from tests.wires.hazards.messages import contours, quake

pytestmark = pytest.mark.django_db
# Five minutes after the list first told of the quake of ``messages.quake``.
TOLD = datetime.fromtimestamp(1767229200, UTC) + timedelta(minutes=5)
RING = [[49, 40], [51, 40], [51, 41], [49, 41], [49, 40]]
INLAND, FAR = cell_at(40.9, 49.1), cell_at(42.5, 49.9)


@pytest.fixture
def served() -> Iterator[Agency]:
    with agency() as one:
        yield one


@pytest.fixture
def feed(served: Agency) -> Feed:
    return Feed.objects.create(url=f"{served.base}/list", name="USGS", every_seconds=60)


def listed(served: Agency, *quakes: dict[str, Any], **told: Any) -> None:
    features = quakes or [quake(detail=f"{served.base}/detail", **told)]
    served["/list"] = {"type": "FeatureCollection", "features": list(features)}


def detail(served: Agency, *names: str, status: str = "UPDATE", **told: Any) -> dict[str, Any]:
    """The event's own document; its ShakeMap's files stand at their own addresses."""
    files = {f"download/{name}": {"url": f"{served.base}/{name}"} for name in names}
    shakemap = {"id": "urn:product:1", "status": status, "contents": files}
    return quake(products={"shakemap": [shakemap]} if names else {}, **told)


def poll(minutes: float = 0) -> None:
    """Read the feeds so long after the list first told of the quake."""
    with clock.stopped_at(TOLD + timedelta(minutes=minutes)):
        read_and_ask()


def read_and_ask() -> None:
    """A poll, and the job it asks for if it read anything."""
    tasks.poll.func(timestamp=0)
    if ProcrastinateJob.objects.filter(task_name="hazards.ask").exists():
        tasks.ask.func()


def standing() -> Signal:
    (one,) = queries.signals()
    return Signal.objects.get(pk=one.pk)


def test_the_measured_area_replaces_the_estimate_once_there_is_one(served, feed):
    listed(served)
    served["/detail"] = detail(served)
    poll()
    estimate = standing()
    assert (estimate.estimated, estimate.facts["basis"]) == (True, "point")
    assert estimate.unanswered is None

    served["/detail"] = detail(served, "cont_mi.json", "rupture.json")
    served["/cont_mi.json"] = contours((6.0, RING))
    served["/rupture.json"] = {"features": []}
    poll(minutes=30)
    measured = standing()
    assert (measured.estimated, measured.facts["basis"]) == (False, "shakemap")
    assert measured.area_km2 == pytest.approx(18_880, rel=0.01)
    assert measured.feed_id == feed.pk
    estimate.refresh_from_db()
    assert estimate.superseded_by_id == measured.pk
    assert queries.standing(estimate) == measured


def test_what_was_measured_is_not_asked_for_again(served, feed):
    listed(served)
    served["/detail"] = detail(served, "cont_mmi.json")
    served["/cont_mmi.json"] = contours((6.0, RING))
    poll()
    poll(minutes=60)
    assert served.times("/detail") == 1
    assert Signal.objects.count() == 2


def test_a_later_word_of_the_list_brings_the_later_measurement(served, feed):
    listed(served)
    served["/detail"] = detail(served, "cont_mi.json")
    served["/cont_mi.json"] = contours((6.0, RING))
    poll()
    first = standing()
    later = {"updated": 1767230000000, "alert": "red"}
    listed(served, **later)
    served["/detail"] = detail(served, "cont_mi.json", **later)
    poll(minutes=15)
    second = standing()
    assert second.pk != first.pk
    assert (second.severity, second.facts["basis"]) == ("Extreme", "shakemap")
    poll(minutes=60)
    assert served.times("/detail") == 2


def test_a_rupture_stands_until_the_contours_can_be_had(served, feed):
    listed(served)
    served["/detail"] = detail(served, "cont_mi.json", "rupture.json")
    served["/rupture.json"] = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[49.5, 40.4, 0], [50.3, 40.4, 0]]},
    }
    served["/cont_mi.json"] = 503
    poll()
    along = standing()
    assert (along.facts["basis"], along.estimated) == ("rupture", True)
    with clock.stopped_at(TOLD):
        (health,) = queries.feed_health(clock.now())
    assert not health.is_failing
    assert [(one.pk, "503" in reason) for one, reason in health.unanswered] == [(along.pk, True)]
    served["/cont_mi.json"] = contours((6.0, RING))
    poll(minutes=30)
    assert standing().facts["basis"] == "shakemap"


@pytest.mark.parametrize("trouble", [503, b"<html>", b"[1]", b"{}"])
def test_the_point_stands_and_the_trouble_is_shown_where_feeds_are(served, feed, pages, trouble):
    listed(served)
    served["/detail"] = trouble
    poll()
    point = standing()
    assert point.cells_from
    assert (point.unanswered is None) is (trouble == b"{}")
    pages.sign_in(builders.officer("duty_officer"))
    with clock.stopped_at(TOLD):
        shown = pages.get("/console/hazards/feeds/").text
    assert (f'href="/console/hazards/{point.pk}/"' in shown) is (trouble != b"{}")
    served["/detail"] = detail(served)
    poll(minutes=30)
    assert standing().unanswered is None


def test_the_pauses_grow_and_an_old_quake_is_left_alone(served, feed):
    listed(served)
    served["/detail"] = detail(served)
    for minutes in (0, 1, 2, 40):
        poll(minutes)
    # The quake was an hour old when the list told of it: six minutes and a half of pause.
    assert served.times("/detail") == 2
    poll(minutes=60 * 24 * 8)
    assert served.times("/detail") == 2


@pytest.mark.parametrize(
    "told",
    [{"mag": 4.6}, {"alert": "green"}, {"status": "deleted"}, {"scenario": True}],
)
def test_only_a_grave_and_real_quake_is_worth_asking_about(served, feed, told):
    listed(served, **{"mag": 5.5} | told)
    served["/detail"] = detail(served)
    poll()
    assert served.times("/detail") == 0


def test_a_strong_quake_is_asked_about_whatever_its_colour(served, feed):
    listed(served, mag=6.8, alert="green")
    served["/detail"] = detail(served)
    poll()
    assert served.times("/detail") == 1


def test_no_more_than_a_few_are_asked_about_at_once(served, feed):
    many = [
        quake(detail=f"{served.base}/{n}", ids=f",us{n},", code=str(n)) | {"id": f"us{n}"}
        for n in range(8)
    ]
    listed(served, *many)
    poll()
    assert len([path for path in served.asked if path != "/list"]) == 5
    poll(minutes=1)
    assert {f"/{n}" for n in range(8)} <= set(served.asked)


@pytest.mark.parametrize("lure", ["http://10.0.0.1/detail", "file:///etc/hosts", "http://[bad"])
def test_a_detail_in_our_own_network_is_not_followed(served, feed, lure, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT_SECONDS", 0.2)
    listed(served, quake(detail=lure))
    poll()
    assert "do not follow" in standing().unanswered["text"]


def test_contours_in_our_own_network_and_redirects_to_it_are_not_followed(served, feed):
    listed(served)
    document = detail(served, "cont_mi.json", "rupture.json")
    files = document["properties"]["products"]["shakemap"][0]["contents"]
    files["download/cont_mi.json"]["url"] = "http://169.254.169.254/latest/"
    served["/detail"] = document
    served.moved["/rupture.json"] = "http://10.0.0.1/rupture.json"
    poll()
    one = standing()
    assert one.facts["basis"] == "point"
    assert "do not follow" in one.unanswered["text"]


def test_an_event_its_turn_did_not_come_to_is_asked_about_first_the_next_time(
    served, feed, monkeypatch
):
    listed(served)
    served["/detail"] = detail(served)
    with monkeypatch.context() as slow:
        slow.setattr(fetch, "LINKS_SECONDS", -1.0)
        poll(minutes=60 * 24)
    assert served.times("/detail") == 0
    waiting = standing()
    assert (waiting.asked_at, waiting.unanswered) == (None, None)
    poll(minutes=60 * 24 + 1)
    assert served.times("/detail") == 1


def test_one_poll_and_one_asking_at_a_time_and_none_waits_for_the_other(served, feed):
    listed(served)
    poll()
    poll(minutes=1)
    (waiting,) = ProcrastinateJob.objects.filter(task_name="hazards.ask")
    assert (waiting.lock, waiting.queueing_lock) == ("hazards.ask", "hazards.ask")
    assert (tasks.poll.lock, tasks.poll.queueing_lock) == ("hazards.poll", "hazards.poll")
    with clock.stopped_at(TOLD + timedelta(minutes=90)):
        tasks.poll.func(timestamp=0)
    assert served.times("/detail") == 1


def test_a_slow_agency_takes_no_more_than_its_time(served):
    with pytest.raises(fetch.UnreadableError, match="no time left"):
        Way("127.0.0.1", until=0.0).payload(f"{served.base}/detail")
    assert served.asked == []


def test_an_answer_that_never_ends_is_given_up(served, monkeypatch):
    monkeypatch.setattr(fetch, "ANSWER_SECONDS", -1.0)
    served["/x"] = b"{}"
    with pytest.raises(fetch.UnreadableError, match="in time"):
        fetch.fetch(f"{served.base}/x")


def test_a_document_of_another_event_is_not_taken_for_it(served, feed):
    listed(served)
    other = detail(served, "cont_mi.json", ids=",us_other,") | {"id": "us_other"}
    served["/detail"] = other
    served["/cont_mi.json"] = contours((6.0, RING))
    poll()
    assert standing().facts["basis"] == "point"


def test_a_shakemap_that_was_withdrawn_measures_nothing(served, feed):
    listed(served)
    served["/detail"] = detail(served, "cont_mi.json", status="DELETE")
    served["/cont_mi.json"] = contours((6.0, RING))
    poll()
    assert standing().facts["basis"] == "point"
    assert served.times("/cont_mi.json") == 0


def test_a_quake_that_is_taken_back_takes_its_measured_area_along(served, feed):
    listed(served)
    served["/detail"] = detail(served, "cont_mi.json")
    served["/cont_mi.json"] = contours((6.0, RING))
    poll()
    listed(served, updated=1767230000000, status="deleted")
    poll(minutes=15)
    assert standing().msg_type == "Cancel"


def test_the_real_document_of_a_real_quake_leads_to_its_measured_area(served, feed, shared_data):
    """Mandalay, 2025: USGS's document as it is, the contours of another ShakeMap moved there."""
    folder = shared_data / "usgs-detail/Thomas-Ulrich.rapid-earthquake-dynamics"
    text = (folder / "tests__data__us7000pn9s.json").read_text()
    document = json.loads(text.replace("https://earthquake.usgs.gov", served.base))
    plain = dict(document, properties={**document["properties"], "products": {}})
    plain["properties"]["detail"] = f"{served.base}/us7000pn9s.geojson"
    listed(served, plain)
    served["/us7000pn9s.geojson"] = plain
    files = document["properties"]["products"]["shakemap"][0]["contents"]
    begun = datetime.fromtimestamp(document["properties"]["time"] / 1000, UTC)
    with clock.stopped_at(begun + timedelta(minutes=20)):
        read_and_ask()
    estimate = standing()
    assert estimate.estimated

    served["/us7000pn9s.geojson"] = document
    served[files["download/cont_mi.json"]["url"].removeprefix(served.base)] = moved_contours(
        shared_data, 95.9247, 22.0014
    )
    with clock.stopped_at(begun + timedelta(minutes=40)):
        read_and_ask()
    measured = standing()
    assert measured.identifier.endswith(":1744179371937#shakemap")
    assert (measured.severity, measured.facts["basis"]) == ("Extreme", "shakemap")
    assert not measured.estimated
    assert measured.intensities[-1]["intensity"] > 6
    assert measured.area_km2 != pytest.approx(estimate.area_km2, rel=0.1)
    estimate.refresh_from_db()
    assert estimate.superseded_by_id == measured.pk
    # The rupture's address answered nothing: the measured area needs none.
    assert measured.unanswered is None


def moved_contours(shared_data: Path, lon: float, lat: float) -> dict[str, Any]:
    """A real ShakeMap's contours, laid around another epicentre."""
    path = shared_data / "usgs-shakemap/isival.USA-Earthquake-analysis/cont_mmi.json"
    found = json.loads(path.read_text())
    east = lon - found["metadata"]["longitude"]
    north = lat - found["metadata"]["latitude"]

    def moved(part: Any) -> Any:
        if isinstance(part[0], list):
            return [moved(one) for one in part]
        return [part[0] + east, part[1] + north]

    for feature in found["features"]:
        feature["geometry"]["coordinates"] = moved(feature["geometry"]["coordinates"])
    west, south, right, top = found["bbox"]
    found["bbox"] = [west + east, south + north, right + east, top + north]
    return found


ITEM = """<rss xmlns:gdacs="http://www.gdacs.org" xmlns:georss="http://www.georss.org/georss">
<channel><item><title>Orange earthquake alert</title><guid>EQ1554511</guid>
<pubDate>{at}</pubDate><georss:point>{point}</georss:point>
<gdacs:fromdate>Thu, 01 Jan 2026 00:00:00 GMT</gdacs:fromdate>
<gdacs:eventtype>EQ</gdacs:eventtype><gdacs:alertlevel>{level}</gdacs:alertlevel>
<gdacs:eventid>1554511</gdacs:eventid><gdacs:episodeid>{episode}</gdacs:episodeid>
<gdacs:resources>
<gdacs:resource id="event_geojson" url="{base}/event.geojson" type="geojson"/>
<gdacs:resource id="dynamic_map_event" url="{base}/getgeometry?eventid=1" type="json"/>
</gdacs:resources></item></channel></rss>"""


def item(served: Agency, *, level: str = "Orange", at: str = "01:00:00", episode: int = 7) -> None:
    moment = f"Thu, 01 Jan 2026 {at} GMT"
    said = {"at": moment, "level": level, "episode": episode, "base": served.base}
    served["/list"] = ITEM.format(point="40.4 49.9", **said).encode()


def drawn(episode: int = 7) -> dict[str, Any]:
    told = {"eventtype": "EQ", "eventid": 1554511, "episodeid": episode, "alertlevel": "Orange"}
    told |= {"name": "Earthquake", "datemodified": "2026-01-01T00:30:00"}
    shape = {"type": "Polygon", "coordinates": [RING]}
    point = {"type": "Point", "coordinates": [49.9, 40.4]}
    features = [
        {"type": "Feature", "geometry": point, "properties": told | {"Class": "Point_Centroid"}},
        {"type": "Feature", "geometry": shape, "properties": told | {"Class": "Poly_SMPInt_6"}},
    ]
    return {"type": "FeatureCollection", "features": features}


def test_the_shapes_of_a_gdacs_event_replace_the_circle_around_its_point(served, feed):
    item(served)
    poll()
    circle = standing()
    assert (circle.estimated, "404" in str(circle.unanswered)) == (True, True)
    served["/getgeometry?eventid=1"] = drawn()
    poll(minutes=30)
    shapes = standing()
    assert (shapes.estimated, shapes.facts["basis"]) == (False, "drawn")
    assert shapes.area_km2 == pytest.approx(18_880, rel=0.01)
    circle.refresh_from_db()
    assert circle.superseded_by_id == shapes.pk
    poll(minutes=90)
    assert served.times("/getgeometry?eventid=1") == 2


def test_shapes_of_an_earlier_episode_do_not_outrank_the_point_of_a_later(served, feed):
    item(served)
    served["/getgeometry?eventid=1"] = drawn()
    poll()
    assert standing().facts["basis"] == "drawn"
    item(served, at="03:00:00", episode=8)
    poll(minutes=120)
    now = standing()
    assert (now.facts["episodeid"], now.estimated) == ("8", True)


def test_a_green_gdacs_event_is_not_asked_about(served, feed):
    item(served, level="Green")
    poll()
    assert served.asked == ["/list"]
