"""What an officer does with a draft's words and moment, and whose work its page says it is."""

from datetime import timedelta

import pytest

from safeconduct.ground.accounts.models import Officer
from safeconduct.ground.kernel import clock
from safeconduct.response.alerts.models import Alert
from safeconduct.response.alerts.terms import AlertState
from tests import builders
from tests.pages import Pages
from tests.response.alerts.test_pages import filled, words_as_filled

pytestmark = pytest.mark.django_db


def test_a_language_that_was_emptied_is_left_out(pages: Pages) -> None:
    alert = builders.alert()
    pages.sign_in(builders.officer("duty_officer"))
    path = f"/console/alerts/{alert.pk}/edit/"
    words = words_as_filled(alert)
    without = words | {name: " " for name in words if name.startswith("ru-")}
    assert pages.post(path, filled(version=1) | without).status_code == 302
    assert sorted(alert.texts.values_list("language", flat=True)) == ["az", "en"]
    # It stays out, and may be written again.
    pages.post(path, filled(version=2) | without | {"ru-sms": ""})
    assert alert.texts.count() == 2
    half = pages.post(path, filled(version=3) | without | {"ru-headline": "Наводнение"})
    assert half.status_code == 422
    assert "Russian, SMS: This field is required." in half.content.decode()
    pages.post(path, filled(version=3) | words)
    assert alert.texts.count() == 3
    none = pages.post(path, filled(version=4) | dict.fromkeys(words, ""))
    assert none.status_code == 422
    assert "in one language at least" in none.content.decode()
    assert alert.texts.count() == 3


def test_saving_anew_does_not_move_the_expiry_unless_another_is_typed(pages: Pages) -> None:
    alert = builders.alert()
    Alert.objects.update(expires_at=clock.now() + timedelta(hours=5, minutes=40))
    pages.sign_in(builders.officer("duty_officer"))
    path = f"/console/alerts/{alert.pk}/edit/"
    assert 'name="shown_hours" value="6"' in pages.get(path).content.decode()
    # Twenty minutes later the same moment is five hours off.
    before = clock.now() + timedelta(hours=5, minutes=20)
    Alert.objects.update(expires_at=before)
    pages.post(path, filled(version=1, expires_in=6, shown_hours=6) | words_as_filled(alert))
    alert.refresh_from_db()
    assert (alert.version, alert.expires_at) == (2, before)
    pages.post(path, filled(version=2, expires_in=5, shown_hours=6) | words_as_filled(alert))
    alert.refresh_from_db()
    assert alert.expires_at < before
    # What has passed is no expiry to keep.
    Alert.objects.update(expires_at=clock.now() - timedelta(hours=1))
    pages.post(path, filled(version=3, expires_in=1, shown_hours=1) | words_as_filled(alert))
    alert.refresh_from_db()
    assert alert.expires_at > clock.now()


def test_who_reads_what_changed_meanwhile_releases_that(pages: Pages) -> None:
    alert = builders.alert(severity="Moderate")
    reader = Pages().sign_in(builders.officer("releaser"))
    pages.sign_in(builders.officer("duty_officer"))
    path = f"/console/alerts/{alert.pk}/"
    people = alert.audience.preview["people"]
    changed = filled(version=1, severity="Moderate") | words_as_filled(alert)
    pages.post(f"{path}edit/", changed | {"en-headline": "Not what they read"})
    stale = reader.post(f"{path}release/", {"version": 1, "people": people})
    assert stale.status_code == 422
    page = stale.content.decode()
    assert "Not what they read" in page
    assert '<input type="hidden" name="version" value="2"' in page
    assert f'value="{people}"' not in page.partition('name="people"')[2].partition(">")[0]
    reader.post(f"{path}release/", {"version": 2, "people": people})
    alert.refresh_from_db()
    assert alert.state == AlertState.RELEASED


def test_the_page_names_who_wrote_released_and_stopped(pages: Pages) -> None:
    alert = builders.alert(severity="Moderate")
    releaser = builders.officer("releaser")
    Officer.objects.filter(pk=releaser.pk).update(name="Rəşad Releaser")
    Officer.objects.filter(pk__in=alert.writers).update(name="Leyla Writer")
    pages.sign_in(releaser)
    path = f"/console/alerts/{alert.pk}/"
    assert "Leyla Writer" in pages.get(path).content.decode()
    people = alert.audience.preview["people"]
    pages.post(f"{path}release/", {"version": 1, "people": people})
    progress = f"{path}progress/"
    assert (
        pages.get(progress, headers={"HX-Request": "true"}).content.decode().count("Rəşad Releaser")
        == 1
    )
    pages.post(f"{path}stop/", {"word": "STOP"})
    assert (
        pages.get(progress, headers={"HX-Request": "true"}).content.decode().count("Rəşad Releaser")
        == 2
    )


def test_a_preview_of_nobody_says_so(pages: Pages) -> None:
    alert = builders.alert()
    pages.sign_in(builders.officer("duty_officer"))
    page = pages.get(f"/console/alerts/{alert.pk}/").content.decode()
    assert alert.audience.preview["people"] == 0
    assert "It reaches nobody in the registry" in page
    assert "By language" not in page
