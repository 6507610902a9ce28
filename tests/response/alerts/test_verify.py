"""The page that says whether a message is ours: what it knows, and what it keeps to itself."""

import re
from datetime import timedelta
from typing import Any

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.registry.actions.letters import send_link
from safeconduct.picture.registry.models import LetterDay
from safeconduct.response.alerts.actions import release_alert, stop_alert
from safeconduct.response.alerts.engine.authenticity import Standing, check
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import MOST_CHECKS_AN_HOUR, CapScope
from safeconduct.wires.messaging.engine.push import PushText
from safeconduct.wires.messaging.models import Batch, BatchText
from safeconduct.wires.messaging.terms import Channel
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
ASK = "/verify/"


def _code(alert: Alert) -> str:
    return str(alert.release.batch.code)


def _sms(alert: Alert, language: str = "az") -> str:
    text = BatchText.objects.get(batch=alert.release.batch, language=language, channel=Channel.SMS)
    return str(text.body.replace("{link}", "http://127.0.0.1:8010/s/" + "a" * 22))


def _asked(pages: Pages, text: str, **more: Any) -> str:
    return str(pages.post(ASK, {"text": text}, **more).content.decode())


def _standing(text: str, **later: int) -> Standing:
    return check(text, language="en", now=clock.now() + timedelta(**later)).standing


def test_a_code_is_ours_and_its_message_is_shown(pages: Pages) -> None:
    alert = builders.released_alert(expand=False, scope=CapScope.PUBLIC)
    page = pages.get(f"/v/{_code(alert)}").content.decode()
    assert "Yes, this message is from us" in page
    assert alert.texts.get(language="en").headline in page
    assert "Yes, this message is from us" in _asked(pages, _code(alert).lower())


def test_the_whole_message_is_compared_in_any_language(pages: Pages) -> None:
    alert = builders.released_alert(expand=False)
    for language in ("az", "en", "ru"):
        page = _asked(pages, _sms(alert, language).upper())
        assert "Its words are those we wrote." in page
        assert "Its link leads to us." in page


def test_a_notification_and_a_mail_are_known_with_their_first_line() -> None:
    alert = builders.released_alert(expand=False)
    for text in BatchText.objects.filter(batch=alert.release.batch).exclude(channel=Channel.SMS):
        is_push = text.channel == Channel.PUSH
        body = PushText.read(text.body).body if is_push else text.body
        checked = check(f"{text.subject}\n{body}", language="en", now=clock.now())
        assert checked.is_whole, text.channel


def test_changed_words_under_a_true_code_are_called_changed(pages: Pages) -> None:
    alert = builders.released_alert(expand=False)
    page = _asked(pages, _sms(alert).replace("Binadan", "Bankdan"))
    assert "the words differ" in page
    assert "Yes, this message" not in page


def test_a_cut_message_is_called_a_part(pages: Pages) -> None:
    alert = builders.released_alert(expand=False)
    code = _code(alert)
    page = _asked(pages, f"{_sms(alert)[5:20]} {code}")
    assert "only a part of our message" in page
    assert "Yes, this message" not in page


@pytest.mark.parametrize("link", ["https://evil.example/s/x", "http://127.0.0.1:8010@evil.com/x"])
def test_a_link_that_leads_elsewhere_is_the_first_thing_said(pages: Pages, link: str) -> None:
    alert = builders.released_alert(expand=False)
    page = _asked(pages, re.sub(r"http\S+", link, _sms(alert)))
    assert "does not lead to us" in page
    assert "Yes, this message" not in page


def test_what_we_never_sent_is_named_so_and_a_number_is_given(pages: Pages) -> None:
    ministry = builders.post(id=1, seat="AZ")
    ministry.kind = "ministry"
    ministry.save()
    page = _asked(pages, "Pay the visa fee now #BBBBBB")
    assert "We sent nothing with the code BBBBBB" in page
    assert f"tel:{ministry.emergency_number}" in page
    assert "We find no code in it" in _asked(pages, "Pay now: http://evil.example/x")


