"""What a caller reads out of an alert that was made from a level of our advice."""

from dataclasses import replace

import pytest

from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.response.alerts.actions import draft_from_level, expand_next, release_alert
from safeconduct.response.alerts.models import Alert, AlertText, Release
from safeconduct.response.calls.engine.script import Script, scripts_for
from tests import builders
from tests.pages import Pages
from tests.response.calls.test_calls import calls_begun

pytestmark = pytest.mark.django_db


def released(**changed: object) -> Alert:
    text = builders.live_edition(level=3).levels.get(kind="country")
    alert = draft_from_level(text_id=text.pk, now=clock.now(), actor=Actor.officer(901))
    Alert.objects.filter(pk=alert.pk).update(**changed)
    made = release_alert(alert_id=alert.pk, version=1, now=clock.now(), actor=Actor.officer(902))
    while expand_next(release_id=made.pk, now=clock.now()):
        pass
    return Alert.objects.get(pk=alert.pk)


def scripts(alert: Alert, theirs: str = "ru") -> list[Script]:
    batch = Release.objects.get(alert=alert).batch_id
    return scripts_for(batch, theirs=theirs, officers="en", name="Leyla")


def test_the_approved_script_is_read_in_the_language_of_whoever_is_called(pages: Pages) -> None:
    builders.post(id=2, seat="TR")
    builders.resident(phone="+999501777", language="ru")
    pages.sign_in(builders.officer("caller"))
    calls_begun(released())
    sheet = pages.post("/console/calls/next/", {"language": ""})["Location"]
    page = pages.get(sheet).content.decode()
    assert "наша рекомендация, уровень 3 из четырёх" in page
    assert "+999120000002" in page
    assert "Our advice for TR is level 3 of 4" in page
    # The approved script says it all: the alert's own words would be the same once more.
    assert page.count("Будьте осторожны") == 1
    assert "was replaced" not in page


def test_words_the_writer_changed_are_read_beside_the_approved_ones() -> None:
    alert = released()
    AlertText.objects.filter(alert=alert, language="ru").update(headline="Мост закрыт")
    russian, english = scripts(alert)
    assert (russian.headline, bool(russian.approved)) == ("Мост закрыт", True)
    assert (english.headline, bool(english.approved)) == ("", True)


def test_a_caller_is_told_that_other_advice_is_in_force_by_now() -> None:
    alert = released()
    assert not any(script.replaced for script in scripts(alert))
    builders.live_edition(level=4)
    assert all(script.replaced for script in scripts(alert))


def test_a_neutral_alert_is_not_called_with_a_script_that_names_our_page() -> None:
    alert = released(neutral_sms=True)
    assert [script.approved for script in scripts(alert)] == ["", ""]
    assert all(script.headline for script in scripts(alert))


def test_other_alerts_are_read_as_they_are() -> None:
    alert = builders.released_alert(expand=False)
    (one, other) = scripts(alert)
    assert not one.approved
    assert replace(one, language=other.language) != other
    assert scripts_for(999_999, theirs="az", officers="en", name="–") == []
