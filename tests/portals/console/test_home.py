"""The first page after signing in: what waits, and where to go for it."""

import pytest
from django.urls import reverse

from safeconduct.ground.kernel import clock
from safeconduct.picture.rollcall.models import Pulse
from safeconduct.response.alerts.models import Alert
from safeconduct.wires.intake.models import Pulse as DoorPulse
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
HOME = "/console/"


@pytest.fixture(autouse=True)
def _alive() -> None:
    """A drain and a door that have just reported."""
    for name in ("drain", "reports"):
        Pulse.objects.update_or_create(name=name, defaults={"seen_at": clock.now()})
    DoorPulse.objects.update_or_create(
        door="00000000-0000-0000-0000-000000000001", defaults={"seen_at": clock.now()}
    )


def test_where_nothing_waits_the_page_says_so(pages: Pages) -> None:
    pages.sign_in(builders.officer("duty_officer"))
    assert "Nothing waits for you now." in pages.get(HOME).text


def test_what_waits_stands_there_with_the_way_to_it(pages: Pages) -> None:
    case = builders.help_request()
    builders.unclear(text="2")
    pages.sign_in(builders.officer("duty_officer"))
    page = pages.get(HOME).text
    assert "1 open request for help; answered for by nobody yet: 1" in page
    assert "1 unclear answer waits to be read" in page
    assert f'href="{reverse("cases:list")}"' in page
    assert case.reference not in page


def test_the_second_person_is_led_to_what_waits_for_release(pages: Pages) -> None:
    alert = builders.alert()
    Alert.objects.filter(pk=alert.pk).update(state="submitted")
    pages.sign_in(builders.officer("releaser"))
    page = pages.get(HOME).text
    assert "1 alert waits to be released" in page
    assert f'href="{reverse("alerts:page", args=[alert.pk])}"' in page


def test_what_lags_is_the_first_thing_read(pages: Pages) -> None:
    DoorPulse.objects.all().delete()
    pages.sign_in(builders.officer("duty_officer"))
    assert "The door for answers does not report." in pages.get(HOME).text


def test_signals_and_incidents_lead_to_their_alerts(pages: Pages) -> None:
    alert = builders.alert()
    other = builders.alert()
    signal = builders.signal("us7000far")
    incident = builders.incident(name="Flood")
    Alert.objects.filter(pk=alert.pk).update(signal=signal, incident=incident)
    pages.sign_in(builders.officer("duty_officer"))
    ours = reverse("alerts:page", args=[alert.pk])
    for page, name, number in (
        ("hazards:signal", "alerts:of_signal", signal.pk),
        ("incidents:page", "alerts:of_incident", incident.pk),
    ):
        link = reverse(name, args=[number])
        assert f'href="{link}"' in pages.get(reverse(page, args=[number])).text
        listed = pages.get(link).text
        assert ours in listed
        assert reverse("alerts:page", args=[other.pk]) not in listed


def test_there_is_no_list_of_what_is_not_there(pages: Pages) -> None:
    pages.sign_in(builders.officer("duty_officer"))
    for name in ("alerts:of_signal", "alerts:of_incident"):
        assert pages.get(reverse(name, args=[999_999])).status_code == 404
