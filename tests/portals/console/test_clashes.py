"""The board says where two texts in force contradict each other, and to whom."""

import pytest
from django.urls import reverse

from safeconduct.ground.kernel import clock
from safeconduct.picture.incidents.models import Incident
from safeconduct.response.alerts.models import Alert
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db
SAID = "Live texts contradict each other here"


@pytest.fixture
def told_to_leave() -> Alert:
    """An alert that has people leave where the advice has them stay."""
    alert = builders.released_alert()
    Alert.objects.filter(pk=alert.pk).update(response_type="Evacuate")
    for code in alert.countries:
        builders.live_edition(code, level=1)
    return Alert.objects.get(pk=alert.pk)


def board(pages: Pages, alert: Alert) -> str:
    return pages.get(reverse("board:page", args=[alert.incident_id])).content.decode()


def test_the_board_leads_to_both_texts(pages: Pages, told_to_leave: Alert) -> None:
    pages.sign_in(builders.officer("duty_officer"))
    page = board(pages, told_to_leave)
    assert SAID in page
    assert f'href="{reverse("alerts:page", args=[told_to_leave.pk])}"' in page
    assert f'href="{reverse("advice:country", args=[told_to_leave.countries[0]])}"' in page


def test_texts_that_agree_leave_the_board_as_it_is(pages: Pages, told_to_leave: Alert) -> None:
    Alert.objects.filter(pk=told_to_leave.pk).update(response_type="Monitor")
    pages.sign_in(builders.officer("duty_officer"))
    assert SAID not in board(pages, told_to_leave)


@pytest.mark.parametrize("more", [{"exercise": True}, {"closed_at": clock.now()}])
def test_nothing_is_in_force_in_an_exercise_nor_once_it_is_over(
    pages: Pages, told_to_leave: Alert, more: dict[str, object]
) -> None:
    Incident.objects.filter(pk=told_to_leave.incident_id).update(**more)
    pages.sign_in(builders.officer("duty_officer"))
    assert SAID not in board(pages, told_to_leave)


def test_what_an_alert_elsewhere_says_is_no_matter_of_this_board(
    pages: Pages, told_to_leave: Alert
) -> None:
    Incident.objects.filter(pk=told_to_leave.incident_id).update(countries=["GE"])
    pages.sign_in(builders.officer("duty_officer"))
    assert SAID not in board(pages, told_to_leave)
