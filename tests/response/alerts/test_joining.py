"""One event, one incident: an alert is offered the open ones of its kind, and joins on request."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from safeconduct.ground.audit.models import Entry
from safeconduct.ground.kernel import clock
from safeconduct.ground.kernel.actor import Actor
from safeconduct.picture.incidents.models import Incident
from safeconduct.response.alerts.actions import (
    DraftRefusedError,
    join_alike,
    release_alert,
    submit_alert,
)
from safeconduct.response.alerts.queries import alike_incidents
from safeconduct.response.alerts.terms import AreaKind
from tests import builders
from tests.pages import Pages

pytestmark = pytest.mark.django_db


def join(alert, incident):
    return join_alike(
        alert_id=alert.pk, incident_id=incident.pk, now=clock.now(), actor=builders.TESTER
    )


def test_only_open_incidents_of_its_kind_and_countries_are_alike() -> None:
    alert, near = builders.alert(), builders.incident()
    others = [builders.incident() for _ in range(4)]
    for other, different in zip(
        others,
        (
            {"hazard": "flood"},
            {"countries": ["DE"]},
            {"closed_at": clock.now()},
            {"exercise": True},
        ),
        strict=True,
    ):
        Incident.objects.filter(pk=other.pk).update(**different)
    assert list(alike_incidents(alert)) == [near]
    for other in others:
        with pytest.raises(DraftRefusedError):
            join(alert, other)
    joined = join(alert, near)
    assert (joined.incident_id, joined.version) == (near.pk, alert.version + 1)
    assert list(alike_incidents(joined)) == []
    assert Entry.objects.get(kind="alerts.joined").detail == {"incident": near.pk}


def test_the_page_offers_it_and_nothing_new_is_opened_at_the_release(pages: Pages) -> None:
    alert, near = builders.alert(), builders.incident()
    pages.sign_in(builders.officer("duty_officer"))
    address = f"/console/alerts/{alert.pk}/"
    assert f'action="{address}join/{near.pk}/"' in pages.get(address).text
    assert pages.post(f"{address}join/{near.pk}/").status_code == 302
    alert.refresh_from_db()
    assert alert.incident_id == near.pk
    assert "join/" not in pages.get(address).text


def test_a_released_alert_joins_nothing_any_more() -> None:
    alert = builders.released_alert()
    with pytest.raises(DraftRefusedError):
        join(alert, builders.incident())


@pytest.mark.django_db(transaction=True)
def test_two_alerts_of_one_signal_released_together_open_one_incident() -> None:
    signal = builders.signal()
    builders.country("TR")
    first, second = (
        builders.alert(signal_id=signal.pk, area_kind=AreaKind.SIGNAL) for _ in range(2)
    )
    for one in (first, second):
        submit_alert(
            alert_id=one.pk, version=1, now=clock.now(), actor=Actor.officer(one.author_id)
        )
    releaser = Actor.officer(builders.officer("releaser").pk)

    def release(one) -> None:
        release_alert(alert_id=one.pk, version=1, now=clock.now(), actor=releaser)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            release_alert(alert_id=first.pk, version=1, now=clock.now(), actor=releaser)
            beside = pool.submit(release, second)
            while not beside.done() and not somebody_waits():
                pass
        beside.result(10)
    assert Incident.objects.count() == 1


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return bool(cursor.fetchone()[0])


def test_the_page_says_which_incident_the_release_joins_unasked(pages: Pages) -> None:
    signal = builders.signal()
    alert = builders.alert(signal_id=signal.pk)
    pages.sign_in(builders.officer("duty_officer"))
    address, said = f"/console/alerts/{alert.pk}/", "the release joins it"
    assert said not in pages.get(address).text

    near = builders.incident(name="Earthquake of the signal")
    Incident.objects.filter(pk=near.pk).update(signal_id=signal.pk)
    shown = pages.get(address).text
    assert said in shown
    assert f'href="/console/incidents/{near.pk}/"' in shown
    assert "/join/" not in shown

    Incident.objects.filter(pk=near.pk).update(exercise=True)
    assert said not in pages.get(address).text
