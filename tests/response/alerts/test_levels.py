"""Warning about a level of our advice: its area, its approved words, and what becomes of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.ground.kernel.geometry import CellRanges, circle, ranges_of
from safeconduct.ground.places.models import Country
from safeconduct.picture.audiences.models import Audience
from safeconduct.picture.incidents.models import Incident
from safeconduct.readiness.advice.models import Edition, LevelText
from safeconduct.readiness.advice.terms import Area
from safeconduct.readiness.advice.terms import AreaKind as AdviceArea
from safeconduct.response.alerts.actions import (
    DraftContent,
    LevelRefusedError,
    draft_from_level,
    release_alert,
    save_draft,
)
from safeconduct.response.alerts.actions.again import draft_again
from safeconduct.response.alerts.actions.releases import words_of
from safeconduct.response.alerts.engine.level import languages_changed
from safeconduct.response.alerts.engine.wording import event_in, incident_names
from safeconduct.response.alerts.models import Alert, CapMessage
from safeconduct.response.alerts.terms import AreaKind
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
NAMES = {"az": "Adana", "en": "Adana", "ru": "Адана"}
WRITER = Actor.officer(901)


def country_text(**more: Any) -> LevelText:
    return builders.live_edition(**more).levels.get(kind="country")


def area_text(area: Area, level: int = 3) -> LevelText:
    return builders.live_edition(areas=((level, area),)).levels.get(kind=area.kind)


def drafted(text: LevelText) -> Alert:
    made = draft_from_level(text_id=text.pk, now=clock.now(), actor=WRITER)
    return Alert.objects.get(pk=made.pk)


def rewritten(alert: Alert, **more: Any) -> None:
    """Save a draft again as it was but for some of it."""
    names = [
        "hazard",
        "event",
        "severity",
        "urgency",
        "certainty",
        "expires_at",
        "response_type",
        "asks",
        "level_text_id",
    ]
    same = {name: getattr(alert, name) for name in names}
    content = DraftContent(
        **same | {"area_kind": AreaKind(alert.area_kind), "texts": words_of(alert)} | more
    )
    save_draft(
        alert_id=alert.pk, version=alert.version, content=content, now=clock.now(), actor=WRITER
    )
    alert.refresh_from_db()


def audience(alert: Alert) -> Audience:
    return Audience.objects.get(alert=alert)


def test_an_officer_warns_in_the_approved_words(pages: Pages) -> None:
    text = country_text(level=4)
    builders.resident(phone="+999701")
    desk = pages.sign_in(builders.officer("duty_officer"))
    edition = desk.get(f"/console/advice/editions/{text.edition_id}/").content.decode()
    assert f"/console/alerts/from-level/{text.pk}/" in edition
    assert (
        "Draft it in the approved words"
        in desk.get(f"/console/alerts/from-level/{text.pk}/").content.decode()
    )
    opened = desk.post(f"/console/alerts/from-level/{text.pk}/")
    alert = Alert.objects.get()
    assert opened["Location"] == f"/console/alerts/{alert.pk}/edit/"
    form = desk.get(opened["Location"]).content.decode()
    for written in ("Take care", "Ehtiyatlı olun", "Будьте осторожны", "MFA: TR: level 4 of 4."):
        assert written in form
    assert "Area and words are those of the approved level" in form
    assert (alert.severity, alert.response_type, alert.asks) == ("Severe", "Evacuate", False)
    assert (alert.area_kind, alert.countries) == ("level", ["TR"])
    assert audience(alert).preview["people"] == 1
    page = desk.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "Made from edition 1 of the advice, level 4" in page
    assert "The words are the approved ones." in page


def test_no_draft_of_advice_warns_anybody(pages: Pages) -> None:
    text = builders.edition().levels.get()
    desk = pages.sign_in(builders.officer("duty_officer"))
    assert (
        "from-level"
        not in desk.get(f"/console/advice/editions/{text.edition_id}/").content.decode()
    )
    assert desk.get(f"/console/alerts/from-level/{text.pk}/").status_code == 404
    with pytest.raises(LevelRefusedError):
        drafted(text)


def test_only_the_countrys_officers_warn_about_it() -> None:
    text = country_text()
    elsewhere = builders.officer("duty_officer", at=builders.post(id=3, seat="DE"))
    desk = Pages().sign_in(elsewhere)
    assert desk.get(f"/console/alerts/from-level/{text.pk}/").status_code == 404


def test_circles_around_towns_end_at_the_border() -> None:
    city = builders.city()
    near = ranges_of(circle(37.0, 35.32, 20))
    half = len(near.lows) // 2
    Country.objects.filter(pk="TR").update(
        cells_from=near.lows[:half], cells_until=near.highs[:half]
    )
    alert = drafted(area_text(Area(AdviceArea.CITIES, NAMES, [city.pk], 20.0)))
    found = CellRanges(audience(alert).cells_from, audience(alert).cells_until)
    assert 0 < found.count() < near.count()
    assert alert.shape["circles"] == [[37.0, 35.32, 20.0]]
    assert alert.place["ru"].startswith("Адана, ")
    assert alert.countries == ["TR"]


def test_an_area_outside_every_outline_is_warned_whole() -> None:
    Country.objects.filter(pk=builders.country().pk).update(cells_from=[1], cells_until=[2])
    ring = [[36.0, 34.0], [38.0, 34.0], [38.0, 37.0]]
    alert = drafted(area_text(Area(AdviceArea.OUTLINE, NAMES, corners=ring)))
    assert audience(alert).cells_from
    assert alert.shape["polygons"] == [[*ring, ring[0]]]


def test_the_area_of_the_level_stays_until_another_is_named(pages: Pages) -> None:
    city = builders.city()
    alert = drafted(area_text(Area(AdviceArea.CITIES, NAMES, [city.pk], 20.0)))
    desk = pages.sign_in(builders.officer("duty_officer"))
    said = {
        f"{code}-{name}": getattr(words, name)
        for code, words in words_of(alert).items()
        for name in ("headline", "description", "instruction", "sms")
    }
    sent = {
        "version": 1,
        "hazard": "other",
        "event": alert.event,
        "severity": "Severe",
        "urgency": "Expected",
        "certainty": "Likely",
        "expires_in": 24,
        "asks": "on",
    } | said
    assert desk.post(f"/console/alerts/{alert.pk}/edit/", sent).status_code == 302
    alert.refresh_from_db()
    assert alert.area_kind == AreaKind.LEVEL
    # Now it asks: the approved words keep, the question comes behind them.
    assert "{link}" in words_of(alert)["en"].sms
    assert languages_changed(alert, words_of(alert)) == []
    named = sent | {"version": 2, "place": city.name, "radius_km": 5}
    assert desk.post(f"/console/alerts/{alert.pk}/edit/", named).status_code == 302
    alert.refresh_from_db()
    assert (alert.area_kind, alert.radius_km) == (AreaKind.CITY, 5)


def test_words_of_ones_own_are_told_apart_from_the_approved(pages: Pages) -> None:
    alert = drafted(country_text())
    texts = words_of(alert)
    rewritten(alert, texts=texts | {"ru": replace(texts["ru"], description="Другое")})
    desk = pages.sign_in(builders.officer("duty_officer"))
    page = desk.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert "The words are not the approved ones in:" in page
    assert languages_changed(alert, words_of(alert)) == ["ru"]


def test_a_neutral_text_says_not_whose_it_is() -> None:
    text = country_text()
    alert = drafted(text)
    assert "MFA" in words_of(alert)["en"].sms
    rewritten(alert, neutral_sms=True)
    for words in words_of(alert).values():
        assert "http" not in words.sms
        assert words.sms.split()[0] not in {"MFA:", "XİN:", "МИД:"}


def test_advice_that_was_replaced_or_lapsed_before_release_says_so(pages: Pages) -> None:
    alert = drafted(country_text())
    desk = pages.sign_in(builders.officer("duty_officer"))
    at = f"/console/alerts/{alert.pk}/"
    assert "notice-bad" not in desk.get(at).content.decode()
    Edition.objects.update(review_on=clock.now().date() - timedelta(days=1))
    assert "should have been read again by now" in desk.get(at).content.decode()
    builders.live_edition(level=4)
    page = desk.get(at).content.decode()
    assert "was replaced" in page
    assert "/console/advice/countries/TR/" in page


def test_its_document_names_the_level_in_every_language() -> None:
    text = country_text(level=3)
    alert = drafted(text)
    rewritten(alert, asks=True, texts=None)
    release_alert(alert_id=alert.pk, version=2, now=clock.now(), actor=Actor.officer(902))
    alert.refresh_from_db()
    incident = Incident.objects.get(pk=alert.incident_id)
    document = bytes(CapMessage.objects.get(alert=alert).document).decode()
    assert "<event>Travel advice, level 3 of 4</event>" in document
    assert "<event>Səfər tövsiyəsi, səviyyə 3 / 4</event>" in document
    assert incident.names["ru"].startswith("Рекомендация для поездок, уровень 3 из 4: ")
    again = draft_again(incident_id=incident.pk, now=clock.now(), actor=WRITER)
    assert again.level_text_id == text.pk


def test_a_name_an_officer_typed_stays_as_it_was_typed() -> None:
    assert event_in("other", "Bridge closed", "ru") == "Bridge closed"
    assert event_in("other", "Travel advice, level 2 of 4", "fa") == (
        "Səfər tövsiyəsi, səviyyə 2 / 4"
    )
    assert incident_names("other", "Bridge closed", {"en": "Adana"})["az"] == "Bridge closed: Adana"


def test_a_contradiction_is_shown_before_the_release_and_after_it(pages: Pages) -> None:
    builders.live_edition(level=1)
    desk = pages.sign_in(builders.officer("duty_officer"))
    calm = builders.alert(severity="Minor", area_kind=AreaKind.COUNTRY, country_id="TR")
    at = f"/console/alerts/{calm.pk}/"
    assert "Texts that contradict" not in desk.get(at).content.decode()
    grave = builders.alert(severity="Extreme", area_kind=AreaKind.COUNTRY, country_id="TR")
    page = desk.get(f"/console/alerts/{grave.pk}/").content.decode()
    assert "graver than the level of the place" in page
    assert "Set it right before the release" in page
    assert "/console/advice/countries/TR/" in page
    live = builders.released_alert(
        expand=False, severity="Extreme", area_kind=AreaKind.COUNTRY, country_id="TR"
    )
    after = desk.get(f"/console/alerts/{live.pk}/").content.decode()
    assert "Correct one of them" in after
    Alert.objects.filter(pk=live.pk).update(exercise=True)
    assert "Correct one of them" not in desk.get(f"/console/alerts/{live.pk}/").content.decode()
