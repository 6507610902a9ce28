"""An alert's way through the console, and what everybody sees of it."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.places import queries as places
from safeconduct.response.alerts.actions import draft_from_signal, stop_alert
from safeconduct.response.alerts.actions.drafts import DraftRefusedError
from safeconduct.response.alerts.engine.wording import event_in, incident_names, scope_rules
from safeconduct.response.alerts.models import Alert, CapMessage
from safeconduct.response.alerts.terms import AlertState, CapScope
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def filled(**more: Any) -> dict[str, Any]:
    return {
        "hazard": "flood",
        "event": "Flood",
        "severity": "Severe",
        "urgency": "Immediate",
        "certainty": "Observed",
        "expires_in": 12,
        "place": builders.city().name,
        "radius_km": 20,
        "asks": "on",
    } | more


def test_an_alert_is_written_submitted_and_released_by_two(pages: Pages) -> None:
    builders.resident(phone="+999701")
    pages.sign_in(builders.officer("duty_officer"))
    written = pages.post("/console/alerts/new/", filled())
    alert = Alert.objects.get()
    assert written["Location"] == f"/console/alerts/{alert.pk}/edit/"
    edited = pages.get(written["Location"])
    assert "Daşqın" in edited.content.decode()
    pages.post(f"/console/alerts/{alert.pk}/submit/", {"version": 1})
    second = Pages().sign_in(builders.officer("releaser"))
    preview = second.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "Type the number of people" in preview
    assert "cannot be called back" in preview
    assert 'href="/console/alerts/"' in preview.partition("<main")[2]
    wrong = second.post(f"/console/alerts/{alert.pk}/release/", {"version": 1, "people": 99})
    assert wrong.status_code == 422
    second.post(f"/console/alerts/{alert.pk}/release/", {"version": 1, "people": 1})
    alert.refresh_from_db()
    assert alert.state == "released"
    after = second.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "Stop this alert" in after
    assert "cannot be started again" in after


def test_every_figure_of_the_preview_says_what_it_is_of(pages: Pages) -> None:
    builders.resident(phone="+999701", language="ru")
    builders.resident()
    builders.resident(phone="+999702", at=None)
    alert = builders.alert()
    pages.sign_in(builders.officer("duty_officer"))
    page = " ".join(pages.get(f"/console/alerts/{alert.pk}/").content.decode().split())
    assert "of 3 registered in" in page
    assert "of 1 message" in page
    assert "1: gave no number and no address" in page
    assert '<th scope="row">Russian</th><td class="number">1</td><td>Russian</td>' in page


def test_each_officer_reads_names_in_their_own_language(pages: Pages) -> None:
    alert = builders.released_alert(hazard="flood", event="Flood")
    pages.sign_in(builders.officer("duty_officer"))
    here = builders.city().name
    for language, word in (("az", "Daşqın"), ("ru", "Наводнение"), ("en", "Flood")):
        pages.cookies["django_language"] = language
        for path in (f"incidents/{alert.incident_id}/", "incidents/", "board/", ""):
            assert f"{word}: {here}" in pages.get(f"/console/{path}").content.decode()
        assert f"{word} {alert.pk}" in pages.get("/console/alerts/").content.decode()


def test_an_event_in_an_officers_own_words_is_not_translated() -> None:
    names = incident_names("other", "Qarışıqlıq", {"en": "Ankara", "ru": "Анкара"})
    assert names["ru"] == "Qarışıqlıq: Анкара"
    assert event_in("flood", "The great flood", "az") == "The great flood"
    assert event_in("flood", "Flood", "fa") == "Daşqın"


def test_texts_are_edited_in_every_language(pages: Pages) -> None:
    alert = builders.alert()
    pages.sign_in(builders.officer("duty_officer"))
    texts = {
        f"{text.language}-{name}": getattr(text, name)
        for text in alert.texts.all()
        for name in ("headline", "description", "instruction", "sms")
    } | {"ru-headline": "Своими словами"}
    pages.post(f"/console/alerts/{alert.pk}/edit/", filled(version=1) | texts)
    assert alert.texts.get(language="ru").headline == "Своими словами"
    assert alert.texts.count() == 3
    stale = pages.post(f"/console/alerts/{alert.pk}/edit/", filled(version=1) | texts)
    assert stale.status_code == 422
    assert "Somebody else saved" in stale.content.decode()


def test_an_sms_left_as_proposed_follows_when_it_becomes_neutral(pages: Pages) -> None:
    alert = builders.alert(hazard="flood")
    pages.sign_in(builders.officer("duty_officer"))
    texts = {
        f"{text.language}-{name}": getattr(text, name)
        for text in alert.texts.all()
        for name in ("headline", "description", "instruction", "sms")
    } | {"en-sms": "My own words {link}"}
    more = filled(version=1, severity="Moderate", neutral_sms="on")
    pages.post(f"/console/alerts/{alert.pk}/edit/", more | texts)
    assert "XİN" not in alert.texts.get(language="az").sms
    assert alert.texts.get(language="en").sms == "My own words {link}"


def test_a_writer_is_told_why_they_cannot_release(pages: Pages) -> None:
    writer = builders.officer("releaser")
    alert = builders.alert(severity="Severe", writer=writer)
    pages.sign_in(writer).post(f"/console/alerts/{alert.pk}/submit/", {"version": 1})
    page = pages.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "You wrote in this alert" in page
    refused = pages.post(f"/console/alerts/{alert.pk}/release/", {"version": 1, "people": 0})
    assert refused.status_code == 422
    assert "You wrote in this alert" in refused.content.decode()


def test_stopping_takes_one_word_and_leads_to_the_correction(pages: Pages) -> None:
    alert = builders.released_alert(expand=False)
    pages.sign_in(builders.officer("releaser"))
    assert pages.post(f"/console/alerts/{alert.pk}/stop/", {"word": "no"}).status_code == 422
    stopped = pages.post(f"/console/alerts/{alert.pk}/stop/", {"word": "stop"})
    correction = Alert.objects.get(corrects=alert)
    assert stopped["Location"] == f"/console/alerts/{correction.pk}/"
    assert pages.get(stopped["Location"]).status_code == 200
    assert pages.get(f"/console/alerts/{correction.pk}/edit/").status_code == 200
    assert pages.get(f"/console/alerts/{alert.pk}/").status_code == 200


def test_a_signal_becomes_a_draft_with_its_area(pages: Pages) -> None:
    builders.city()
    signal = builders.signal()
    pages.sign_in(builders.officer("duty_officer"))
    assert pages.get(f"/console/alerts/from-signal/{signal.pk}/").status_code == 200
    pages.post(f"/console/alerts/from-signal/{signal.pk}/")
    alert = Alert.objects.get()
    assert alert.severity == "Extreme"
    assert alert.countries == ["TR"]
    assert "Adana" in alert.texts.get(language="az").headline
    assert pages.get(f"/console/alerts/{alert.pk}/edit/").status_code == 200


def test_a_signal_on_no_map_asks_where_and_keeps_its_levels(pages: Pages) -> None:
    city = builders.city()
    signal = builders.signal(
        cells_from=[],
        cells_until=[],
        area_km2=None,
        texts={"tr": {"area": "Adana ve çevresi"}},
        facts={"geocode": {"EMMA_ID": ["TR001", "TR002"]}},
    )
    pages.sign_in(builders.officer("duty_officer"))
    address = f"/console/alerts/from-signal/{signal.pk}/"
    asked = pages.get(address).content.decode()
    assert "Adana ve çevresi" in asked
    assert "TR001, TR002" in asked
    assert pages.post(address).status_code == 422
    assert pages.post(address, {"place": "Adana"}).status_code == 422
    assert not Alert.objects.exists()
    assert pages.post(address, {"place": "Adana", "radius_km": 30}).status_code == 302
    alert = Alert.objects.get()
    assert (alert.signal_id, alert.city_id, alert.radius_km) == (signal.pk, city.pk, 30)
    assert (alert.severity, alert.countries) == ("Extreme", ["TR"])


def test_a_whole_country_is_chosen_for_a_signal_on_no_map(pages: Pages) -> None:
    builders.findable_country("TR", en="Türkiye", az="Türkiyə")
    signal = builders.signal(cells_from=[], cells_until=[], area_km2=None, texts={}, facts={})
    pages.sign_in(builders.officer("duty_officer"))
    pages.post(f"/console/alerts/from-signal/{signal.pk}/", {"place": "Türkiye"})
    assert Alert.objects.get().country_id == "TR"


def test_no_draft_is_saved_without_any_area() -> None:
    signal = builders.signal(cells_from=[], cells_until=[], area_km2=None)
    with pytest.raises(DraftRefusedError, match="Say where the alert holds"):
        draft_from_signal(signal=signal, now=clock.now(), actor=Actor.system("test"))


def test_what_was_refused_is_no_signal_to_draft_from(pages: Pages) -> None:
    signal = builders.signal(outcome="refused")
    pages.sign_in(builders.officer("duty_officer"))
    assert pages.get(f"/console/alerts/from-signal/{signal.pk}/").status_code == 404


def test_a_releaser_of_one_country_does_not_release_for_two(pages: Pages) -> None:
    alert = builders.alert()
    Alert.objects.filter(pk=alert.pk).update(countries=["SY", "TR"])
    here = builders.officer("releaser", at=builders.post())
    pages.sign_in(here)
    assert pages.get(f"/console/alerts/{alert.pk}/").status_code == 200
    path = f"/console/alerts/{alert.pk}/release/"
    assert pages.post(path, {"version": 1, "people": 0}).status_code == 404


def test_a_releaser_of_one_country_stops_it_everywhere(pages: Pages) -> None:
    alert = builders.released_alert()
    Alert.objects.filter(pk=alert.pk).update(countries=["SY", "TR"])
    pages.sign_in(builders.officer("releaser", at=builders.post()))
    assert 'name="word"' in pages.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert pages.post(f"/console/alerts/{alert.pk}/stop/", {"word": "STOP"}).status_code == 302
    alert.refresh_from_db()
    assert alert.state == AlertState.STOPPED


def test_a_public_alert_is_on_page_and_feed_at_once_and_its_bytes_never_change(
    pages: Pages,
) -> None:
    builders.published()
    message = CapMessage.objects.get()
    assert message.identifier in pages.get("/alerts/").content.decode()
    page = pages.get(f"/alerts/{message.identifier}")
    assert page.status_code == 200
    first = pages.get(f"/alerts/{message.identifier}.xml")
    assert first["Content-Type"] == "application/cap+xml"
    assert first.content == bytes(message.document)
    again = pages.get(f"/alerts/{message.identifier}.xml", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    feed = etree.fromstring(pages.get("/alerts/feed.atom").content)
    links = feed.xpath("a:entry/a:link[@type='application/cap+xml']/@href", namespaces=ATOM)
    assert [link.rpartition("/")[2] for link in links] == [f"{message.identifier}.xml"]


@pytest.mark.parametrize(
    "content",
    [{"scope": CapScope.RESTRICTED}, {"scope": CapScope.PRIVATE}, {"exercise": True}],
)
def test_what_is_not_public_is_nowhere(pages: Pages, content: dict[str, Any]) -> None:
    builders.released_alert(expand=False, **content)
    message = CapMessage.objects.get()
    for path in (f"/alerts/{message.identifier}", f"/alerts/{message.identifier}.xml"):
        assert pages.get(path).status_code == 404
    assert message.identifier not in pages.get("/alerts/").content.decode()
    assert message.identifier not in pages.get("/alerts/feed.atom").content.decode()


def test_an_expired_alert_leaves_list_and_feed_but_keeps_its_page(pages: Pages) -> None:
    builders.published()
    message = CapMessage.objects.get()
    with clock.stopped_at(message.expires_at + timedelta(seconds=1)):
        assert message.identifier not in pages.get("/alerts/").content.decode()
        assert message.identifier not in pages.get("/alerts/feed.atom").content.decode()
        assert "expired" in pages.get(f"/alerts/{message.identifier}").content.decode()


def test_a_cancelled_alert_says_so_and_the_feed_tells_of_it(pages: Pages) -> None:
    builders.published()
    message = CapMessage.objects.get()
    by = builders.Actor.officer(builders.officer("releaser").pk)
    stop_alert(alert_id=message.alert_id, now=clock.now(), actor=by)
    assert message.identifier not in pages.get("/alerts/").content.decode()
    assert "cancelled" in pages.get(f"/alerts/{message.identifier}").content.decode()
    assert "Cancel:" in pages.get("/alerts/feed.atom").content.decode()


def test_an_alert_joins_no_incident_its_writer_does_not_see(pages: Pages) -> None:
    foreign = builders.incident(countries=("JP",))
    pages.sign_in(builders.officer("duty_officer", at=builders.post()))
    for number in (foreign.pk, foreign.pk + 1000):
        refused = pages.post("/console/alerts/new/", filled(incident=number))
        assert refused.status_code == 422
        assert "There is no such incident." in refused.content.decode()
    assert not Alert.objects.exists()


def test_an_alert_joins_an_incident_its_writer_sees_and_keeps_it(pages: Pages) -> None:
    own, other = builders.incident(), builders.incident(name="Another")
    pages.sign_in(builders.officer("duty_officer"))
    pages.post("/console/alerts/new/", filled(incident=own.pk))
    alert = Alert.objects.get()
    assert alert.incident_id == own.pk
    texts = words_as_filled(alert)
    pages.post(f"/console/alerts/{alert.pk}/edit/", filled(version=1, incident=other.pk) | texts)
    alert.refresh_from_db()
    assert (alert.version, alert.incident_id) == (2, own.pk)


def words_as_filled(alert: Alert) -> dict[str, Any]:
    return {
        f"{text.language}-{name}": getattr(text, name)
        for text in alert.texts.all()
        for name in ("headline", "description", "instruction", "sms")
    }


def test_an_edit_takes_the_scope_of_the_new_place_unless_it_was_chosen(pages: Pages) -> None:
    a_new_country("AF")
    alert = builders.alert(hazard="flood")
    assert alert.scope == CapScope.PUBLIC
    pages.sign_in(builders.officer("duty_officer"))
    path = f"/console/alerts/{alert.pk}/edit/"
    moved = {"radius_km": "", "place": "Afghanistan"} | words_as_filled(alert)
    shown = filled(version=1, scope=alert.scope, severity="Moderate")
    answer = pages.post(path, shown | moved)
    assert answer["Location"] == f"/console/alerts/{alert.pk}/"
    alert.refresh_from_db()
    usual = scope_rules()["AF"].scope
    assert alert.scope == usual != CapScope.PUBLIC
    pages.post(path, shown | moved | {"version": 2})
    alert.refresh_from_db()
    assert alert.scope == CapScope.PUBLIC


def test_untouched_words_follow_the_new_place(pages: Pages) -> None:
    a_new_country("AF")
    alert = builders.alert(hazard="flood")
    pages.sign_in(builders.officer("duty_officer"))
    moved = {"radius_km": "", "place": "Afghanistan"} | words_as_filled(alert)
    moved |= {"en-headline": "My own headline"}
    pages.post(f"/console/alerts/{alert.pk}/edit/", filled(version=1, hazard="storm") | moved)
    text = alert.texts.get(language="en")
    assert text.headline == "My own headline"
    assert not any("Adana" in words for words in (text.description, text.sms))
    assert text.instruction == "Stay indoors and away from trees and scaffolding. Put off journeys."
    assert alert.texts.get(language="az").headline.startswith("Fırtına: ")


def a_new_country(code: str) -> None:
    builders.findable_country(code, en="Afghanistan")
    # Names are remembered by how many countries there are, which holds outside tests.
    places._names_as_of.cache_clear()


def test_an_exercise_is_never_said_to_be_public(pages: Pages) -> None:
    pages.sign_in(builders.officer("duty_officer"))
    real, drill = builders.alert(), builders.alert(exercise=True)
    said = "On no page and in no feed"
    assert said not in pages.get(f"/console/alerts/{real.pk}/").text
    shown = pages.get(f"/console/alerts/{drill.pk}/").text
    assert said in shown
    assert "Public: on our page" not in shown
