"""The ministry's steps: set by an administrator, started from by every draft, frozen at release."""

from datetime import timedelta

import pytest

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions import choose_steps, save_draft
from safeconduct.response.alerts.actions.drafts import DraftContent
from safeconduct.response.alerts.actions.steps import StepsRefusedError
from safeconduct.response.alerts.queries import STATE_NAMES
from safeconduct.response.ladder.actions import PlanRefusedError, set_plan
from safeconduct.response.ladder.models import Climb, DeliveryPlan
from safeconduct.response.ladder.queries import step_lines, steps_for
from safeconduct.response.ladder.terms import Step, StopsOn, steps_from
from safeconduct.wires.messaging.terms import Channel, State
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
SMS, EMAIL, CALL = Channel.SMS, Channel.EMAIL, Channel.CALL


def test_a_ministry_s_plan_stands_in_for_ours_until_it_is_taken_back(pages: Pages) -> None:
    builders.country("TR")
    pages.sign_in(builders.officer("administrator"))
    filled = {"severity": "Severe", "countries": "", "sms": "0", "call": "20"}
    assert pages.post("/console/steps/set/", filled).status_code == 302
    assert steps_for("Severe", ["TR"]) == (Step(SMS, 0), Step(CALL, 1200))
    assert "after 20 minutes" in pages.get("/console/steps/").content.decode()
    assert Entry.objects.filter(kind="ladder.plan_set").count() == 1
    pages.post(f"/console/steps/{DeliveryPlan.objects.get().pk}/reset/")
    assert len(steps_for("Severe", ["TR"])) == 4


def test_steps_that_make_no_plan_are_sent_back_with_the_reason(pages: Pages) -> None:
    pages.sign_in(builders.officer("administrator"))
    late = pages.post("/console/steps/set/", {"severity": "Severe", "sms": "5"})
    assert late.status_code == 422
    assert "begins at minute 0" in late.content.decode()
    together = pages.post("/console/steps/set/", {"severity": "Severe", "sms": "0", "email": "0"})
    assert "later than the one before" in together.content.decode()
    called = pages.post("/console/steps/set/", {"severity": "Severe", "call": "0", "sms": "5"})
    assert "Begin with a message; calls come after it." in called.content.decode()
    unknown = {"severity": "Severe", "sms": "0", "countries": "XX"}
    assert "no country XX" in pages.post("/console/steps/set/", unknown).content.decode()
    assert not DeliveryPlan.objects.exists()


def test_an_administrator_of_a_post_sets_steps_for_its_countries_only(pages: Pages) -> None:
    post = builders.post(id=3, seat="DE")
    builders.country("TR")
    pages.sign_in(builders.officer("administrator", at=post))
    filled = {"severity": "Severe", "sms": "0"}
    for countries in ("", "TR", "DE TR"):
        refused = pages.post("/console/steps/set/", filled | {"countries": countries})
        assert "your posts answer for" in refused.content.decode()
    assert pages.post("/console/steps/set/", filled | {"countries": "DE"}).status_code == 302


def test_the_form_starts_from_what_holds(pages: Pages) -> None:
    builders.delivery_plan(Step(EMAIL, 0), Step(CALL, 90))
    pages.sign_in(builders.officer("administrator"))
    page = pages.get("/console/steps/set/?severity=Severe&countries=TR").content.decode()
    assert 'value="1.5"' in page


def test_the_same_steps_twice_are_one_plan() -> None:
    builders.delivery_plan()
    builders.delivery_plan(Step(EMAIL, 0))
    assert [steps_from(plan.steps) for plan in DeliveryPlan.objects.all()] == [(Step(EMAIL, 0),)]
    with pytest.raises(PlanRefusedError):
        set_plan(severity="Severe", countries=[], steps=[], now=clock.now(), actor=builders.TESTER)


