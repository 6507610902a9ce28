"""From a release to a row for every message, whole parties, once each, wherever it broke off."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from safeconduct.ground.kernel import clock
from safeconduct.picture.registry.models import ContactPoint
from safeconduct.picture.rollcall.models import Standing
from safeconduct.response.alerts import tasks
from safeconduct.response.alerts.actions import expand_next, expansion
from safeconduct.response.alerts.actions.expansion import ExpansionBusyError
from safeconduct.response.alerts.models import Alert, Release
from safeconduct.response.checkins.models import Asked
from safeconduct.wires.messaging.models import Delivery
from tests import builders

pytestmark = pytest.mark.django_db


def expand(alert: Alert, *, chunks: int = 100) -> int:
    steps = 0
    while steps < chunks and expand_next(release_id=alert.release.pk, now=clock.now()):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS audience_chunk")
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


@pytest.mark.parametrize("between", [0, 1000])
def test_whoever_was_entered_between_two_others_is_not_written_to(between: int) -> None:
    """Entries that lie close together are read in one go, those far apart one by one."""
    first = builders.resident(phone="+999541", mail="g@h.invalid")
    builders.resident(phone="+999542", at=(38.42, 27.14))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('registry_person', 'id'), %s)",
            [first.pk + 1 + between],
        )
    builders.resident(mail="i@j.invalid", language="ru")
    alert = builders.released_alert(severity="Severe", expand=False)
    expand(alert)
    assert rows(alert) == [("+999541", 1, "az", 1), ("i@j.invalid", 2, "ru", 1)]


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
    # One worker: where a thousand of parties ends among these, another's half would be empty.
    settings.ALERTS = settings.ALERTS | {
        "FIRST_CHUNK_SIZE": 2,
        "CHUNK_SIZE": 3,
        "EXPANSION_WORKERS": 1,
    }
    for number in range(12):
        builders.resident(phone=f"+9996{number:02}")
    alert = builders.released_alert(expand=False)
    expand(alert, chunks=3)
    assert 2 < len(rows(alert)) < 12
    # The server lost what was laid out, as after a crash.
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE audiences_staged_{alert.release.audience_id}_1")
    expand(alert)
    assert len({address for address, *_ in rows(alert)}) == len(rows(alert)) == 12
    assert Asked.objects.count() == 12
    alert.release.refresh_from_db()
    assert alert.release.expanded_at is not None


def scattered(people: int) -> None:
    """People whose parties fall to two workers by turns: parties are dealt by the thousand."""
    for number in range(people):
        builders.resident(phone=f"+9997{number:02}")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(c), setval(c, lastval() + 1023) FROM (SELECT"
                " pg_get_serial_sequence('registry_party', 'id')::regclass c) s"
            )


def begun(people: int, settings: Any) -> Alert:
    """A release whose first two people have been written to, the rest divided in two."""
    alert = waiting(people, settings)
    expand(alert, chunks=1)
    return alert


def waiting(people: int, settings: Any) -> Alert:
    """A release nobody of which has been written to, and whose chunks are of two people."""
    settings.ALERTS = settings.ALERTS | {
        "FIRST_CHUNK_SIZE": 2,
        "CHUNK_SIZE": 2,
        "EXPANSION_WORKERS": 2,
    }
    scattered(people)
    return builders.released_alert(expand=False)


def progress(alert: Alert) -> dict[int, int]:
    """People written to by part: of the first people, of part 1, of part 2."""
    people = dict.fromkeys((0, 1, 2), 0)
    for one in alert.release.audience.slices.all():
        people[one.part if one.number else 0] += one.people
    return people


def test_the_parts_of_a_release_share_nobody_and_leave_nobody_out(settings: Any) -> None:
    alert = begun(14, settings)
    assert progress(alert) == {0: 2, 1: 0, 2: 0}
    helpers = ProcrastinateJob.objects.filter(task_name="alerts.expand_release")
    assert sorted(helpers.values_list("lock", flat=True)) == [
        f"release:{alert.release.pk}:0",
        f"release:{alert.release.pk}:1",
    ]
    expand(alert)
    assert progress(alert) == {0: 2, 1: 6, 2: 6}
    assert len({address for address, *_ in rows(alert)}) == len(rows(alert)) == 14
    asked = set(Asked.objects.values_list("person_id", flat=True))
    assert len(asked) == Asked.objects.count() == Standing.objects.count() == 14
    alert.release.audience.refresh_from_db()
    assert alert.release.audience.final["messages"] == 14


@pytest.mark.parametrize("number", [1, 2])
def test_a_part_goes_on_where_its_worker_was_killed(
    number: int, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = begun(14, settings)
    others = alert.release.audience.slices.exclude(number__in=[0, number])
    others.update(finished_at=clock.now())
    expand(alert, chunks=2)
    with monkeypatch.context() as death:
        # The last thing of a chunk: everything else of it has been written by then.
        death.setattr(expansion, "presume_chunk", killed)
        with pytest.raises(KeyboardInterrupt):
            expand(alert)
    assert progress(alert)[number] == 2
    alert.release.audience.slices.filter(number=3 - number).update(finished_at=None)
    expand(alert)
    assert len({address for address, *_ in rows(alert)}) == len(rows(alert)) == 14
    assert Asked.objects.count() == Standing.objects.count() == 14


def killed(**_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("steps", "held", "written"),
    [
        # The first part is being cut: the other is written meanwhile.
        (0, 1, {0: 2, 1: 0, 2: 4}),
        # Both are cut, and one slice is being written: all others are, whoever found them.
        (2, 3, {0: 2, 1: 2, 2: 4}),
    ],
)
def test_who_finds_something_held_writes_what_is_left(
    steps: int, held: int, written: dict[int, int], settings: Any
) -> None:
    alert = begun(10, settings)
    expand(alert, chunks=steps)
    hold = "SELECT FROM audiences_slice WHERE audience_id = %s AND number = %s FOR UPDATE"
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(hold, [alert.release.audience_id, held])
        with pytest.raises(ExpansionBusyError):
            expand(alert)
        assert progress(alert) == written
        # Nothing is finished while another holds a part of it, and who wrote none comes again.
        with pytest.raises(ExpansionBusyError):
            tasks.expand_release(release_id=alert.release.pk)
    tasks.expand_release(release_id=alert.release.pk)
    alert.release.refresh_from_db()
    assert progress(alert) == {0: 2, 1: 4, 2: 4}
    assert alert.release.expanded_at is not None


@pytest.mark.django_db(transaction=True)
def test_who_finds_nobody_comes_again_for_those_whom_another_is_finding(settings: Any) -> None:
    alert = begun(10, settings)
    hold = "SELECT FROM audiences_slice WHERE audience_id = %s AND number = 1 FOR UPDATE"
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(hold, [alert.release.audience_id])
        # All of the second part is written, and of the first nobody can tell yet.
        with pytest.raises(ExpansionBusyError):
            tasks.expand_release(release_id=alert.release.pk)
        assert progress(alert) == {0: 2, 1: 0, 2: 4}
    assert expand(alert, chunks=1) == 1
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(hold.replace("number = 1", "number = 3"), [alert.release.audience_id])
        tasks.expand_release(release_id=alert.release.pk)
    assert progress(alert) == {0: 2, 1: 2, 2: 4}


@pytest.mark.parametrize("steps", [0, 2])
def test_stopping_finishes_what_is_left(steps: int, settings: Any) -> None:
    alert = begun(10, settings)
    expand(alert, chunks=steps)
    Release.objects.filter(alert=alert).update(stopped_at=clock.now())
    assert not expand_next(release_id=alert.release.pk, now=clock.now())
    alert.release.refresh_from_db()
    assert alert.release.expanded_at is not None
    assert alert.release.audience.final["people"] == 2
    assert not alert.release.audience.slices.filter(finished_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_stopping_waits_for_what_is_being_cut_and_finishes_its_slices(settings: Any) -> None:
    alert = begun(10, settings)
    slices = alert.release.audience.slices
    slices.filter(number=2).update(finished_at=clock.now())
    part = slices.get(number=1)
    Release.objects.filter(alert=alert).update(stopped_at=clock.now())
    with psycopg.connect(**connection.get_connection_params()) as cutter:
        cutter.execute("SELECT FROM audiences_slice WHERE id = %s FOR UPDATE", [part.pk])
        with ThreadPoolExecutor(1) as pool:
            stopped = pool.submit(stop_expanding, alert.release.pk)
            wait_for(cutter.info.backend_pid)
            cutter.execute(
                "INSERT INTO audiences_slice (audience_id, number, of, after_party_id,"
                " until_party_id, people, parties, messages, unreachable)"
                " VALUES (%s, 3, 2, 0, 1, 0, 0, 0, 0)",
                [alert.release.audience_id],
            )
            cutter.execute(
                "UPDATE audiences_slice SET finished_at = now() WHERE id = %s", [part.pk]
            )
            cutter.commit()
            assert stopped.result(30) is False
    assert not slices.filter(finished_at=None).exists()


def stop_expanding(release_id: int) -> bool:
    try:
        return expand_next(release_id=release_id, now=clock.now())
    finally:
        connection.close()


def wait_for(pid: int) -> None:
    """Until somebody waits for a backend."""
    over = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < over:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
                " AND %s = ANY (pg_blocking_pids(pid)))",
                [pid],
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    pytest.fail("Nobody waited.")


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


def test_the_first_messages_are_written_by_a_job_that_ends_with_them(settings: Any) -> None:
    """The next release may be a matter of life as well, and waits for a place."""
    alert = waiting(4, settings)
    tasks.begin_expansion(release_id=alert.release.pk)
    assert len(rows(alert)) == 2


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
