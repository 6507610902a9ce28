"""From a signal to a draft: what is no real warning, what was replaced, what was taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.geometry import cell_at
from safeconduct.response.alerts.actions import (
    DraftRefusedError,
    draft_from_signal,
    submit_alert,
    take_better_area,
)
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.web.signals import origin_of
from safeconduct.wires.hazards import tasks
from safeconduct.wires.hazards.models import Feed, Signal
from tests import builders
from tests.pages import Pages
from tests.wires.hazards.agency import Agency, agency
from tests.wires.hazards.messages import contours, quake

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


@pytest.fixture
def duty(pages: Pages) -> Pages:
    builders.city()
    return pages.sign_in(builders.officer("duty_officer"))


def drafted(signal: Signal) -> Alert:
    return draft_from_signal(signal=signal, now=clock.now(), actor=ACTOR)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("Test", "Test"),
        ("Exercise", "Exercise"),
        ("System", "For machines only"),
        ("Draft", "Draft, not issued"),
    ],
)
def test_of_what_is_not_real_only_an_exercise_is_drafted(duty: Pages, status: str, word: str):
    signal = builders.signal(status=status)
    for page in ("hazards", f"hazards/{signal.pk}", f"alerts/from-signal/{signal.pk}"):
        assert f'<span class="tag tag-warn">{word}</span>' in duty.get(f"/console/{page}/").text
    duty.post(f"/console/alerts/from-signal/{signal.pk}/")
    alert = Alert.objects.get()
    assert alert.exercise
    assert "nothing has happened" not in duty.get(f"/console/alerts/{alert.pk}/").text
    Alert.objects.update(exercise=False)
    for page in ("", "edit/"):
        assert "nothing has happened" in duty.get(f"/console/alerts/{alert.pk}/{page}").text


def test_a_real_signal_bears_no_mark_and_makes_a_real_alert(duty: Pages):
    signal = builders.signal(status="Actual")
    text = duty.get(f"/console/hazards/{signal.pk}/").text
    assert 'class="tag tag-warn"' not in text
    assert "Real · First warning" in text
    assert not drafted(signal).exercise


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("Cancel", "Withdrawn"),
        ("Ack", "Receipt of another message"),
        ("Error", "Refusal of another message"),
    ],
)
def test_what_warns_of_nothing_is_marked_and_offers_no_draft(duty: Pages, kind: str, word: str):
    signal = builders.signal(msg_type=kind, status="Actual")
    assert word in duty.get("/console/hazards/").text
    page = duty.get(f"/console/hazards/{signal.pk}/").text
    assert "no alert is made of it" in page
    assert "from-signal" not in page
    address = f"/console/alerts/from-signal/{signal.pk}/"
    assert duty.get(address).url == duty.post(address).url == f"/console/hazards/{signal.pk}/"
    assert not Alert.objects.exists()
    with pytest.raises(DraftRefusedError, match="warns of nothing"):
        drafted(signal)


def test_a_withdrawal_on_no_map_asks_nobody_to_choose_its_area(duty: Pages):
    lost = builders.signal(msg_type="Cancel", cells_from=[], cells_until=[], area_km2=None)
    builders.hazard_problem(signal=lost)
    assert "from-signal" not in duty.get("/console/hazards/problems/").text


def test_an_expired_warning_says_so_and_that_the_draft_holds_anew(duty: Pages):
    over = clock.now() - timedelta(hours=2)
    signal = builders.signal(expires=over, status="Actual")
    assert '<span class="tag">Expired</span>' in duty.get("/console/hazards/").text
    for page in (f"hazards/{signal.pk}", f"alerts/from-signal/{signal.pk}"):
        text = duty.get(f"/console/{page}/").text
        assert f"held until {over:%Y-%m-%d %H:%M} UTC" in text
    assert drafted(signal).expires_at > clock.now() + timedelta(hours=23)


def replaced(**better: object) -> tuple[Signal, Signal]:
    now = builders.signal("measured", **{"status": "Actual", "estimated": False} | better)
    facts = {"basis": "point"}
    old = builders.signal("estimate", estimated=True, facts=facts, superseded_by=now)
    return old, now


def test_whoever_drafts_from_what_was_replaced_gets_what_replaced_it(duty: Pages):
    old, now = replaced(event="M 7.1 - Adana")
    assert f"from-signal/{now.pk}/" in duty.get(f"/console/hazards/{old.pk}/").text
    asked = duty.get(f"/console/alerts/from-signal/{old.pk}/").text
    assert "M 7.1 - Adana" in asked
    assert "has replaced the one you chose" in asked
    duty.post(f"/console/alerts/from-signal/{old.pk}/")
    assert Alert.objects.get().signal_id == now.pk


def test_a_draft_is_told_of_the_better_area_and_takes_it(duty: Pages):
    old, now = replaced(cells_from=[cell_at(37.4, 35.9)], cells_until=[cell_at(37.4, 35.9)])
    alert = drafted(old)
    for page in ("", "edit/"):
        assert "has replaced the one this" in duty.get(f"/console/alerts/{alert.pk}/{page}").text
    duty.post(f"/console/alerts/{alert.pk}/better-area/", {"version": "1"})
    alert = Alert.objects.select_related("audience").get()
    assert (alert.signal_id, alert.version) == (now.pk, 2)
    assert alert.audience.cells_from == now.cells_from
    assert alert.severity == old.severity
    assert "has replaced the one this" not in duty.get(f"/console/alerts/{alert.pk}/").text


def test_only_a_draft_that_has_the_estimated_area_takes_the_better(duty: Pages):
    old, _now = replaced()
    alert = drafted(old)
    address = f"/console/alerts/{alert.pk}/better-area/"
    for version in ("0", "nonsense"):
        duty.post(address, {"version": version})
    alert.refresh_from_db()
    assert alert.signal_id == old.pk
    Alert.objects.update(area_kind="city")
    assert "better-area" not in duty.get(f"/console/alerts/{alert.pk}/").text
    with pytest.raises(DraftRefusedError, match="not one that"):
        take_better_area(alert_id=alert.pk, version=1, now=clock.now(), actor=ACTOR)
    Alert.objects.update(area_kind="signal")
    submit_alert(alert_id=alert.pk, version=1, now=clock.now(), actor=ACTOR)
    text = duty.get(f"/console/alerts/{alert.pk}/").text
    assert "has replaced the one this" in text
    assert "better-area" not in text


def test_a_draft_is_told_that_its_signal_was_taken_back(duty: Pages):
    old, _now = replaced(msg_type="Cancel")
    signal = builders.signal("standing")
    alert = drafted(signal)
    Alert.objects.update(signal=old)
    text = duty.get(f"/console/alerts/{alert.pk}/").text
    assert "has taken back the signal" in text
    assert "better-area" not in text
    with pytest.raises(DraftRefusedError, match="warns of nothing"):
        take_better_area(alert_id=alert.pk, version=1, now=clock.now(), actor=ACTOR)


def test_a_released_alert_is_told_of_a_measured_area_but_not_of_a_mere_repetition():
    builders.city()
    old, now = replaced(facts={"basis": "shakemap"})
    drafted(old)
    Alert.objects.update(state="released")
    assert origin_of(Alert.objects.get()).better == now
    Signal.objects.filter(pk=now.pk).update(facts={"basis": "point"})
    assert origin_of(Alert.objects.get()).better is None


@pytest.fixture
def served() -> Iterator[Agency]:
    with agency() as one:
        yield one


def test_from_the_list_over_the_measurement_to_the_area_of_the_draft(duty: Pages, served: Agency):
    """The whole way: a list's point, a draft of it, the ShakeMap, the draft's new area."""
    ring = [[34.5, 36.5], [36.5, 36.5], [36.5, 37.5], [34.5, 37.5], [34.5, 36.5]]
    at = {"lon": 35.32, "lat": 37.0, "mag": 6.5}
    told = datetime.fromtimestamp(1767229200, UTC) + timedelta(minutes=5)
    Feed.objects.create(url=f"{served.base}/list", name="USGS")
    event = quake(**at, detail=f"{served.base}/detail")
    served["/list"] = {"type": "FeatureCollection", "features": [event]}
    served["/detail"] = quake(**at)
    with clock.stopped_at(told):
        tasks.poll.func(timestamp=0)
        tasks.ask.func()
        estimate = Signal.objects.get()
        duty.post(f"/console/alerts/from-signal/{estimate.pk}/")
    alert = Alert.objects.select_related("audience").get()
    assert alert.audience.cells_from == estimate.cells_from
    files = {"download/cont_mi.json": {"url": f"{served.base}/cont_mi.json"}}
    maps = {"shakemap": [{"id": "urn:1", "status": "UPDATE", "contents": files}]}
    served["/detail"] = quake(**at, products=maps)
    served["/cont_mi.json"] = contours((6.0, ring))
    with clock.stopped_at(told + timedelta(minutes=30)):
        tasks.poll.func(timestamp=0)
        tasks.ask.func()
        assert "Take its area" in duty.get(f"/console/alerts/{alert.pk}/").text
        duty.post(f"/console/alerts/{alert.pk}/better-area/", {"version": "1"})
    measured = Signal.objects.get(superseded_by=None)
    alert = Alert.objects.select_related("audience").get()
    assert measured.facts["basis"] == "shakemap"
    assert alert.signal_id == measured.pk
    assert alert.audience.cells_from == measured.cells_from != estimate.cells_from
    corners = {tuple(corner) for ring in alert.shape["polygons"] for corner in ring}
    assert (37.5, 34.5) in corners
