"""From a release to a row for every message, whole parties, once each, wherever it broke off."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.alerts import tasks
from safeconduct.response.alerts.actions import expand_next
from safeconduct.response.alerts.actions.expansion import ExpansionBusyError
from safeconduct.response.alerts.models import Alert
from safeconduct.response.checkins.models import Asked
from safeconduct.wires.messaging.models import Delivery
from tests import builders

pytestmark = pytest.mark.django_db


def expand(alert: Alert, *, chunks: int = 100) -> int:
    steps = 0
    while steps < chunks and expand_next(release_id=alert.release.pk, now=clock.now()):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE audience_chunk")
        steps += 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audience_chunk")
    return steps


def rows(alert: Alert) -> list[tuple[str, int, str, int]]:
    found = Delivery.objects.filter(batch_id=alert.release.batch_id).order_by("address")
    return list(found.values_list("address", "channel", "language", "covers"))


def test_sms_is_preferred_and_mail_stands_in() -> None:
    builders.resident(phone="+999501", mail="a@b.invalid")
    builders.resident(mail="c@d.invalid", language="ru")
    builders.resident()
    alert = builders.released_alert(severity="Severe", expand=False)
    expand(alert)
    assert rows(alert) == [("+999501", 1, "az", 1), ("c@d.invalid", 2, "ru", 1)]
    assert Asked.objects.count() == Standing.objects.count() == 3


def test_a_party_with_one_telephone_gets_one_message_that_covers_all() -> None:
    for person in builders.household(3, phone="+999502"):
        builders.stay(person)
    alert = builders.released_alert(expand=False)
    expand(alert)
    assert rows(alert) == [("+999502", 1, "az", 3)]
    assert Asked.objects.count() == 3


def test_two_parties_with_one_telephone_get_a_message_each() -> None:
    builders.resident(phone="+999503")
    builders.resident(phone="+999503")
    alert = builders.released_alert(expand=False)
    expand(alert)
    assert len(rows(alert)) == 2


def test_a_failed_contact_is_left_alone_until_it_worked_again() -> None:
    failed = builders.resident(phone="+999504", mail="e@f.invalid")
    ContactPoint.objects.filter(person=failed, channel=1).update(last_failed_at=clock.now())
    alert = builders.released_alert(expand=False)
    expand(alert)
    assert rows(alert) == [("e@f.invalid", 2, "az", 1)]


@pytest.mark.parametrize(("urgency", "written"), [("Future", 0), ("Immediate", 1)])
def test_who_wrote_stop_hears_only_what_is_urgent(urgency: str, written: int) -> None:
    quiet = builders.resident(phone="+999510")
    ContactPoint.objects.filter(person=quiet).update(stopped_at=clock.now())
    alert = builders.released_alert(expand=False, severity="Minor", urgency=urgency)
    expand(alert)
    audience = alert.release.audience
    audience.refresh_from_db()
    assert len(rows(alert)) == written
    assert audience.final["unreachable"] == 1 - written
    assert audience.preview["unreachable"]["only_stopped"] == 1 - written


def test_expansion_goes_on_where_it_was_broken_off(settings: object) -> None:
    settings.ALERTS = settings.ALERTS | {"FIRST_CHUNK_SIZE": 2, "CHUNK_SIZE": 3}
    for number in range(12):
        builders.resident(phone=f"+9996{number:02}")
    alert = builders.released_alert(expand=False)
    expand(alert, chunks=2)
    assert 2 < len(rows(alert)) < 12
    # The server lost what was laid out, as after a crash.
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE audiences_staged_{alert.release.audience_id}")
    expand(alert)
    assert len({address for address, *_ in rows(alert)}) == len(rows(alert)) == 12
    assert Asked.objects.count() == 12
    alert.release.refresh_from_db()
    assert alert.release.expanded_at is not None


def test_the_final_count_stands_beside_the_preview() -> None:
    builders.resident(phone="+999505")
    builders.resident()
    alert = builders.released_alert(expand=False)
    expand(alert)
    audience = alert.release.audience
    audience.refresh_from_db()
    assert audience.final["people"] == audience.preview["people"] == 2
    assert audience.final["messages"] == audience.preview["messages"]["sms"] == 1
    assert audience.final["channels"] == {"sms": 1}
    assert audience.final["unreachable"] == 1


def test_nobody_is_written_to_after_the_expiry() -> None:
    builders.resident(phone="+999506")
    alert = builders.released_alert(expand=False)
    late = alert.expires_at + timedelta(seconds=1)
    assert not expand_next(release_id=alert.release.pk, now=late)
    assert not rows(alert)


def test_a_finished_expansion_is_not_repeated() -> None:
    builders.resident(phone="+999507")
    alert = builders.released_alert(expand=False)
    expand(alert)
    assert not expand_next(release_id=alert.release.pk, now=clock.now())
    assert len(rows(alert)) == 1


def test_the_post_of_the_district_answers() -> None:
    builders.post(id=5, seat="TR")
    builders.resident(phone="+999508")
    alert = builders.released_alert(expand=False)
    expand(alert)
    assert Delivery.objects.get().post_id == 5


def test_whoever_finds_another_worker_at_it_comes_again() -> None:
    alert = builders.released_alert(expand=False)
    number = alert.release.pk
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('alerts.expansion'), %s)", [number])
        with pytest.raises(ExpansionBusyError):
            tasks.expand_release(release_id=number)
    alert.release.refresh_from_db()
    assert alert.release.expanded_at is None


def test_a_release_whose_job_was_lost_is_taken_up_once() -> None:
    alert = builders.released_alert(expand=False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert tasks.go_on(0) == 0
    with clock.stopped_at(clock.now() + timedelta(minutes=2)):
        assert tasks.go_on(0) == 1
        assert tasks.go_on(0) == 0
    job = ProcrastinateJob.objects.get(task_name="alerts.expand_release")
    assert job.args == {"release_id": alert.release.pk}