def test_a_draft_follows_the_plan_of_its_severity_until_somebody_chooses() -> None:
    draft = builders.alert(severity="Severe")
    assert [step.channel for step in steps_from(draft.steps)][-1] is CALL
    writer = Actor.officer(draft.author_id)
    content = DraftContent(
        hazard="earthquake",
        event="Earthquake",
        severity="Minor",
        urgency="Future",
        certainty="Observed",
        expires_at=draft.expires_at,
        area_kind=draft.area_kind,
        city_id=draft.city_id,
        radius_km=30.0,
        asks=False,
    )
    now = clock.now()
    draft = save_draft(alert_id=draft.pk, version=1, content=content, now=now, actor=writer)
    assert CALL not in [step.channel for step in steps_from(draft.steps)]
    assert draft.stops_on == StopsOn.DELIVERY
    mine = (Step(EMAIL, 0), Step(CALL, 60))
    other = Actor.officer(builders.officer("releaser").pk)
    draft = choose_steps(
        alert_id=draft.pk, version=2, steps=mine, stops_on=StopsOn.ANSWER, now=now, actor=other
    )
    assert steps_from(draft.steps) == mine
    # Nobody can answer what asks nothing; and whoever chose has written in it.
    assert draft.stops_on == StopsOn.DELIVERY
    assert other.id in draft.writers
    draft = save_draft(alert_id=draft.pk, version=3, content=content, now=now, actor=writer)
    assert steps_from(draft.steps) == mine


def test_steps_of_another_version_or_a_released_alert_are_not_changed() -> None:
    draft = builders.alert()
    writer = Actor.officer(draft.author_id)
    chosen = {"steps": (Step(SMS, 0),), "stops_on": StopsOn.ANSWER, "actor": writer}
    with pytest.raises(StepsRefusedError):
        choose_steps(alert_id=draft.pk, version=7, now=clock.now(), **chosen)
    alert = builders.released_alert(expand=False)
    with pytest.raises(StepsRefusedError):
        choose_steps(alert_id=alert.pk, version=1, now=clock.now(), **chosen)


def test_the_steps_are_frozen_with_the_release() -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    alert = builders.released_alert(severity="Severe")
    set_plan(
        severity="Severe",
        countries=[],
        steps=[Step(EMAIL, 0)],
        now=clock.now(),
        actor=builders.TESTER,
    )
    climb = Climb.objects.get(batch_id=alert.release.batch_id)
    lines = step_lines(climb, now=clock.now())
    assert [line.step.channel for line in lines][1:] == [SMS, EMAIL, CALL]
    assert [line.people for line in lines] == [0, 1, 0, 0]
    assert lines[0].begun_at is not None
    assert climb.stops_on == StopsOn.ANSWER


def test_a_writer_changes_the_steps_of_their_draft(pages: Pages) -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    builders.resident(mail="c@d.invalid")
    alert = builders.alert(severity="Severe")
    pages.sign_in(builders.officer("duty_officer"))
    preview = pages.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "2 people could be reached so" in preview
    assert "1 person could be reached so" in preview
    form = {"version": 1, "stops_on": "delivery", "email": "0", "call": "45"}
    page = f"/console/alerts/{alert.pk}/steps/"
    assert pages.get(page).status_code == 200
    assert pages.post(page, form)["Location"] == f"/console/alerts/{alert.pk}/"
    alert.refresh_from_db()
    assert steps_from(alert.steps) == (Step(EMAIL, 0), Step(CALL, 2700))
    assert alert.stops_on == StopsOn.DELIVERY
    # The first message is a mail now for both.
    assert alert.audience.preview["messages"] == {"email": 2}
    called = pages.post(page, {"version": 2, "stops_on": "delivery", "call": "0", "email": "9"})
    assert "Begin with a message; calls come after it." in called.content.decode()
    late = pages.post(page, form)
    assert late.status_code == 422
    assert "Somebody else saved" in late.content.decode()


def test_what_only_informs_offers_no_answer_to_end_with(pages: Pages) -> None:
    alert = builders.alert(asks=False)
    pages.sign_in(builders.officer("duty_officer"))
    assert "stops_on" not in pages.get(f"/console/alerts/{alert.pk}/steps/").content.decode()


def test_the_page_of_a_released_alert_shows_its_steps(pages: Pages) -> None:
    builders.resident(phone="+999501")
    alert = builders.released_alert(severity="Severe")
    pages.sign_in(builders.officer("duty_officer"))
    page = pages.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "Telephone call by an officer" in page
    assert "not yet" in page
    Climb.objects.update(began_at=clock.now() - timedelta(hours=2))
    assert "late" in pages.get(f"/console/alerts/{alert.pk}/").content.decode()
    Climb.objects.update(ended_at=clock.now(), ending="expired")
    assert "the alert has expired" in pages.get(f"/console/alerts/{alert.pk}/").content.decode()


def test_every_end_of_a_message_has_a_name_on_the_alert_s_page() -> None:
    assert set(STATE_NAMES) == set(State)