@pytest.mark.parametrize("scope", [CapScope.RESTRICTED, CapScope.PRIVATE])
def test_what_is_not_public_is_confirmed_but_never_shown(pages: Pages, scope: CapScope) -> None:
    alert = builders.released_alert(expand=False, scope=scope)
    text = alert.texts.get(language="en")
    for page in (
        pages.get(f"/v/{_code(alert)}").content.decode(),
        _asked(pages, _sms(alert) + " more"),
    ):
        assert text.headline not in page
        assert text.sms not in page
    assert "Yes, this message is from us" in pages.get(f"/v/{_code(alert)}").content.decode()


def test_a_stopped_alert_and_its_correction_lead_to_each_other(pages: Pages) -> None:
    alert = builders.released_alert(expand=False)
    officer = Actor.officer(builders.officer("releaser").pk)
    stopped = stop_alert(alert_id=alert.pk, now=clock.now(), actor=officer)
    assert _standing(_code(alert)) is Standing.STOPPED
    made = release_alert(alert_id=stopped.correction.pk, version=1, now=clock.now(), actor=officer)
    assert made.batch.topic == _code(alert)
    assert _standing(_code(alert)) is Standing.REPLACED
    assert f"/v/{made.batch.code}" in pages.get(f"/v/{_code(alert)}").content.decode()
    assert _standing(made.batch.code) is Standing.CURRENT


def test_an_alert_ends_with_its_time() -> None:
    alert = builders.released_alert(expand=False)
    assert _standing(_code(alert)) is Standing.CURRENT
    assert _standing(_code(alert), hours=25) is Standing.OVER


def test_an_exercise_is_called_one_and_shows_no_text(pages: Pages) -> None:
    alert = builders.released_alert(expand=False, exercise=True, scope=CapScope.PUBLIC)
    page = _asked(pages, _sms(alert))
    assert "This is an exercise" in page
    assert alert.texts.get(language="en").description not in page


def test_a_letter_about_ones_own_record_holds_as_long_as_its_link(pages: Pages) -> None:
    (leyla,) = builders.family()
    send_link(party_id=leyla.party_id, by=[Channel.SMS], now=clock.now(), actor=builders.TESTER)
    batch = Batch.objects.get(pk=LetterDay.objects.get().batch_id)
    assert all(batch.code in text.body for text in batch.texts.all())
    assert _standing(batch.code, days=30) is Standing.CURRENT
    assert _standing(batch.code, days=800) is Standing.OVER
    assert "own record" in pages.get(f"/v/{batch.code}").content.decode()


def test_codes_cannot_be_tried_one_after_another(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeconduct.response.alerts.web.checking.MOST_CHECKS_AN_HOUR", 2)
    assert MOST_CHECKS_AN_HOUR > 100
    asked = [pages.get("/v/BBBBBB", REMOTE_ADDR="192.0.2.1").status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert pages.get("/v/BBBBBB", REMOTE_ADDR="192.0.2.2").status_code == 200
    # The form is not counted: it asks about nothing.
    assert pages.get(ASK, REMOTE_ADDR="192.0.2.1").status_code == 200


def test_the_answer_is_kept_by_no_cache(pages: Pages) -> None:
    assert pages.get("/v/BBBBBB")["Cache-Control"] == "no-store"
    assert pages.post(ASK, {"text": "x" * 7000}).status_code == 422
    assert pages.post(ASK, {"text": "  "}).status_code == 422


@pytest.mark.parametrize("language", ["az", "ru", "fa", "ar"])
def test_the_page_opens_in_every_language(pages: Pages, language: str) -> None:
    alert = builders.released_alert(expand=False, scope=CapScope.PUBLIC)
    page = pages.get(f"/v/{_code(alert)}", {"lang": language}, follow=True)
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("language", ["az", "en", "ru", "fa", "ar"])
def test_a_code_reads_from_left_to_right_in_every_language(pages: Pages, language: str) -> None:
    page = pages.get(ASK, headers={"Accept-Language": language}).text
    assert "\u2066#BCDFGH\u2069" in page
